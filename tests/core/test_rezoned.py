"""The same times of day in another zone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate.core.meeting import Meeting
from migrate.core.problem import Severity
from migrate.core.rezoned import is_rezoned, zone_changes
from tests.builders import at, row, series

NEW_YORK = "America/New_York"
EVENINGS = series("2027-03-03 20:00", 5)


def in_zone(meeting: Meeting, zone: str) -> Meeting:
    """Return the meeting with the same times of day in another zone."""
    start = at(f"{meeting.start:%Y-%m-%d %H:%M}", zone)
    return replace(meeting, timezone=zone, start=start, sources=("upcoming.csv:2",))


# Clocks change in America on 14 March and in Europe on 28 March: the dates move by five hours or six.
@pytest.mark.parametrize(
    ("known", "listed", "rezoned"),
    [
        (in_zone(EVENINGS, NEW_YORK), EVENINGS, True),
        (in_zone(EVENINGS, NEW_YORK), series("2027-03-10 20:00", 3), True),
        (EVENINGS, EVENINGS, False),
        (in_zone(EVENINGS, NEW_YORK), series("2027-03-03 21:00", 5), False),
        (in_zone(EVENINGS, NEW_YORK), series("2027-04-07 20:00", 4), False),
        (in_zone(EVENINGS, "Europe/Paris"), EVENINGS, False),
        (row("2027-03-03 14:00", timezone=NEW_YORK), row("2027-03-03 20:00"), False),
        (in_zone(replace(EVENINGS, rrule="FREQ=WEEKLY"), NEW_YORK), EVENINGS, False),
        (in_zone(EVENINGS, NEW_YORK), row(None), False),
        (row(None, timezone=NEW_YORK), EVENINGS, False),
    ],
)
def test_a_meeting_is_rezoned_if_all_its_times_of_day_are_the_old_ones_in_another_zone(known, listed, rezoned) -> None:
    assert is_rezoned(known, listed) is rezoned


def test_a_zone_that_changed_is_told_once_a_file() -> None:
    listed = replace(EVENINGS, sources=("upcoming.csv:2",))
    other = replace(EVENINGS, topic="Choir", sources=("upcoming.csv:7",))
    third = replace(EVENINGS, sources=("april.csv:2",))
    known = in_zone(EVENINGS, NEW_YORK)
    first, second = zone_changes([(known, listed), (known, other), (EVENINGS, listed), (known, third)])
    assert (first.code, first.severity, first.path, first.line) == ("zone-changed", Severity.WARNING, "upcoming.csv", 2)
    assert first.message == (
        "“Standup” and 1 more: the times of day are those of before, but in Europe/Berlin, not America/New_York"
    )
    assert "undo" in first.hint
    assert second.message.startswith("“Standup”: the times of day")
    assert (second.path, second.line) == ("april.csv", 2)
