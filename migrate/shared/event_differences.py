"""What differs between two texts of one event, told by property."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from migrate.core.plan import Difference
from migrate.shared.icalendar_text import properties_of

# Said first, and in this order: what people look at.
_FIRST = ("SUMMARY", "DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "LOCATION", "DESCRIPTION", "STATUS")
_STAMPS = frozenset({"DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE"})

Properties = Mapping[str, str]
About = tuple[str, str]
"""Which VEVENT: its UID, and its RECURRENCE-ID if it is one changed date of a series."""


def differences(export: str, calendar: str) -> list[Difference]:
    """Compare what would be written with what is there. Stamps, order and folding make no difference."""
    left, right = _vevents(export), _vevents(calendar)
    meeting = next(iter(left), ("", ""))[0]
    found: list[Difference] = []
    for about in (*left, *(about for about in right if about not in left)):
        sides = left.get(about, {}), right.get(about, {})
        uid, date = about
        found += _differing(*sides, date or (_start(*sides) if uid != meeting else ""))
    return found


def _differing(export: Properties, calendar: Properties, occurrence: str) -> Iterator[Difference]:
    names = {*export, *calendar} - _STAMPS
    for name in sorted(names, key=_rank):
        if export.get(name) != calendar.get(name):
            yield Difference(name, export.get(name, ""), calendar.get(name, ""), occurrence)


def _rank(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)


def _start(*sides: Properties) -> str:
    return next((side["DTSTART"] for side in sides if "DTSTART" in side), "")


def _vevents(text: str) -> dict[About, Properties]:
    """Return the properties of each VEVENT; values of one name together."""
    vevents: dict[About, Properties] = {}
    for properties in properties_of(text, "VEVENT"):
        values: dict[str, list[str]] = defaultdict(list)
        for name, value in properties:
            values[name].append(value)
        about = "".join(values.pop("UID", [])), "".join(values.pop("RECURRENCE-ID", []))
        vevents[about] = {name: ", ".join(sorted(many)) for name, many in values.items()}
    return vevents
