"""What planning notices that a person has to decide, or could mend, told as problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from migrate.core.journal import Binding
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


def without_room(meetings: Iterable[tuple[Meeting, str]]) -> Iterator[Problem]:
    """Tell of meetings that get no room, as their hosts can have none, once a host."""
    by_host: dict[tuple[Person, str], list[Meeting]] = defaultdict(list)
    for meeting, why in meetings:
        by_host[meeting.host, why].append(meeting)
    for (host, why), found in by_host.items():
        path, line = place(found[0])
        yield Problem(
            "no-account",
            Severity.ERROR,
            f"{str(host) or 'an unknown host'} cannot have rooms: {why};"
            f" {'1 meeting stays' if len(found) == 1 else f'{len(found)} meetings stay'} out",
            path,
            line,
            "Complete the host's row in hosts.csv and the passwords, and plan again; apply the rest with --partial.",
        )


def rooms_gone(meetings: Iterable[tuple[Meeting, Binding | None]]) -> Iterator[Problem]:
    """Tell of meetings whose room people deleted: the links to it are dead, and who has none yet gets none."""
    for meeting, known in meetings:
        path, line = place(meeting)
        yield Problem(
            "room-gone",
            Severity.WARNING if known else Severity.ERROR,
            f"“{meeting.topic}”: its room was deleted by people, and"
            + (
                " the link in its event is dead"
                if known and known.uids
                else " its link is dead"
                if known
                else " it stays out"
            ),
            path,
            line,
            "Plan again with --take zoom for a new room and link, or delete the event.",
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
