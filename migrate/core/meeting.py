"""Meeting and its parts: what every source yields and every target receives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a meeting is, in Zoom's sense."""

    SINGLE = "single"
    SERIES = "series"
    ROOM = "room"
    """A permanent room without a date, such as a personal meeting room."""
    WEBINAR = "webinar"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a file names. Any field may be empty; `account` is the name on the target system."""

    name: str = ""
    email: str = ""
    account: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.email or self.account)

    def __str__(self) -> str:
        if self.name and self.email:
            return f"{self.name} <{self.email}>"
        return self.name or self.email or self.account


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of a meeting.

    `start` is aware, in the meeting's zone. An empty `topic` and a `duration_minutes` of None mean "as the meeting".
    """

    start: datetime
    duration_minutes: int | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """An occurrence of the rule that was changed. `occurrence` is where the rule puts it, `start` where it is now."""

    occurrence: datetime
    start: datetime
    duration_minutes: int | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting or series.

    All datetimes are aware and in `timezone` (an IANA name). `start` is the first occurrence of the rule and None for a
    room. The dates of a meeting are: what `rrule` gives from `start`, less `exdates`, with `overrides` in place of
    what they name, and the `singles`, which no rule covers. `sources` are "file:line" of every row that told of it.
    """

    topic: str
    kind: Kind = Kind.SINGLE
    number: str | None = None
    uuid: str | None = None
    host: Person = Person()
    alternative_hosts: tuple[Person, ...] = ()
    timezone: str = "UTC"
    start: datetime | None = None
    duration_minutes: int | None = None
    rrule: str | None = None
    exdates: tuple[datetime, ...] = ()
    overrides: tuple[Override, ...] = ()
    singles: tuple[Occurrence, ...] = ()
    old_link: str | None = None
    agenda: str = ""
    features: tuple[str, ...] = ()
    attendees: tuple[Person, ...] = ()
    assumptions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
