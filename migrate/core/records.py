"""Records: what single rows say; and what is wrong where those of one meeting do not fit together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Literal

from migrate.core import recurrence
from migrate.core.meeting import Meeting
from migrate.core.merge import place
from migrate.core.ports import Reading, Window
from migrate.core.problem import Problem, Severity

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Record:
    """What one row says, and the reading in which the row is counted."""

    reading: Reading
    meeting: Meeting

    @property
    def start(self) -> datetime:
        """When it takes place. Raises ValueError for a room."""
        if self.meeting.start is None:
            raise ValueError("a room has no dates")
        return self.meeting.start


def count(records: Iterable[Record], where: Literal["in_meetings", "merged", "not_a_schedule", "problems"]) -> None:
    """Count where the rows of the records went."""
    for record in records:
        rows = record.reading.rows
        setattr(rows, where, getattr(rows, where) + 1)


def ambiguous(records: Sequence[Record], why: str) -> Problem:
    """Say that nobody knows which meetings rows without a number are of."""
    rows = f"{len(records)} rows" if len(records) > 1 else "one row"
    return Problem(
        "ambiguous-series",
        Severity.ERROR,
        f"{rows} without a meeting number {why} ({_listed([_place(record) for record in records])})",
        *place(records[0].meeting),
        "Export the file with its meeting ID column, or write these meetings into a schedule CSV.",
    )


def told_twice(whole: Sequence[Record]) -> Problem | None:
    """Say that one file tells a meeting several times, with different dates: nobody knows which are meant."""
    several = (records for records in _by_file(whole) if len(records) > 1)
    twice = next((records for records in several if len({_dates(record.meeting) for record in records}) > 1), None)
    if twice is None:
        return None
    return Problem(
        "told-twice",
        Severity.ERROR,
        f"“{twice[0].meeting.topic}”: {len(twice)} rows tell one meeting with different dates"
        f" ({_listed([_place(record) for record in twice])}); it is left out",
        *place(twice[0].meeting),
        "Write all its dates into one row; if these are several meetings, give each its own number or topic.",
    )


def disagreements(records: Sequence[Record]) -> Iterator[Problem]:
    """Say which dates only one of two files has, though both cover them: one of the files is older."""
    for ours, theirs in combinations(_by_file(records), 2):
        if _overlap(ours[0].reading.window, theirs[0].reading.window):
            alone = [*_missing(ours, theirs), *_missing(theirs, ours)]
            if alone:
                yield _disagreement(ours[0], theirs[0], sorted(alone, key=lambda record: record.start.timestamp()))


def _disagreement(ours: Record, theirs: Record, alone: Sequence[Record]) -> Problem:
    dates = _listed([f"{record.start:%Y-%m-%d %H:%M} in {_place(record)}" for record in alone])
    return Problem(
        "exports-disagree",
        Severity.WARNING,
        f"“{ours.meeting.topic}” is in {_place(ours)} and in {_place(theirs)}, but only one of the two files has"
        f" these dates, which both cover: {dates}",
        *place(alone[0].meeting),
        "Export the older file again and plan with the new one: a meeting that was moved is planned on both dates.",
    )


def _missing(records: Sequence[Record], others: Sequence[Record]) -> list[Record]:
    """Return the records whose date another file covers, but does not have."""
    window, listed = others[0].reading.window, {record.start.timestamp() for record in others}
    return [
        record
        for record in records
        if record.start.timestamp() not in listed and window is not None and window.covers(record.start)
    ]


def _overlap(ours: Window | None, theirs: Window | None) -> bool:
    if ours is None or theirs is None:
        return False
    # By dates, which is quick: most files have no day in common.
    return ours.first <= theirs.last and theirs.first <= ours.last


def _by_file(records: Sequence[Record]) -> list[list[Record]]:
    by_file: defaultdict[int, list[Record]] = defaultdict(list)
    for record in records:
        by_file[id(record.reading)].append(record)
    return list(by_file.values())


def _dates(meeting: Meeting) -> Hashable:
    """Return what is equal for two meetings with the same dates."""
    if recurrence.is_endless(meeting):
        return meeting.start, meeting.rrule, meeting.exdates, meeting.overrides, meeting.singles
    return frozenset(date.start.timestamp() for date in recurrence.dates(meeting))


def _place(record: Record) -> str:
    return record.meeting.sources[0]


def _listed(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more
