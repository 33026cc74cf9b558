"""Small builders for what tests are about: rows, readings, bindings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from migrate.core.document import dump_meeting
from migrate.core.journal import Binding, Snapshot
from migrate.core.meeting import Kind, Meeting, Person
from migrate.core.merge import place
from migrate.core.plan import Input
from migrate.core.ports import Reading, RowCounts, Window
from migrate.core.problem import Problem, Severity
from migrate.core.recurrence import Shape
from migrate.core.rooms import Room

ZONE = "Europe/Berlin"
ANNA = Person("Anna Meier", "anna@example.org")
BEN = Person("Ben Okafor", "ben@example.org")
NUMBER = "80000000201"
PERSONAL = "8000000301"
UUID = "vawMH9zAQLytjCnQiQXSUg=="


def at(text: str, zone: str = ZONE) -> datetime:
    """Return the time that a clock on the wall shows, as in `2027-03-01 09:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def span(first: str, last: str, zone: str = ZONE) -> Window:
    """Return a window of 2027, as in `03-01`, `03-31`."""
    return Window(day(first), day(last), ZoneInfo(zone))


def day(text: str) -> date:
    """Return a day of 2027, as in `03-01`."""
    return date.fromisoformat(f"2027-{text}")


def weekly(first: str, count: int, days: int = 7) -> list[str]:
    """Return the times of a regular meeting, for `row`."""
    start = datetime.fromisoformat(first)
    return [f"{start + timedelta(days=days * turn):%Y-%m-%d %H:%M}" for turn in range(count)]


def row(start: str | None, topic: str = "Standup", number: str | None = NUMBER, **fields: Any) -> Meeting:
    """Return what a source makes of one row; without a start it is a room."""
    zone = fields.get("timezone", ZONE)
    kind = Kind.SINGLE if start else Kind.ROOM
    known: dict[str, Any] = {"host": ANNA, "timezone": zone, "kind": kind, "duration_minutes": 30 if start else None}
    return Meeting(topic, number=number, start=at(start, zone) if start else None, **known | fields)


def rows(starts: Iterable[str], topic: str = "Standup", number: str | None = NUMBER, **fields: Any) -> list[Meeting]:
    """Return one row for each start."""
    return [row(start, topic, number, **fields) for start in starts]


def series(first: str, count: int, topic: str = "Standup", number: str | None = NUMBER, **fields: Any) -> Meeting:
    """Return a weekly series, as a source tells it that knows the whole of it."""
    start = at(first)
    rule = f"FREQ=WEEKLY;BYDAY={start:%a}".upper()[:-1] + f";COUNT={count}"
    known = {"kind": Kind.SERIES, "start": start, "rrule": rule, "duration_minutes": 30, "timezone": ZONE, "host": ANNA}
    return Meeting(topic, number=number, **known | fields)


def as_meeting(shape: Shape) -> Meeting:
    """Make a meeting of what rows were told as."""
    return Meeting(
        shape.topic,
        timezone=str(shape.start.tzinfo),
        start=shape.start,
        duration_minutes=shape.duration_minutes,
        rrule=shape.rrule,
        exdates=shape.exdates,
        overrides=shape.overrides,
        singles=shape.singles,
    )


def reading(
    *meetings: Meeting,
    window: tuple[str, str] | None = ("03-01", "03-31"),
    path: str = "upcoming.csv",
    zone: str = ZONE,
    **fields: Any,
) -> Reading:
    """Return the reading of an upcoming-events export: a header, then one row for each meeting."""
    listed = [replace(meeting, sources=(f"{path}:{line}",)) for line, meeting in enumerate(meetings, start=2)]
    counts = RowCounts(read=len(listed) + 1, header=1)
    known = {"kind": "upcoming-events", "label": "Zoom upcoming events", "rank": 20, "by_rows": True} | fields
    return Reading(
        meetings=listed,
        problems=[],
        rows=counts,
        columns={"topic": "Topic"},
        unused_columns=[],
        encoding="utf-8",
        delimiter=",",
        timezone=zone,
        date_order="ymd",
        date_order_reason="the dates are ISO 8601",
        window=span(*window, zone) if window else None,
        **known,
    )


def schedule_csv(*meetings: Meeting, path: str = "schedule.csv", **fields: Any) -> Reading:
    """Return the reading of a schedule CSV: whole meetings, and the best source there is."""
    return reading(*meetings, path=path, **{"kind": "schedule-csv", "rank": 90, "by_rows": False} | fields)


def spoilt(listed: Reading, *lines: int) -> Reading:
    """Return the reading as it is where the rows in these lines cannot be read."""
    path = place(listed.meetings[0])[0] if lines else ""
    left = [each for each in listed.meetings if each.sources[0] not in {f"{path}:{line}" for line in lines}]
    problems = [Problem("bad-date", Severity.ERROR, "not a date", path, line) for line in lines]
    return replace(listed, meetings=left, problems=problems, rows=replace(listed.rows, problems=len(lines)))


def as_input(listed: Reading, path: str = "upcoming.csv") -> Input:
    """Return the input file of a reading; the hash is made of what was read."""
    return Input(path, sha256(repr([meeting.topic for meeting in listed.meetings]).encode()).hexdigest(), listed)


def settled(*readings: Reading) -> bool:
    """Tell whether every row of every file is counted once."""

    def rest(rows: RowCounts) -> int:
        known = rows.blank + rows.header + rows.not_a_schedule + rows.problems
        return known + rows.in_meetings + rows.merged + rows.before_since

    return all(each.rows.read == rest(each.rows) for each in readings)


def binding(key: str, meeting: Meeting, **fields: Any) -> Binding:
    """Return what the journal holds of a meeting."""
    name = f"room-{key}"
    room = Room(name, f"https://meet.example.org/{name}")
    known = {"collection": "anna@example.org", "uids": (f"uid-{key}",), "fingerprint": "f", "sequence": 0, "run": "r1"}
    return Binding(key, dump_meeting(meeting), room, **known | fields)


def snapshot(*bindings: Binding, aliases: dict[str, str] | None = None, rooms: Iterable[str] = ()) -> Snapshot:
    """Return a journal's state; `rooms` are keys that had a room once and have no meeting now."""
    had = {key: Room(f"old-{key}", f"https://meet.example.org/old-{key}") for key in rooms}
    known = {each.key: each.room for each in bindings if "#" not in each.key}
    return Snapshot(7, {each.key: each for each in bindings}, had | known, aliases or {})
