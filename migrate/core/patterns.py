"""The regular meetings of a personal room, told apart.

PATTERN: one of them: dates with a rule, a time of day and a length in common. It misses a date on a day of its rule
that has none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time

from migrate.core.cadence import LONGEST_REACH, fit
from migrate.core.meeting import Occurrence


def regular_and_rest(rows: Sequence[Occurrence]) -> list[list[Occurrence]]:
    """Return the dates of each pattern, and in one more list the dates that fit none. `rows` are in order of time.

    A pattern has three dates or more. What stands on a day that a pattern misses, or near, is a changed date of it.
    """
    agenda = _Agenda()
    patterns = list(_patterns(rows))
    regular = {id(row) for pattern in patterns for row in pattern.rows}
    # A long pattern explains a short one that fills its gaps: so looks a clock change in another zone.
    for pattern in sorted(patterns, key=lambda pattern: -len(pattern.rows)):
        agenda.add(pattern)
    lone = [row for row in rows if id(row) not in regular and not agenda.take(row)]
    return [*(pattern.rows for pattern in agenda.patterns), *([lone] if lone else ())]


@dataclass(slots=True, eq=False)
class _Pattern:
    rows: list[Occurrence]
    missed: set[int]
    reach: int


class _Agenda:
    """The patterns of a room, and which of them miss a date on a day."""

    def __init__(self) -> None:
        self.patterns: list[_Pattern] = []
        self._missed_by: defaultdict[int, list[_Pattern]] = defaultdict(list)

    def add(self, pattern: _Pattern) -> None:
        """Add a pattern, or its dates to one that misses all of them."""
        days = [row.start.toordinal() for row in pattern.rows]
        host = next((other for other in self._missed_by[days[0]] if other.missed.issuperset(days)), None)
        if host:
            for row, day in zip(pattern.rows, days, strict=True):
                self._give(row, host, day)
            return
        self.patterns.append(pattern)
        for day in pattern.missed:
            self._missed_by[day].append(pattern)

    def take(self, row: Occurrence) -> bool:
        """Add a date to the pattern that misses one on the nearest day; tell if there is one within its reach."""
        day = row.start.toordinal()
        near = (
            (pattern, missed)
            for distance in range(LONGEST_REACH + 1)
            for missed in (day - distance, day + distance)
            for pattern in self._missed_by.get(missed, ())
            if distance <= pattern.reach
        )
        for pattern, missed in near:
            self._give(row, pattern, missed)
            return True
        return False

    def _give(self, row: Occurrence, pattern: _Pattern, day: int) -> None:
        pattern.rows.append(row)
        pattern.missed.remove(day)
        self._missed_by[day].remove(pattern)


def _patterns(rows: Sequence[Occurrence]) -> Iterator[_Pattern]:
    alike: defaultdict[tuple[time, int | None], list[Occurrence]] = defaultdict(list)
    for row in rows:
        alike[row.start.time(), row.duration_minutes].append(row)
    for group in alike.values():
        yield from _patterns_at_one_time(group)


def _patterns_at_one_time(rows: Sequence[Occurrence]) -> Iterator[_Pattern]:
    while len(rows) >= 3:
        days = tuple(row.start.toordinal() for row in rows)
        found = fit(days, (True,) * len(days))
        if found is None or found.plain < 3:
            return
        own = {
            index for day, index in zip(found.days, found.rows, strict=True) if index is not None and days[index] == day
        }
        missed = set(found.days).difference(days[index] for index in own)
        yield _Pattern([rows[index] for index in sorted(own)], missed, found.cadence.reach)
        rows = [row for index, row in enumerate(rows) if index not in own]
