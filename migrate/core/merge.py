"""Many records of one meeting become one: the better source wins per field, and a contradiction shows both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from migrate.core.meeting import Meeting, Person
from migrate.core.problem import Problem, Severity

T = TypeVar("T")

# Fields in which two sources should agree, as people call them.
_COMPARED: dict[str, Callable[[Meeting], str]] = {
    "topic": lambda meeting: meeting.topic,
    "host": lambda meeting: meeting.host.email or meeting.host.name,
    "start": lambda meeting: meeting.start.isoformat() if meeting.start else "",
    "duration": lambda meeting: str(meeting.duration_minutes or ""),
}
# Fields that a weaker source may fill where the better one is empty.
_FILLED = ("number", "uuid", "old_link", "agenda", "alternative_hosts", "attendees", "features", "duration_minutes")


def merge(records: Sequence[Meeting]) -> Meeting:
    """Return the first record, its empty fields filled from the others in their order, with the sources of all."""
    best, *others = records
    if not others:
        return best
    filled: dict[str, Any] = {}
    for field in _FILLED:
        if not getattr(best, field):
            filled[field] = next((value for other in others if (value := getattr(other, field))), getattr(best, field))
    return replace(
        best,
        **filled,
        host=merge_people(record.host for record in records),
        sources=tuple(source for record in records for source in record.sources),
    )


def merge_people(people: Iterable[Person]) -> Person:
    """Return the first person, with what is empty filled from later records that do not name somebody else."""
    merged = Person()
    for person in people:
        if not _differ(merged.email, person.email) and not _differ(merged.name, person.name):
            merged = Person(
                merged.name or person.name, merged.email or person.email, merged.account or person.account
            )
    return merged


def contradictions(best: Meeting, other: Meeting) -> Iterable[Problem]:
    """Say where two records of one meeting differ, and which one was believed."""
    for field, value in _COMPARED.items():
        ours, theirs = value(best), value(other)
        if _differ(ours, theirs):
            path, line = place(other)
            yield Problem(
                "contradiction",
                Severity.INFO,
                f"{field}: “{theirs}” here, “{ours}” in {', '.join(best.sources[:1])}, which was believed",
                path,
                line,
                "Correct the file that is wrong, or write the meeting into a schedule CSV, which always wins.",
            )


def commonest(values: Sequence[T]) -> T:
    """Return the most frequent value, of several the one that comes first."""
    return Counter(values).most_common(1)[0][0]


def place(meeting: Meeting) -> tuple[str, int | None]:
    """Return the file and line a record comes from."""
    if not meeting.sources:
        return "", None
    path, _, line = meeting.sources[0].rpartition(":")
    return path, int(line)


def _differ(ours: str, theirs: str) -> bool:
    return bool(ours and theirs) and ours.casefold() != theirs.casefold()
