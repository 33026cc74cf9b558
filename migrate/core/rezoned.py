"""Times of day that stay while their zone changes: one of the two zones is likely a mistake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from migrate.core import recurrence
from migrate.core.coverage import Coverage
from migrate.core.extend import remembered
from migrate.core.meeting import Meeting
from migrate.core.merge import place
from migrate.core.problem import Problem, Severity


def is_rezoned(known: Meeting, listed: Meeting) -> bool:
    """Tell whether all `listed` dates are `known` ones by the clock on the wall, but not in time."""
    if known.timezone == listed.timezone or listed.start is None:
        return False
    before, now = remembered(known, Coverage()), list(recurrence.dates(listed))
    if not {date.start.replace(tzinfo=None) for date in now} <= {date.start.replace(tzinfo=None) for date in before}:
        return False
    return not {date.start.timestamp() for date in now} <= {date.start.timestamp() for date in before}


def zone_changes(pairs: Iterable[tuple[Meeting, Meeting]]) -> Iterator[Problem]:
    """Say which of the (known, listed) meetings are rezoned: once for each file and pair of zones."""
    found: dict[tuple[str, str, str], list[Meeting]] = defaultdict(list)
    for known, listed in pairs:
        if is_rezoned(known, listed):
            found[place(listed)[0], known.timezone, listed.timezone].append(listed)
    for (_, old, new), meetings in found.items():
        more = f" and {len(meetings) - 1} more" if len(meetings) > 1 else ""
        yield Problem(
            "zone-changed",
            Severity.WARNING,
            f"“{meetings[0].topic}”{more}: the times of day are those of before, but in {new}, not {old}",
            *place(meetings[0]),
            "If the zone was wrong before, undo that run first and plan again, or dates may stay at wrong times.",
        )
