"""Records of one key -> meetings: a meeting told whole is believed, rows are told as series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from migrate.core import naming, recurrence
from migrate.core.cadence import commonest
from migrate.core.coverage import Coverage
from migrate.core.keys import PersonalKeys
from migrate.core.meeting import Kind, Meeting, Occurrence, Person
from migrate.core.merge import alike, contradicting_rows, contradictions, merge, merge_people, merged_fields
from migrate.core.problem import Problem
from migrate.core.records import Record, ambiguous, count, disagreements, told_twice


@dataclass(frozen=True, slots=True)
class Entry:
    """One meeting of the schedule.

    `by_rows`: its dates were listed row by row, so they may be only a part of it. `guess`: it is likely, and told by
    nobody.
    """

    key: str
    meeting: Meeting
    by_rows: bool = False
    guess: bool = False


_NO_SERIES = "share host and topic, and their dates are not one series"
_NOT_THAT_SERIES = "could be of the meeting known by host and topic, but their dates are not one series with its own"

Memory = Callable[[str], Mapping[str, Sequence[Occurrence]]]


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the records of a key, notes in `problems` what is wrong with them, and counts where each went.

    `memory` returns what is known of a key, or of all that is held under one topic in a personal room, as journalled
    key -> dates: the rest of a series is still a series. `coverage` are the dates that the files speak for.
    """

    problems: list[Problem]
    memory: Memory
    coverage: Coverage

    def entries(self, key: str, records: Sequence[Record]) -> Iterator[Entry]:
        """Yield the meetings of one key: one, or those held in a personal room."""
        if any(record.reading is not records[0].reading for record in records):
            records = sorted(records, key=lambda record: (-record.reading.rank, record.meeting.number is None))
        number = next((record.meeting.number for record in records if record.meeting.number), None)
        if number and naming.is_personal(number):
            yield from self._in_personal_room(key, number, records)
            return
        whole, rows = _split(records, lambda record: not record.reading.by_rows)
        rooms, dated = _split(rows, lambda record: record.meeting.start is None)
        if whole:
            yield from self._given(key, whole, rows)
        elif not dated:
            yield self._room(key, rooms)
        else:
            yield from self._series(key, dated, rooms)

    def refuse(self, records: Sequence[Record], problem: Problem) -> None:
        """Keep rows out of the schedule."""
        count(records, "problems")
        self.problems.append(problem)

    def _given(self, key: str, whole: Sequence[Record], rows: Sequence[Record]) -> Iterator[Entry]:
        """Believe the source that told the meeting whole; whatever else was said of it only fills gaps."""
        if problem := told_twice(whole):
            self.refuse([*whole, *rows], problem)
            return
        best, *others = whole
        count([best], "in_meetings")
        count([*others, *rows], "merged")
        for other in others:
            self.problems.extend(contradictions(best.meeting, other.meeting))
        self.problems.extend(contradicting_rows(best.meeting, [row.meeting for row in rows]))
        yield Entry(key, with_link(merge([record.meeting for record in (*whole, *rows)])))

    def _room(self, key: str, rooms: Sequence[Record]) -> Entry:
        best, *others = rooms
        count([best], "in_meetings")
        count(others, "merged")
        merged = merge([record.meeting for record in rooms])
        return Entry(key, with_link(replace(merged, kind=Kind.ROOM, duration_minutes=None)), best.reading.by_rows)

    def _in_personal_room(self, key: str, number: str, records: Sequence[Record]) -> Iterator[Entry]:
        """Group what is held in one room by topic and by pattern: number and topic alone do not tell series apart."""
        rooms, dated = _split(records, lambda record: record.meeting.start is None)
        if rooms:
            yield self._room(key, rooms)
        by_topic: dict[str, list[Record]] = defaultdict(list)
        for record in dated:
            by_topic[naming.personal_key(number, record.meeting.topic)].append(record)
        for base in sorted(by_topic):
            whole, rows = _split(by_topic[base], lambda record: not record.reading.by_rows)
            yield from self._given_patterns(base, whole, rows) if whole else self._patterns(base, rows)

    def _given_patterns(self, base: str, whole: Sequence[Record], rows: Sequence[Record]) -> Iterator[Entry]:
        """Tell each pattern by what a source told whole; a row belongs to the pattern that has its date."""
        by_pattern: dict[str, list[Record]] = defaultdict(list)
        for record in whole:
            by_pattern[recurrence.pattern_name(record.meeting)].append(record)
        last = max((_start(row.meeting) for row in rows), default=None)
        names = sorted(by_pattern)
        dates = {name: _instants(by_pattern[name][0].meeting, last) for name in names}
        told: dict[str, list[Record]] = defaultdict(list)
        for row in rows:
            told[next((name for name in names if _instant(row.meeting) in dates[name]), names[0])].append(row)
        keys = PersonalKeys(base, self.memory(base), ())
        for name in names:
            key = keys.of(name, sorted(_instants(by_pattern[name][0].meeting)))
            yield from self._given(key, by_pattern[name], told[name])

    def _patterns(self, base: str, records: Sequence[Record]) -> Iterator[Entry]:
        """Tell rows pattern by pattern; a date that the journal has stays with the meeting that it has it for."""
        self.problems.extend(disagreements(records))
        unique, repeated = self._unique_starts(records)
        count(unique, "in_meetings")
        count(repeated, "merged")
        zone = _common_zone([record.meeting for record in unique])
        by_start = {_instant(record.meeting): record for record in unique}
        dates = [_occurrence(record.meeting, zone) for record in unique]
        keys = PersonalKeys(base, self.memory(base), by_start)
        told: dict[str, list[float]] = defaultdict(list)
        for part in recurrence.patterns(dates + self._remembered(base, dates, zone)):
            instants = [date.start.timestamp() for date in part]
            listed = [instant for instant in instants if instant in by_start]
            key = keys.of(recurrence.pattern_name(recurrence.tell(part)), instants) if listed else ""
            for instant in listed:
                told[keys.owner.get(instant, key)].append(instant)
        for key, instants in told.items():
            yield _told(key, [by_start[instant] for instant in sorted(instants)], [])

    def _series(self, key: str, dated: Sequence[Record], rooms: Sequence[Record]) -> Iterator[Entry]:
        self.problems.extend(disagreements(dated))
        unique, repeated = self._unique_starts(dated)
        entry = _told(key, unique, rooms)
        if key.startswith("topic:") and not self._is_one_series(entry):
            left = [*unique, *repeated, *rooms]
            self.refuse(left, ambiguous(left, _NO_SERIES if entry.meeting.singles else _NOT_THAT_SERIES))
            return
        count(unique, "in_meetings")
        count([*repeated, *rooms], "merged")
        yield entry

    def _is_one_series(self, entry: Entry) -> bool:
        """Tell whether the dates of an entry are one series, alone or with those that are known from before."""
        dates, singles = list(recurrence.dates(entry.meeting)), entry.meeting.singles
        known = self._remembered(entry.key, dates, ZoneInfo(entry.meeting.timezone))
        if not known:
            return not singles
        strays = recurrence.tell(known + dates).singles
        # Dates that never fitted do not speak against others that go on with the rule.
        return not strays or (not singles and _starts(strays) <= _starts(recurrence.tell(known).singles))

    def _remembered(self, key: str, listed: Sequence[Occurrence], zone: ZoneInfo) -> list[Occurrence]:
        """Return known dates that are not listed, and that no file speaks for."""
        instants = _starts(listed)
        known = [date for dates in self.memory(key).values() for date in dates if not self.coverage.covers(date.start)]
        dates = {date.start.timestamp(): replace(date, start=date.start.astimezone(zone)) for date in known}
        return [date for instant, date in dates.items() if instant not in instants]

    def _unique_starts(self, records: Sequence[Record]) -> tuple[list[Record], list[Record]]:
        """Keep one record a start, in order of time; another one, returned apart, fills its gaps or contradicts it."""
        kept: dict[float, Record] = {}
        repeated: list[Record] = []
        for record in records:
            known = kept.setdefault(_instant(record.meeting), record)
            if known is not record:
                repeated.append(record)
                self.problems.extend(contradictions(known.meeting, record.meeting))
                both = merge([known.meeting, record.meeting])
                kept[_instant(both)] = Record(known.reading, both)
        return [kept[instant] for instant in sorted(kept)], repeated


