"""Many records of one meeting become one: the better source wins per field, and a contradiction shows both sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

from migrate.core import recurrence
from migrate.core.meeting import Meeting, Occurrence, Person
from migrate.core.naming import normalise
from migrate.core.problem import Problem, Severity

# Fields that a weaker source may fill where the better one is empty.
_FILLED = ("number", "uuid", "old_link", "agenda", "alternative_hosts", "attendees", "features", "duration_minutes")
_FILLABLE = attrgetter("host", *_FILLED)
_SAID = attrgetter("host", *_FILLED, "kind", "timezone", "assumptions")


def alike(records: Sequence[Meeting]) -> bool:
    """Tell whether all records say the same, but for topic and start."""
    return len(set(map(_SAID, records))) == 1


def merge(records: Sequence[Meeting]) -> Meeting:
    """Return the first record, its empty fields filled from the others in their order, with the sources of all."""
    return replace(records[0], **merged_fields(records)) if len(records) > 1 else records[0]


def merged_fields(records: Sequence[Meeting]) -> dict[str, Any]:
    """Return what `merge` changes in the first record: field -> value."""
    best, *others = records
    filled: dict[str, Any] = {"sources": tuple([source for record in records for source in record.sources])}
    # The rows of a series mostly say the same; then there is nothing to fill.
    if len(set(map(_FILLABLE, records))) > 1:
        filled["host"] = merge_people(record.host for record in records)
        for field in _FILLED:
            if not getattr(best, field):
                found = (value for other in others if (value := getattr(other, field)))
                filled[field] = next(found, getattr(best, field))
    return filled


def merge_people(people: Iterable[Person]) -> Person:
    """Return the first person, with what is empty filled from later records that do not name somebody else."""
    merged = Person()
    for person in dict.fromkeys(people):
        if _may_be_one(merged, person):
            merged = Person(merged.name or person.name, merged.email or person.email, merged.account or person.account)
    return merged


def contradictions(best: Meeting, other: Meeting) -> Iterator[Problem]:
    """Say where two records of one meeting differ, and which one was believed."""
    for field, ours, theirs in _differences(best, other):
        yield _contradiction(field, ours, theirs, best, other)


def contradicting_rows(best: Meeting, rows: Sequence[Meeting]) -> Iterator[Problem]:
    """Say where single dates differ from a meeting that was told whole: for each field the first that does."""
    starts = [row.start for row in rows if row.start]
    dates = {date.start.timestamp(): date for date in recurrence.dates(best, max(starts))} if starts else {}
    told: set[str] = set()
    for row in rows:
        date = dates.get(row.start.timestamp()) if row.start else None
        for field, ours, theirs in _differences(_on(date, best) if date else best, row):
            if field not in told:
                told.add(field)
                yield _contradiction(field, ours, theirs, best, row)


def place(meeting: Meeting) -> tuple[str, int | None]:
    """Return the file and line a record comes from."""
    if not meeting.sources:
        return "", None
    path, _, line = meeting.sources[0].rpartition(":")
    return path, int(line)


def _on(date: Occurrence, meeting: Meeting) -> Meeting:
    return replace(meeting, start=date.start, duration_minutes=date.duration_minutes, topic=date.topic)


def _differences(best: Meeting, other: Meeting) -> Iterator[tuple[str, str, str]]:
    # Two zones may show one instant differently, and one zone two instants alike.
    if best.start and other.start and best.start.timestamp() != other.start.timestamp():
        yield "start", _when(best), _when(other)
    if _differ(best.topic, other.topic):
        yield "topic", best.topic, other.topic
    if not _may_be_one(best.host, other.host):
        yield "host", str(best.host), str(other.host)
    if _differ(str(best.duration_minutes or ""), str(other.duration_minutes or "")):
        yield "duration", f"{best.duration_minutes} minutes", f"{other.duration_minutes} minutes"


def _when(meeting: Meeting) -> str:
    start = meeting.start.isoformat() if meeting.start else ""
    return f"{start}, {meeting.rrule}" if meeting.rrule else start


def _contradiction(field: str, ours: str, theirs: str, best: Meeting, other: Meeting) -> Problem:
    return Problem(
        "contradiction",
        Severity.INFO,
        f"{field}: “{theirs}” here, “{ours}” in {best.sources[0]}, which was believed",
        *place(other),
        "Correct the file that is wrong, or write the meeting into a schedule CSV, which always wins.",
    )


def _may_be_one(ours: Person, theirs: Person) -> bool:
    # One address may go with several ways to write a name, but not the other way round.
    if ours.email and theirs.email:
        return not _differ(ours.email, theirs.email)
    return not _differ(ours.name, theirs.name)


def _differ(ours: str, theirs: str) -> bool:
    return bool(ours and theirs) and ours != theirs and normalise(ours) != normalise(theirs)
