"""What a Nextcloud has beside the organisation of the survival tests: what an export of Zoom's portal does not tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from migrate.core.meeting import Kind, Meeting, Person
from migrate.shared.schedule_format import write_schedule
from tests.survival.organisation import FIRST, Told

NAME = "details.csv"
HOSTS = ("ada", "ben", "cleo", "dan", "eve", "fay", "hal", "ivy", "jo")
NEWCOMERS = ("hal", "jo")
ZONE = "Europe/Berlin"
GUEST = Person("Gus Guest", "gus@example.net")

# Of each kind of room one that is made, and one that is changed, by who is asked to it and by what it needs.
BEFORE: Mapping[int, tuple[str, ...]] = {
    80000000101: ("ben", "cleo"),
    80000000111: ("waiting_room",),
    80000000131: ("ben",),
    80000000133: ("ada", "waiting_room"),
    80000000141: ("ada", "ben"),
}
AFTER: Mapping[int, tuple[str, ...]] = {
    80000000111: ("waiting_room",),
    80000000133: ("ada", "waiting_room", "gus"),
    80000000141: ("ada", "dan", "+cleo"),
    80000000900: ("ben", "cleo", "+cleo"),
    80000000902: ("waiting_room",),
    80000000905: ("ada", "waiting_room"),
    80000000908: ("gus", "+ada"),
}


def write(directory: Path, meetings: Mapping[int, Told], details: Mapping[int, tuple[str, ...]]) -> Path:
    """Write what is known of some meetings, beside the export in the same directory."""
    path = directory / NAME
    path.write_bytes(write_schedule(_meeting(number, meetings[number], words) for number, words in details.items()))
    return path


def _meeting(number: int, told: Told, words: tuple[str, ...]) -> Meeting:
    [day] = told.days[:1]
    meeting = Meeting(
        told.topic,
        Kind.SINGLE,
        str(number),
        host=_person(told.host),
        timezone=ZONE,
        start=(FIRST + timedelta(days=day, hours=told.hour)).replace(tzinfo=ZoneInfo(ZONE)),
        duration_minutes=told.minutes,
    )
    features = tuple(word for word in words if "_" in word)
    helpers = tuple(_person(word[1:]) for word in words if word.startswith("+"))
    attendees = tuple(_person(word) for word in words if word not in features and not word.startswith("+"))
    return replace(meeting, features=features, alternative_hosts=helpers, attendees=attendees)


def _person(name: str) -> Person:
    return GUEST if name == "gus" else Person(f"{name.title()} Example", f"{name}@example.org")
