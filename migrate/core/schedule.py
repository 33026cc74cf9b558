"""What all files together say: readings -> one schedule of keyed meetings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from migrate.core import naming, recurrence
from migrate.core.features import Loss
from migrate.core.meeting import Kind, Meeting, Occurrence, Person
from migrate.core.merge import commonest, contradictions, merge, merge_people, place
from migrate.core.ports import Reading, Window
from migrate.core.problem import Problem, Severity


@dataclass(frozen=True, slots=True)
class Entry:
    """One meeting of the schedule. `by_rows`: its dates were listed row by row, so they may be only a part of it."""

    key: str
    meeting: Meeting
    losses: tuple[Loss, ...] = ()
    by_rows: bool = False


@dataclass(slots=True)
class Schedule:
    """All meetings by key, in order of the keys, and what was wrong with the rows they came from."""

    entries: dict[str, Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)

    def covers(self, day: date) -> bool:
        """Tell whether some file covers the date."""
        return any(day in window for window in self.windows)


@dataclass(frozen=True, slots=True)
class _Record:
    reading: Reading
    meeting: Meeting


def assemble(readings: Sequence[Reading], since: date) -> Schedule:
    """Group the records of all files by key, merge them, and tell rows as series.

    Completes the row counts of every reading. Dates before `since` are counted and left out.
    """
    schedule = Schedule(windows=[reading.window for reading in readings if reading.window])
    for reading in readings:
        schedule.problems += reading.problems
    groups: dict[str, list[_Record]] = defaultdict(list)
    for record in _records(readings, since):
        groups[naming.key_of(record.meeting)].append(record)
    for key in sorted(groups):
        for entry in _entries(key, groups[key], schedule.problems):
            schedule.entries[entry.key] = entry
    return schedule


def _records(readings: Sequence[Reading], since: date) -> Iterable[_Record]:
    for reading in readings:
        for meeting in reading.meetings:
            if _is_over(meeting, since):
                reading.rows.before_since += 1
            else:
                yield _Record(reading, meeting)


def _is_over(meeting: Meeting, since: date) -> bool:
    if meeting.start is None:
        return False
    if meeting.rrule is None and not meeting.singles:
        return meeting.start.date() < since
    if meeting.rrule is not None and not recurrence.is_bounded(meeting.rrule):
        return False
    return all(occurrence.start.date() < since for occurrence in recurrence.dates(meeting))


def _entries(key: str, records: list[_Record], problems: list[Problem]) -> Iterable[Entry]:
    whole = [record for record in records if not record.reading.by_rows]
    if whole:
        yield _given(key, whole, [record for record in records if record.reading.by_rows], problems)
        return
    rooms = [record for record in records if record.meeting.start is None]
    dated = [record for record in records if record.meeting.start is not None]
    if rooms and (not dated or naming.is_personal(rooms[0].meeting.number)):
        yield _room(key, rooms)
        rooms = []
    _count_merged(rooms)
    if not dated:
        return
    if naming.is_personal(dated[0].meeting.number):
        yield from _held_in_personal_room(dated, problems)
    else:
        yield from _series(key, dated, rooms, problems)


def _given(key: str, whole: list[_Record], rows: list[_Record], problems: list[Problem]) -> Entry:
    """A source told the meeting whole; whatever else was said of it only fills gaps."""
    ranked = sorted(whole, key=lambda record: -record.reading.rank) + rows
    best, *others = ranked
    best.reading.rows.in_meetings += 1
    _count_merged(others)
    for other in others:
        if not other.reading.by_rows:
            problems.extend(contradictions(best.meeting, other.meeting))
    return Entry(key, _with_link(merge([record.meeting for record in ranked])))


def _room(key: str, rooms: list[_Record]) -> Entry:
    rooms[0].reading.rows.in_meetings += 1
    _count_merged(rooms[1:])
    merged = merge([record.meeting for record in rooms])
    return Entry(key, _with_link(replace(merged, kind=Kind.ROOM, duration_minutes=None)), by_rows=True)


def _held_in_personal_room(records: list[_Record], problems: list[Problem]) -> Iterable[Entry]:
    """Group what is held in one personal room by topic and by pattern: number and topic alone do not tell series."""
    by_topic: dict[str, list[_Record]] = defaultdict(list)
    for record in records:
        by_topic[naming.normalise(record.meeting.topic)].append(record)
    for topic in sorted(by_topic):
        unique = _unique_starts(by_topic[topic], problems)
        by_start = {_instant(record.meeting): record for record in unique}
        parts = recurrence.patterns([_occurrence(record.meeting) for record in unique])
        number = records[0].meeting.number or ""
        for part in parts:
            entry = _told("", [by_start[occurrence.start.timestamp()] for occurrence in part], [])
            name = recurrence.pattern_name(recurrence.tell(part)) if len(parts) > 1 else ""
            yield replace(entry, key=naming.personal_key(number, topic, name))


def _series(key: str, dated: list[_Record], rooms: list[_Record], problems: list[Problem]) -> Iterable[Entry]:
    unique = _unique_starts(dated, problems)
    entry = _told(key, unique, rooms)
    if key.startswith("topic:") and entry.meeting.singles:
        problems.append(_not_one_series(unique))
        for record in unique:
            record.reading.rows.in_meetings -= 1
            record.reading.rows.problems += 1
        return
    yield entry


def _told(key: str, records: list[_Record], others: list[_Record]) -> Entry:
    """Tell dated rows of one meeting, with unique starts, as one Meeting."""
    for record in records:
        record.reading.rows.in_meetings += 1
    rows = [record.meeting for record in records]
    first = rows[0]
    if len(rows) == 1 and not others:
        return Entry(key, _with_link(first), by_rows=True)
    zone = ZoneInfo(commonest([row.timezone for row in rows]))
    shape = recurrence.tell([_occurrence(row, zone) for row in rows])
    several = len(rows) > 1
    everything = rows + [record.meeting for record in others]
    meeting = replace(
        merge(everything),
        topic=shape.topic,
        kind=_kind(rows, several=several),
        host=_host(everything),
        timezone=zone.key,
        start=shape.start,
        duration_minutes=shape.duration_minutes,
        rrule=shape.rrule,
        exdates=shape.exdates,
        overrides=shape.overrides,
        singles=shape.singles,
        assumptions=_all(row.assumptions for row in rows),
    )
    return Entry(key, _with_link(meeting), _open_end(meeting, records), by_rows=True)


def _occurrence(row: Meeting, zone: ZoneInfo | None = None) -> Occurrence:
    start = row.start
    if start is None:
        raise ValueError("a row without a date is not an occurrence")
    return Occurrence(start.astimezone(zone) if zone else start, row.duration_minutes, row.topic)


def _instant(row: Meeting) -> float:
    # Two datetimes in one zone compare by wall clock: in the hour that a clock repeats, different instants are equal.
    return _occurrence(row).start.timestamp()


def _unique_starts(records: list[_Record], problems: list[Problem]) -> list[_Record]:
    """Keep one record a start, in order of time; a second one that differs is a contradiction."""
    kept: dict[float, _Record] = {}
    for record in records:
        known = kept.setdefault(_instant(record.meeting), record)
        if known is not record:
            record.reading.rows.merged += 1
            problems.extend(contradictions(known.meeting, record.meeting))
    return [kept[instant] for instant in sorted(kept)]


def _open_end(meeting: Meeting, records: list[_Record]) -> tuple[Loss, ...]:
    goes_on = recurrence.continues_after(meeting) if meeting.rrule else None
    ends = [record.reading.window.last for record in records if record.reading.window]
    if goes_on is None or (ends and goes_on <= max(ends)):
        return ()
    return (
        Loss(
            "series-open-end",
            "the series may go on after the last date in the file",
            "Export the following months too and plan again with all files; the series is extended, nothing is doubled.",
        ),
    )


def _not_one_series(records: list[_Record]) -> Problem:
    path, line = place(records[0].meeting)
    places = ", ".join(record.meeting.sources[0] for record in records[:10])
    more = f" and {len(records) - 10} more" if len(records) > 10 else ""
    return Problem(
        "ambiguous-series",
        Severity.ERROR,
        f"{len(records)} rows share host and topic but no meeting number, and their dates are not one series"
        f" ({places}{more})",
        path,
        line,
        "Export the file with its meeting ID column, or write these meetings into a schedule CSV.",
    )


def _kind(rows: list[Meeting], *, several: bool) -> Kind:
    if any(row.kind is Kind.WEBINAR for row in rows):
        return Kind.WEBINAR
    return Kind.SERIES if several else Kind.SINGLE


def _host(rows: list[Meeting]) -> Person:
    names = [row.host for row in rows if row.host]
    if not names:
        return rows[0].host
    usual = commonest(names)
    return merge_people([usual, *names])


def _with_link(meeting: Meeting) -> Meeting:
    if meeting.old_link or not meeting.number:
        return meeting
    return replace(meeting, old_link=f"https://zoom.us/j/{meeting.number}")


def _all(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))


def _count_merged(records: Iterable[_Record]) -> None:
    for record in records:
        record.reading.rows.merged += 1
