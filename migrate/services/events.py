"""Events as they are now: where they are, and what is found there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from migrate.core.diff import Live
from migrate.core.journal import Binding
from migrate.core.ports import Calendar, Event


@dataclass(frozen=True, slots=True)
class Place:
    """Where the event of a key is: its collection and all its UIDs."""

    collection: str
    uids: tuple[str, ...]

    @classmethod
    def of(cls, binding: Binding | None) -> Place | None:
        """Return where the event of a binding is, None if it has none."""
        return cls(binding.collection, binding.uids) if binding and binding.uids else None

    def joined(self, uids: Iterable[str]) -> Place:
        """Return this with more UIDs."""
        return Place(self.collection, (*self.uids, *(uid for uid in uids if uid not in self.uids)))

    def without(self, other: Place | None) -> Place:
        """Return what of this is in no other place."""
        kept = other.uids if other and other.collection == self.collection else ()
        return Place(self.collection, tuple(uid for uid in self.uids if uid not in kept))


@dataclass(frozen=True, slots=True)
class Found(Live):
    """What is there, with its text, so that undo can put it back, and all places where it is or was looked for."""

    text: str = ""
    place: Place | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    """The fingerprint of each UID that is there."""


_SEQUENCE = re.compile(r"^SEQUENCE:(\d{1,9})\s*$", re.MULTILINE)


def sequence_of(text: str) -> int:
    """Return the highest SEQUENCE in the text of events, -1 if there is none: what is written next must be above it."""
    return max(map(int, _SEQUENCE.findall(text)), default=-1)


def parts(event: Event | Binding) -> dict[str, str]:
    """Return the fingerprint of each UID of an event of which all are there."""
    return dict(zip(event.uids, event.fingerprint.split("+"), strict=False)) if event.fingerprint else {}


NOTHING_TO_FIND = Found(exists=True)


def look(calendar: Calendar, places: Mapping[str, Place | None]) -> dict[str, Found]:
    """Look at the events of many keys, reading each collection once.

    Single dates of a key that its place does not name, because a journal was lost, count as the others do.
    """
    wanted: dict[str, set[str]] = defaultdict(set)
    for place in places.values():
        if place:
            wanted[place.collection].update(place.uids)
    collections = calendar.look(wanted)
    singles = {name: _singles(events or {}) for name, events in collections.items()}
    found = {}
    for key, place in places.items():
        if place:
            others = singles[place.collection].get(place.uids[0], ()) if place.uids else ()
            found[key] = _found(collections[place.collection], place.joined(others))
        else:
            found[key] = NOTHING_TO_FIND
    return found


def _singles(events: Mapping[str, Event]) -> dict[str, list[str]]:
    """Return the UIDs of single dates, in order, by those of their meetings."""
    singles: dict[str, list[str]] = defaultdict(list)
    for uid in sorted(uid for uid, event in events.items() if event.meeting):
        singles[events[uid].meeting].append(uid)
    return singles


def _found(collection: Mapping[str, Event] | None, place: Place) -> Found:
    """Put together what was found of one key: the events of all its UIDs count as one."""
    if collection is None:
        return Found(place=place)
    events = {uid: collection[uid] for uid in place.uids if uid in collection}
    return Found(
        "+".join(event.fingerprint for event in events.values()),
        exists=True,
        text="".join(event.text for event in events.values()),
        place=place,
        parts={uid: event.fingerprint for uid, event in events.items()},
    )