def _told(key: str, records: Sequence[Record], others: Sequence[Record]) -> Entry:
    """Tell dated rows of one meeting, with unique starts, as one Meeting; `others` are rows of it without a date."""
    rows = [record.meeting for record in records]
    if len(rows) == 1 and not others:
        return Entry(key, with_link(rows[0]), by_rows=True)
    zone = _common_zone(rows)
    shape = recurrence.tell([_occurrence(row, zone) for row in rows])
    everything = rows + [record.meeting for record in others]
    # The rows of a series mostly differ in nothing but their start.
    sources = tuple([source for row in everything for source in row.sources])
    united: dict[str, Any] = {"sources": sources} if alike(everything) else _united(rows, everything)
    link = _link(united.get("old_link", rows[0].old_link), united.get("number", rows[0].number))
    dates = shape.fields() | {"kind": _kind(rows), "timezone": zone.key, "old_link": link}
    return Entry(key, replace(rows[0], **united | dates), by_rows=True)


def _united(rows: Sequence[Meeting], everything: Sequence[Meeting]) -> dict[str, Any]:
    """Return what differing rows say together: field -> value."""
    uuids = {row.uuid for row in everything if row.uuid}
    return merged_fields(everything) | {
        # Zoom may name each date by a uuid of its own.
        "uuid": uuids.pop() if len(uuids) == 1 else None,
        "host": _host(everything),
        "features": tuple(sorted({feature for row in everything for feature in row.features})),
        "assumptions": tuple(dict.fromkeys(text for row in rows for text in row.assumptions)),
    }


