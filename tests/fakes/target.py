"""A conferencing system in memory that makes rooms as Nextcloud Talk does: each has an owner, and chooses its URL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, ClassVar

from migrate.core.features import FEATURES, Loss
from migrate.core.meeting import Meeting, Person
from migrate.core.naming import opaque_name
from migrate.core.ports import SiteFacts
from migrate.core.rooms import Room, RoomFound, RoomPlan, RoomWrite, RoomWritten, Target, Traits

KEY = b"0123456789abcdef0123456789abcdef"
UNTOLD = {"participants", "moderators"}


@dataclass
class MemoryRoom:
    """A room as its system keeps it. A test may change it as a person would."""

    owner: str
    room: Room
    traits: dict[str, Any]
    used: bool = False

    def found(self) -> RoomFound:
        """Return it as a list of rooms tells it."""
        told = {name: value for name, value in self.traits.items() if name not in UNTOLD}
        return RoomFound(self.room, told, self.used)


class MemoryTarget(Target):
    """Keeps `rooms` in the order in which they were made; several may have one name, and the oldest counts.

    A test says what is in the way: `accounts` by address, `lacking` reasons by account, `lossy` losses by feature,
    `refusing` reasons by the name of a room, `dropping` a loss by the trait that is not kept, which nobody says. Before
    each change of a room, trait by trait, `before_each` is called, which may raise.
    """

    name = "memory"
    label = "Memory"
    has_accounts = True
    supports: ClassVar[frozenset[str]] = frozenset(FEATURES) - {"polls"}
    words: ClassVar[Mapping[str, tuple[str, str]]] = {"polls": ("polls do not move", "Write them again.")}
    Settings: ClassVar[type[Any]] = dict

    @classmethod
    def open(cls, settings: Any, site: SiteFacts) -> MemoryTarget:
        return cls(site.key)

    def __init__(self, key: bytes = KEY, base: str = "https://cloud.example.org") -> None:
        self.key = key
        self.base = base
        self.rooms: list[MemoryRoom] = []
        self.accounts: dict[str, str] = {}
        self.lacking: dict[str, str] = {}
        self.lossy: dict[str, Loss] = {}
        self.refusing: dict[str, str] = {}
        self.dropping: dict[str, Loss] = {}
        self.met: list[set[str]] = []
        self.before_each: Callable[[], None] = lambda: None
        self._numbers = count(1)

    def propose(self, key: str, meeting: Meeting, taken: Collection[str]) -> Room:
        return Room(opaque_name(self.key, key, taken), "")

    def locate(self, room: Room) -> Room:
        token = room.url.rpartition("/")[2]
        return replace(room, url=f"{self.base}/call/{token}") if token else room

    def lost(self, meeting: Meeting) -> Mapping[str, Loss]:
        return {**super().lost(meeting), **self.lossy}

    def identify(self, people: Collection[Person]) -> Mapping[Person, str]:
        return {person: self.accounts[person.email] for person in people if person.email in self.accounts}

    def meet(self, owners: Collection[str]) -> None:
        self.met.append(set(owners))

    def lacks(self, owner: str) -> str:
        return self.lacking.get(owner, "") if owner else "its host has no account"

    def plan(self, room: Room, meeting: Meeting, owner: str = "") -> RoomPlan:
        people = sorted({one.account for one in meeting.attendees if one.account} - {meeting.host.account})
        return RoomPlan(
            owner or meeting.host.account,
            {
                "name": meeting.topic,
                "description": meeting.agenda,
                "password": "passcode" in meeting.features,
                "lobby": "waiting_room" in meeting.features,
                "participants": people,
            },
        )

    def look(self, wanted: Mapping[str, Collection[Room]]) -> Mapping[str, RoomFound]:
        return {
            room.name: one.found()
            for owner, rooms in wanted.items()
            for room in rooms
            if (one := self.room(room.name, owner))
        }

    def write(self, writes: Sequence[RoomWrite], wrote: Callable[[], None]) -> Sequence[RoomWritten]:
        return [self._write(one, wrote) for one in writes]

    def password(self, room: Room, traits: Traits) -> str:
        return f"password of {room.name}" if traits.get("password") else ""

    def room(self, name: str, owner: str = "") -> MemoryRoom | None:
        """Return the oldest room of that name, of anybody or of one account."""
        return next((one for one in self.rooms if one.room.name == name and owner in {"", one.owner}), None)

    def make(self, name: str, owner: str, traits: Traits, *, used: bool = False) -> MemoryRoom:
        """Make a room, whether there is one like it or not."""
        room = Room(name, f"{self.base}/call/token{next(self._numbers)}")
        self.rooms.append(MemoryRoom(owner, room, {**traits}, used))
        return self.rooms[-1]

    def _write(self, write: RoomWrite, wrote: Callable[[], None]) -> RoomWritten:
        self.before_each()
        known = self.room(write.name, write.owner)
        if reason := self.refusing.get(write.name, ""):
            return RoomWritten(known and known.found(), reason=reason)
        if write.traits is None:
            self.rooms = [one for one in self.rooms if one is not known]
            wrote()
            return RoomWritten(None)
        asked = {trait: value for trait, value in write.traits.items() if trait not in self.dropping}
        one = known or self.make(write.name, write.owner, dict.fromkeys(write.traits))
        for trait, value in asked.items():
            if one.traits.get(trait) != value:
                self.before_each()
                one.traits[trait] = value
        wrote()
        missing = [trait for trait, value in write.traits.items() if one.traits[trait] != value]
        return RoomWritten(one.found(), tuple(self.dropping[trait] for trait in missing))
