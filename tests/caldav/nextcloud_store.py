"""What Nextcloud's CalDAV keeps: calendars, their objects and changes, and a trash bin for each user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5
from uuid import uuid4

from tests.caldav.errors import BadRequest, Forbidden, MethodNotAllowed, NotFound, UidTaken

DEFAULT = "personal"


@dataclass
class Stored:
    """A calendar object. `number` is its name in the trash bin."""

    number: int
    uid: str
    data: bytes

    @property
    def etag(self) -> str:
        return f'"{md5(self.data).hexdigest()}"'


@dataclass
class Collection:
    """A calendar. `changes` names a resource each time it changes; their count is the sync token."""

    displayname: str
    writable: bool = True
    objects: dict[str, Stored] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Trashed:
    """A deleted object, and where it was."""

    calendar: str
    name: str
    stored: Stored
    deleted: datetime


@dataclass
class Store:
    """All calendars by user and name, all trash by user and number. `numbered` objects were made, or tried to."""

    homes: dict[str, dict[str, Collection]] = field(default_factory=dict)
    trash: dict[str, dict[int, Trashed]] = field(default_factory=dict)
    numbered: int = 0

    def add_user(self, user: str, *, logged_in: bool) -> None:
        """Make a home; its default calendar comes with the first login."""
        birthdays = Collection("Contact birthdays", writable=False)
        self.homes[user] = {DEFAULT: Collection("Personal"), "contact_birthdays": birthdays} if logged_in else {}
        self.trash[user] = {}

    def calendar(self, user: str, name: str) -> Collection:
        """Return a calendar that is there."""
        if name not in self.homes[user]:
            raise NotFound(f"Node with name '{name}' could not be found")
        return self.homes[user][name]

    def make(self, user: str, name: str, displayname: str) -> None:
        """Make a calendar."""
        if name in self.homes[user]:
            raise MethodNotAllowed("The resource you tried to create already exists")
        self.homes[user][name] = Collection(displayname)

    def put(self, user: str, calendar: str, name: str, uid: str, data: bytes) -> Stored:
        """Store an object, new or changed."""
        collection = self.calendar(user, calendar)
        if not collection.writable:
            raise Forbidden("Permission denied to create file")
        old = collection.objects.get(name)
        if any(other.uid == uid for key, other in collection.objects.items() if key != name):
            raise BadRequest("Calendar object with uid already exists in this calendar collection.")
        # A number is spent on the attempt too.
        self.numbered += old is None
        if self._in_trash(user, calendar, uid):
            raise UidTaken(f"Duplicate entry '0-{uid}' for key 'calobjects_by_uid_index'")
        collection.objects[name] = Stored(old.number if old else self.numbered, uid, data)
        collection.changes.append(name)
        return collection.objects[name]

    def delete(self, user: str, calendar: str, name: str, now: datetime) -> Stored:
        """Move an object to the trash bin."""
        collection = self.calendar(user, calendar)
        if name not in collection.objects:
            raise NotFound("Calendar object not found")
        stored = collection.objects.pop(name)
        collection.changes.append(name)
        self.trash[user][stored.number] = Trashed(calendar, name, stored, now)
        return stored

    def trashed(self, user: str, name: str) -> Trashed:
        """Return what has a name such as 12.ics in the trash bin."""
        number = name.removesuffix(".ics")
        if not number.isdigit() or int(number) not in self.trash[user]:
            raise NotFound(f"Node with name '{name}' could not be found")
        return self.trash[user][int(number)]

    def purge(self, user: str, name: str) -> None:
        """Remove an object from the trash bin for ever."""
        del self.trash[user][self.trashed(user, name).stored.number]

    def restore(self, user: str, name: str) -> None:
        """Put an object from the trash bin back where it was."""
        found = self.trashed(user, name)
        collection = self.calendar(user, found.calendar)
        if found.name in collection.objects:
            raise UidTaken(f"Duplicate entry '{found.name}' for key 'calobjects_index'")
        del self.trash[user][found.stored.number]
        collection.objects[found.name] = found.stored
        collection.changes.append(found.name)

    def objects(self, user: str, calendar: str) -> Mapping[str, Stored]:
        """Return what is in a calendar, by name."""
        return self.calendar(user, calendar).objects

    def find(self, user: str, uid: str) -> tuple[str, str] | None:
        """Return calendar and name of the user's object with that UID."""
        return next(self._with_uid(user, uid), None)

    def deliver(self, user: str, uid: str, data: bytes) -> None:
        """Store what another user sends: in place of the object with its UID, or as a new one."""
        calendar, name = self.find(user, uid) or (DEFAULT, f"sabredav-{uuid4()}.ics")
        if calendar in self.homes[user] and not self._in_trash(user, calendar, uid):
            self.put(user, calendar, name, uid, data)

    def _in_trash(self, user: str, calendar: str, uid: str) -> bool:
        return any(found.calendar == calendar and found.stored.uid == uid for found in self.trash[user].values())

    def _with_uid(self, user: str, uid: str) -> Iterator[tuple[str, str]]:
        for calendar, collection in self.homes[user].items():
            yield from ((calendar, name) for name, stored in collection.objects.items() if stored.uid == uid)
