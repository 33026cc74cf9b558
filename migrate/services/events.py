"""Events as they are now: where they are, and what is found there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from migrate.core.diff import Live
from migrate.core.ports import Binding, Calendar, Event


@dataclass(frozen=True, slots=True)
class Place:
    """Where the event of a key is: its collection and all its UIDs."""

    collection: str
    uids: tuple[str, ...]

    @classmethod
    def of(cls, binding: Binding | None) -> Place | None:
        """Return where the event of a binding is, None if it has none."""
        return cls(binding.collection, binding.uids) if binding and binding.uids else None

    def without(self, other: Place | None) -> Place:
        """Return what of this is in no other place."""
        kept = other.uids if other and other.collection == self.collection else ()
        return Place(self.collection, tuple(uid for uid in self.uids if uid not in kept))


@dataclass(frozen=True, slots=True)
class Found(Live):
    """What is there, with its text, so that undo can put it back."""

    text: str = ""


_SEQUENCE = re.compile(r"^SEQUENCE:(\d{1,9})\s*$", re.MULTILINE)


def sequence_of(text: str) -> int:
    """Return the highest SEQUENCE in the text of events, -1 if there is none: what is written next must be above it."""
    return max(map(int, _SEQUENCE.findall(text)), default=-1)


NOTHING_TO_FIND = Found(exists=True)


def look(calendar: Calendar, places: Mapping[str, Place | None]) -> dict[str, Found]:
    """Look at the events of many keys, reading each collection once."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for place in places.values():
        if place:
            wanted[place.collection].update(place.uids)
    collections = {name: calendar.look(name, uids) for name, uids in wanted.items()}
    return {
        key: found(collections[place.collection], place.uids) if place else NOTHING_TO_FIND
        for key, place in places.items()
    }


def found(collection: Mapping[str, Event] | None, uids: Iterable[str]) -> Found:
    """Put together what was found of one key: the events of all its UIDs count as one."""
    if collection is None:
        return Found()
    events = [collection[uid] for uid in uids if uid in collection]
    return Found(
        fingerprint="+".join(event.fingerprint for event in events), exists=True, text="".join(e.text for e in events)
    )
