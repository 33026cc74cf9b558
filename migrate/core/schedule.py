"""What all files together say: readings -> one schedule of keyed meetings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from migrate.core import naming, recurrence
from migrate.core.coverage import Coverage
from migrate.core.features import Loss
from migrate.core.guessing import guesses, names_of
from migrate.core.meeting import Meeting
from migrate.core.ports import Reading
from migrate.core.problem import Problem, Severity
from migrate.core.records import Record, ambiguous
from migrate.core.telling import Entry, Memory, Teller


@dataclass(slots=True)
class Schedule:
    """All meetings by key, in order of the keys, and what was wrong with the rows they came from.

    `coverage` are the dates that the files speak for, `conclusive` those of files that no row was left out of: what is
    not listed there is gone. `is_partial`: rows are left out that may have dates, so nobody knows what is gone.
    """

    coverage: Coverage
    conclusive: Coverage = field(default_factory=Coverage)
    entries: dict[str, Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_partial: bool = False

    def open_end(self, meeting: Meeting) -> tuple[Loss, ...]:
        """Return the loss of a series whose rule would go on where no file says whether it does."""
        goes_on = recurrence.continues_after(meeting)
        if goes_on is None or goes_on.date() < self.coverage.since or self.coverage.covers(goes_on):
            return ()
        return (_OPEN_END,)


_OPEN_END = Loss(
    "series-open-end",
    "the series may go on after the last date in the file",
    "Export the following months too and plan again with all files; the series is extended, nothing is doubled.",
)


def assemble(
    readings: Sequence[Reading], since: date, memory: Memory = lambda _key: {}, names: Iterable[str] = ()
) -> Schedule:
    """Group the records of all files by key, merge them, and tell rows as series, with what is known in `memory`.

    What is known by one of the `names` is not guessed. Completes the row counts of every reading. Dates before `since`
    are counted and left out.
    """
    told = [reading for reading in readings if not reading.guesses]
    # A schedule CSV may hold just what somebody corrected: beside exports, it does not say that the rest is gone.
    speaking = [reading for reading in told if reading.by_rows] or told
    schedule = Schedule(_coverage(speaking, since))
    teller = Teller([], memory, schedule.coverage)
    records = list(_records(told, since))
    groups = _grouped(records, teller)
    entries = [entry for key in sorted(groups) for entry in teller.entries(key, groups[key])]
    past = [reading for reading in readings if reading.guesses]
    if past:
        told_names = frozenset(name for record in records for name in names_of(record.meeting))
        entries += guesses(past, told_names.union(names), schedule.coverage)
    schedule.entries = {entry.key: entry for entry in sorted(entries, key=lambda entry: entry.key)}
    schedule.problems = [problem for reading in readings for problem in reading.problems] + teller.problems
    dated = [reading for reading in told if has_dates(reading)]
    hiding = [problem for reading in dated for problem in reading.problems] + teller.problems
    schedule.is_partial = any(problem.severity is Severity.ERROR for problem in hiding)
    # A row left out of an export hides a date that the export covers; a whole meeting may have any dates.
    if not any(reading.rows.problems for reading in dated if not reading.by_rows):
        schedule.conclusive = _coverage([reading for reading in speaking if not reading.rows.problems], since)
    return schedule


def has_dates(reading: Reading) -> bool:
    """Tell whether there are dates to come in a file, or would be in rows of it that cannot be read."""
    dated = reading.window is not None or reading.date_order is not None
    # Where months are named, or nothing can be read, there is no order.
    return not reading.guesses and (dated or any(name.startswith("start") for name in reading.columns))


def _coverage(readings: Sequence[Reading], since: date) -> Coverage:
    return Coverage.of((reading.window for reading in readings if reading.window), since)


def _records(readings: Sequence[Reading], since: date) -> Iterator[Record]:
    for reading in readings:
        for meeting in reading.meetings:
            if _is_over(meeting, since):
                reading.rows.before_since += 1
            else:
                yield Record(reading, meeting)


def _is_over(meeting: Meeting, since: date) -> bool:
    if meeting.start is None:
        return False
    if meeting.rrule is None and not meeting.singles:
        return meeting.start.date() < since
    if recurrence.is_endless(meeting):
        return False
    last = max((occurrence.start.date() for occurrence in recurrence.dates(meeting)), default=since)
    return last < since


def _grouped(records: Iterable[Record], teller: Teller) -> dict[str, list[Record]]:
    """Put records of one key together, and those of a weaker name of it, which a file without numbers may use."""
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[naming.key_of(record.meeting)].append(record)
    for weak, strong in _stronger(groups).items():
        group = groups.pop(weak)
        if len(strong) == 1:
            groups[strong.pop()] += group
        else:
            why = f"could be dates of {' or '.join(sorted(strong))}: they share host and topic"
            teller.refuse(group, ambiguous(group, why))
    return groups


def _stronger(groups: Mapping[str, Sequence[Record]]) -> dict[str, set[str]]:
    """Return the strongest names of each key that is only a weaker name of others.

    A file that has both tells them apart.
    """
    if all(key.startswith("number:") for key in groups):
        return {}
    files = {key: {id(record.reading) for record in group} for key, group in groups.items()}
    above: dict[str, set[str]] = defaultdict(set)
    for key, group in groups.items():
        for alias in {alias for record in group for alias in naming.aliases_of(record.meeting)} & groups.keys():
            if files[key].isdisjoint(files[alias]):
                above[alias].add(key)

    found = {key: _strongest(key, above) for key in above}
    return {key: names for key, names in found.items() if names != {key}}


def _strongest(key: str, above: Mapping[str, Collection[str]]) -> set[str]:
    """Follow a key up to the names that no other is above; of names that stand for each other, to the first."""
    reached = {name: _reached(name, above) for name in _reached(key, above)}
    return {min(names) for names in reached.values() if all(reached[name] == names for name in names)}


def _reached(key: str, above: Mapping[str, Collection[str]]) -> set[str]:
    names, fresh = {key}, {key}
    while fresh:
        fresh = {higher for name in fresh for higher in above.get(name, ())} - names
        names |= fresh
    return names
