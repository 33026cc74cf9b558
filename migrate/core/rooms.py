"""Rooms, where meetings take place, and the port to the systems that have them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

from migrate.core.features import Loss, unsupported
from migrate.core.meeting import Meeting, Person
from migrate.core.ports import SiteFacts

Traits = Mapping[str, Any]
"""What a room has: JSON values by names that its target knows, and no secret."""


@dataclass(frozen=True, slots=True)
class Room:
    """Where a meeting takes place on the target.

    `name` is ours, unique and for ever. `url` is what people open; empty until a target has chosen it.
    """

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """What a target needs to make a room: the account whose it is, and what it shall have; `summary`: in few words."""

    owner: str
    traits: Traits
    summary: str = ""


@dataclass(frozen=True, slots=True)
class RoomFound:
    """A room as it is. `traits` are those that the target tells; `used`: people met or wrote in it."""

    room: Room
    traits: Traits
    used: bool = False


@dataclass(frozen=True, slots=True)
class RoomWrite:
    """One change: the room of that name shall have these traits (None: go). `found`: what it is now, if it is there."""

    name: str
    owner: str
    traits: Traits | None
    found: RoomFound | None


@dataclass(frozen=True, slots=True)
class RoomWritten:
    """How a change ended: what was read back, what of the traits is not there all the same, and why it was not made."""

    found: RoomFound | None
    losses: tuple[Loss, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Guests without an account who are to be asked to a room, by mail of the server."""

    room: Room
    owner: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Invited:
    """Who was mailed now, and why others were not; who was asked before is not mailed again."""

    addresses: tuple[str, ...] = ()
    reason: str = ""


class Target(ABC):
    """A conferencing system.

    ROOM: the place that a link leads to. SUPPORTS: the features (core.features) that it keeps at best. WORDS: for what
    it does not keep, what to tell people (message, hint).

    On some systems a room exists by its URL; they implement the abstract methods only. On others people have accounts,
    and rooms are made, looked at and written, each for an account.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    supports: ClassVar[frozenset[str]]
    words: ClassVar[Mapping[str, tuple[str, str]]]
    has_accounts: ClassVar[bool] = False
    mails: ClassVar[bool] = False
    """Whether the server can mail guests when it is asked to."""
    calendars: ClassVar[str] = ""
    """Where the calendars of accounts are on the same server, with {account} in it; empty if there are none."""
    Settings: ClassVar[type[Any]]

    @classmethod
    @abstractmethod
    def open(cls, settings: Any, site: SiteFacts) -> Self:
        """Make the adapter from its own table of migrate.toml (an instance of `Settings`) and its site."""

    @abstractmethod
    def propose(self, key: str, meeting: Meeting, taken: Collection[str]) -> Room:
        """Choose a room for a key that has none, always the same one for the same input; `taken` are names in use."""

    @abstractmethod
    def locate(self, room: Room) -> Room:
        """Return a known room as the settings have it now: its server may have got another name."""

    def lost(self, meeting: Meeting) -> Mapping[str, Loss]:
        """Return, by feature, what would be lost of a meeting that needs it. A feature that is not named is kept."""
        del meeting
        return self._always_lost

    def about(self) -> Mapping[str, str]:
        """Return what was learnt of the server that decides how rooms are made, for people: name -> value."""
        return {}

    def identify(self, people: Collection[Person]) -> Mapping[Person, str]:
        """Look up the accounts of people; who has none, or may have several, is not in the answer."""
        del people
        return {}

    def meet(self, owners: Collection[str]) -> None:
        """Ask what these accounts can do, at the same time: then nothing waits for one after the other."""
        del owners

    def lacks(self, owner: str) -> str:
        """Say why no room can be made or looked at for an account (empty: a host without one); empty if one can."""
        del owner
        return ""

    def plan(self, room: Room, meeting: Meeting, owner: str = "") -> RoomPlan | None:
        """Return what the room of a meeting shall be, as far as the target keeps it; None if it exists by its URL.

        `owner`: whose the room is already; else it becomes the host's.
        """
        del room, meeting, owner
        return None

    def look(self, wanted: Mapping[str, Collection[Room]]) -> Mapping[str, RoomFound]:
        """Return the rooms that are there, by name; `wanted` are rooms by the account whose they are.

        They are found by their name, so that a lost journal orphans nothing, and by their link, as people may take the
        name away. Raise TargetError or TryLaterError.
        """
        raise NotImplementedError

    def write(self, writes: Sequence[RoomWrite], wrote: Callable[[], None]) -> Sequence[RoomWritten]:
        """Make the changes, perhaps several at the same time, and return how each ended; `wrote` is called after each.

        A room that is there by now is not made again, and what `found` has already is not written. Raise TargetError or
        TryLaterError where going on makes no sense; what was written by then, `look` tells.
        """
        raise NotImplementedError

    def invite(self, invitations: Sequence[Invitation], told: Callable[[], None]) -> Sequence[Invited]:
        """Let the server mail guests, each once, and return how it went for each room; `told` is called after each.

        No other method makes a server mail anybody. A room is never opened to others for the sake of a guest.
        """
        raise NotImplementedError

    def password(self, room: Room, traits: Traits) -> str:
        """Return the password with which people get into a room; empty if it takes none."""
        del room, traits
        return ""

    @cached_property
    def _always_lost(self) -> Mapping[str, Loss]:
        return unsupported(self.supports, self.words, self.label)
