"""Changes to rooms: made side by side, then read back, as a server that takes a request may not do all of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from time import time

from migrate.core.errors import TryLaterError
from migrate.core.rooms import Room, RoomWrite, RoomWritten, Traits
from migrate.shared.http import LoginRefused
from migrate.shared.side_by_side import Tell
from migrate.shared.talk.account import Done, NotMade
from migrate.shared.talk.losses import dropped
from migrate.shared.talk.requests import is_over
from migrate.shared.talk.server import Server
from migrate.shared.talk.signaling import HINT

_GONE = "the server said that it made the conversation, but does not list it"
_WORDS = ("a conversation", "conversations", "written")


class Writer:
    """Writes rooms of many accounts. `password`: that of a room with these traits."""

    def __init__(self, server: Server, password: Callable[[Room, Traits], str]) -> None:
        self._server = server
        self._password = password
        self._has_made_one = False

    def write(self, writes: Sequence[RoomWrite], wrote: Callable[[], None]) -> Sequence[RoomWritten]:
        """Make the changes; what is there by now is not made again."""
        self._list({one.owner for one in writes if _makes(one) and not self._server.has_listed(one.owner)})
        todo = [self._as_it_is(one) for one in writes]
        done = self._first(todo, wrote)
        left = {f"{at + 1}. {one.name} of {one.owner}": at for at, one in enumerate(todo) if at not in done}
        ended = self._server.all({name: partial(self._change, todo[at]) for name, at in left.items()}, _WORDS, wrote)
        done |= {at: ended[name] for name, at in left.items()}
        self._read_back(todo)
        self._remove_surplus([one for at, one in enumerate(todo) if _makes(one) and not done[at].reason])
        return [self._written(one, done[at]) for at, one in enumerate(todo)]

    def _as_it_is(self, write: RoomWrite) -> RoomWrite:
        return replace(write, found=self._server.known(write.owner, Room(write.name, ""))) if _makes(write) else write

    def _first(self, todo: Sequence[RoomWrite], wrote: Callable[[], None]) -> dict[int, Done]:
        """Make conversations one by one until it is proven that the server can make any."""
        done: dict[int, Done] = {}
        for at, one in enumerate(todo):
            if self._has_made_one or not _makes(one) or not self._server.lets_in(one.owner):
                continue
            if not done:
                self._server.check_signaling(one.owner)
            try:
                done[at] = self._one(one)
            except NotMade as error:
                raise TryLaterError(error.message, hint=HINT) from error
            wrote()
            self._has_made_one = not done[at].reason
        return done

    def _change(self, write: RoomWrite, tell: Tell) -> Done:
        try:
            done = self._one(write)
        except NotMade as error:
            # It may be this one alone, or the signaling server, which all of them need.
            self._server.check_signaling(write.owner)
            done = Done(error.message)
        tell()
        return done

    def _one(self, write: RoomWrite) -> Done:
        password = self._password(Room(write.name, ""), write.traits) if write.traits else ""
        try:
            return self._server.account(write.owner).change(write, password)
        except LoginRefused as error:
            self._server.shut_out(write.owner)
            return Done(error.message)

    def _read_back(self, todo: Sequence[RoomWrite]) -> None:
        for owner in {one.owner for one in todo}:
            self._server.forget(owner)
        self._list({one.owner for one in todo if one.traits is not None})

    def _list(self, owners: Collection[str]) -> None:
        self._server.list({owner for owner in owners if self._server.lets_in(owner)})

    def _remove_surplus(self, made: Sequence[RoomWrite]) -> None:
        """Delete what we made twice, as a request was done whose answer was lost; what people use stays."""
        for one in made:
            for found in self._server.doubles(one.owner, one.name):
                # With any other description it is a copy that people made.
                if one.traits and found.traits["description"] in {"", one.traits["description"]}:
                    self._one(replace(one, traits=None, found=found))

    def _written(self, write: RoomWrite, done: Done) -> RoomWritten:
        if write.traits is None:
            return RoomWritten(write.found if done.reason else None, reason=done.reason)
        url = write.found.room.url if write.found else ""
        found = self._server.known(write.owner, Room(write.name, url))
        if done.reason or found is None:
            return RoomWritten(found, done.losses, done.reason or _GONE)
        return RoomWritten(found, (*done.losses, *dropped(_expected(write.traits), found.traits)))


def _makes(write: RoomWrite) -> bool:
    return write.traits is not None and write.found is None


def _expected(traits: Traits) -> Traits:
    """Return what is to be there now: a lobby whose time has come is over."""
    return {**traits, "lobby": False, "lobby_timer": 0} if is_over(traits, time()) else traits
