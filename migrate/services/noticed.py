"""What planning notices that a person has to decide, or could mend, told as problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from migrate.core.meeting import Meeting, Person
from migrate.core.merge import place
from migrate.core.plan import Action, Change, Difference
from migrate.core.problem import Problem, Severity


def without_calendar(meetings: Iterable[Meeting]) -> Iterator[Problem]:
    """Tell of meetings that get a room and no event, once a host."""
    by_host: dict[Person, list[Meeting]] = defaultdict(list)
    for meeting in meetings:
        by_host[meeting.host].append(meeting)
    for host, found in by_host.items():
        one = len(found) == 1
        yield Problem(
            "no-calendar",
            Severity.WARNING,
            f"{str(host) or 'an unknown host'} has no calendar:"
            f" {'1 meeting gets a room, but no event' if one else f'{len(found)} meetings get rooms, but no events'}",
            *place(found[0]),
            "Complete the host's row in hosts.csv, and the passwords; plan again, and the events are written.",
        )


def conflicts(changes: Iterable[Change]) -> Iterator[Problem]:
    """Tell of what both the export and people changed."""
    for change in changes:
        if change.action is Action.CONFLICT:
            yield Problem(
                "conflict",
                Severity.WARNING,
                f"“{change.meeting.topic}”: {change.why}{_where(change.differs)}",
                *place(change.meeting),
                "Look at the event, then keep it as it is or plan again with --take zoom.",
            )


def _where(differs: Sequence[Difference]) -> str:
    names = dict.fromkeys(difference.name for difference in differs)
    return f" ({', '.join(names)})" if names else ""
