"""What one account does to its conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from time import monotonic, time
from typing import Any

from migrate.core.errors import TryLaterError
from migrate.core.features import Loss
from migrate.core.rooms import RoomFound, RoomWrite, Traits
from migrate.shared.ocs import Ocs, Said
from migrate.shared.talk.abilities import Abilities
from migrate.shared.talk.losses import left_out
from migrate.shared.talk.messages import was_used
from migrate.shared.talk.refusals import why
from migrate.shared.talk.requests import begun, changes, whole
from migrate.shared.talk.seeing import ROOM, Seen, list_seen, see, token_of

_MODERATORS = {1, 2, 6}
_MOST_TRIES = 3


class NotMade(TryLaterError):
    """A conversation could not be made, and it is certain that it was not."""


class _Refused(Exception):
    """The server does not do it; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a change went: why it was not made, and what of it was not taken."""

    reason: str = ""
    losses: tuple[Loss, ...] = ()


class Account:
    """One account of the server at `url`. `patience`: seconds in which a conversation must be made."""

    def __init__(self, ocs: Ocs, url: str, abilities: Abilities, patience: float) -> None:
        self._ocs = ocs
        self._url = url
        self._abilities = abilities
        self._patience = patience

    def list(self) -> Mapping[str, Sequence[Seen]]:
        """Return the conversations that it moderates, by the name of the room, the one that counts first."""
        return list_seen(self._ocs)

    def change(self, write: RoomWrite, password: str) -> Done:
        """Make one change. Raises NotMade for a conversation that the server fails to make."""
        try:
            if write.traits is not None:
                return Done(losses=tuple(self._put(write.name, write.traits, write.found, password)))
            if write.found:
                self.delete(token_of(write.found.room.url))
        except _Refused as error:
            return Done(str(error))
        return Done()

    def delete(self, token: str) -> None:
        """Delete a conversation that nobody used; it may be gone."""
        if was_used(self._ocs, token):
            raise _Refused("people used the conversation since; it stays")
        said = self._ocs.ask("DELETE", f"{ROOM}/{token}")
        if not said.is_done and said.status != 404:
            raise _Refused(f"the conversation cannot be deleted: {said}")

    def _put(self, name: str, traits: Traits, found: RoomFound | None, password: str) -> Sequence[Loss]:
        """Make the conversation, or give it what it has not. People who are in it stay."""
        refused: list[str] = []
        # Of a room that was half written when somebody looked, nobody knew them.
        invited: Sequence[str] = traits["participants"] or ()
        if found is None:
            found, said = self._make(name, traits, password)
            if said and self._abilities.all_at_once:
                invited, refused = (), list(said.data.get("invalidParticipants", {}).get("users", ()))
        token = token_of(found.room.url)
        self._adapt(token, found.traits, traits, password)
        refused += self._join(token, invited, traits["moderators"] or ())
        return [left_out(refused)] if refused else []

    def _make(self, name: str, traits: Traits, password: str) -> tuple[RoomFound, Said | None]:
        """Make the conversation unless it is there: it is not made again before that is looked up.

        The answer is missing if it was there after all, or is made without the participants, as none is known.
        """
        body = whole(traits, password, time()) if self._abilities.all_at_once else begun(name, traits, password)
        deadline, with_all = monotonic() + self._patience, True
        for tries in count(1):
            said = self._ocs.once("POST", ROOM, body)
            if said.is_done:
                return see(said.data).found(name, self._url), said if with_all else None
            if said.error == "invite" and body.pop("participants", None):
                with_all = False
                continue
            if not said.is_doubtful:
                raise _Refused(why(said))
            if there := self.list().get(name):
                return there[0].found(name, self._url), None
            if tries == _MOST_TRIES or monotonic() > deadline:
                raise NotMade(f"a conversation cannot be made: {said}")
            self._ocs.pause(tries)
        raise AssertionError

    def _adapt(self, token: str, found: Traits, traits: Traits, password: str) -> None:
        for one in changes(traits, found, password, time()):
            said = self._ocs.ask(one.method, f"{ROOM}/{token}{one.path}", one.body)
            # What the server is not configured for is seen when all is read back.
            if not said.is_done and said.status != 412:
                raise _Refused(why(said, one.trait))

    def _join(self, token: str, invited: Sequence[str], moderators: Sequence[str]) -> Sequence[str]:
        """Add who is missing, and let moderate who does not; return whom the server does not know."""
        if not invited and not moderators:
            return ()
        there = self._participants(token)
        missing = [name for name in invited if name not in there]
        refused = [name for name in missing if not self._add(token, name)]
        if {*missing} & {*moderators}:
            there = self._participants(token)
        for name in moderators:
            if name in there and there[name]["participantType"] not in _MODERATORS:
                self._promote(token, there[name]["attendeeId"])
        return refused

    def _participants(self, token: str) -> Mapping[str, Mapping[str, Any]]:
        said = self._ocs.ask("GET", f"{ROOM}/{token}/participants")
        if not said.is_done:
            raise _Refused(f"the participants cannot be listed: {said}")
        return {one["actorId"]: one for one in said.data if one["actorType"] == "users"}

    def _add(self, token: str, name: str) -> bool:
        said = self._ocs.ask("POST", f"{ROOM}/{token}/participants", {"newParticipant": name, "source": "users"})
        if not said.is_done and said.status != 404:
            raise _Refused(f"{name!r} cannot be added: {said}")
        return said.is_done

    def _promote(self, token: str, attendee: int) -> None:
        said = self._ocs.ask("POST", f"{ROOM}/{token}/moderators", {"attendeeId": attendee})
        # A request that was repeated is refused as there is nothing to do.
        if not said.is_done and said.status != 400:
            raise _Refused(f"a moderator cannot be made: {said}")