def _occurrence(row: Meeting, zone: ZoneInfo) -> Occurrence:
    start = _start(row)
    return Occurrence(start if start.tzinfo is zone else start.astimezone(zone), row.duration_minutes, row.topic)


def _instant(row: Meeting) -> float:
    # Two datetimes in one zone compare by wall clock: in the hour that a clock repeats, different instants are equal.
    return _start(row).timestamp()


def _start(meeting: Meeting) -> datetime:
    if meeting.start is None:
        raise ValueError("a room has no dates")
    return meeting.start


def _instants(meeting: Meeting, last: datetime | None = None) -> set[float]:
    """Return the dates up to the last; without a last none of a rule that has no end."""
    if last is None and recurrence.is_endless(meeting):
        return set()
    return _starts(recurrence.dates(meeting, last))


def _starts(dates: Iterable[Occurrence]) -> set[float]:
    return {date.start.timestamp() for date in dates}


def _common_zone(rows: Sequence[Meeting]) -> ZoneInfo:
    return ZoneInfo(commonest(row.timezone for row in rows))


def _kind(rows: Sequence[Meeting]) -> Kind:
    if any(row.kind is Kind.WEBINAR for row in rows):
        return Kind.WEBINAR
    return Kind.SERIES if len(rows) > 1 else Kind.SINGLE


def _host(rows: Sequence[Meeting]) -> Person:
    names = [row.host for row in rows if row.host]
    return merge_people([commonest(names), *names]) if names else rows[0].host


def with_link(meeting: Meeting) -> Meeting:
    """Return the meeting with the link that its number had, if none is known."""
    link = _link(meeting.old_link, meeting.number)
    return meeting if link == meeting.old_link else replace(meeting, old_link=link)


def _link(known: str | None, number: str | None) -> str | None:
    return known or (f"https://zoom.us/j/{number}" if number else None)


def _split(records: Iterable[Record], chosen: Callable[[Record], bool]) -> tuple[list[Record], list[Record]]:
    """Return the records that are chosen, and the others."""
    parts: tuple[list[Record], list[Record]] = ([], [])
    for record in records:
        parts[not chosen(record)].append(record)
    return parts
