"""The regular meetings of one room, told apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from migrate.core.meeting import Occurrence
from migrate.core.recurrence import pattern_name, patterns, tell

BERLIN = ZoneInfo("Europe/Berlin")

MONDAYS = ["03-01 09:00", "03-08 09:00", "03-15 09:00", "03-22 09:00"]
THURSDAYS = ["03-04 14:00", "03-11 14:00", "03-18 14:00"]


def row(text: str, minutes: int = 60, zone: ZoneInfo = BERLIN) -> Occurrence:
    return Occurrence(datetime.fromisoformat(f"2027-{text}").replace(tzinfo=zone), minutes, "Office hours")


def at_nine(days: str) -> list[str]:
    return [f"{day} 09:00" for day in days.split()]


def split(texts: Sequence[str]) -> list[list[str]]:
    """Return the lists as texts again."""
    return [[f"{each.start:%m-%d %H:%M}" for each in part] for part in patterns([row(text) for text in texts])]


def test_two_regular_meetings_are_two_lists_by_first_date() -> None:
    assert split(THURSDAYS + MONDAYS) == [MONDAYS, THURSDAYS]


def test_one_meeting_on_two_days_is_one_list() -> None:
    both = sorted(MONDAYS + [text.replace("14:00", "09:00") for text in THURSDAYS])
    assert split(both) == [both]


def test_meetings_of_different_length_at_one_time_are_two_lists() -> None:
    short = [row(text.replace("14:00", "09:00"), 15) for text in THURSDAYS]
    assert patterns([*short, *map(row, MONDAYS)]) == [list(map(row, MONDAYS)), short]


def test_a_weekly_and_a_monthly_meeting_at_one_time_are_two_lists() -> None:
    weekly = at_nine("03-01 03-08 03-15 03-22 03-29 04-05 04-12 04-19 04-26")
    monthly = at_nine("03-09 04-13 05-11")
    assert split(weekly + monthly) == [weekly, monthly]


def test_what_is_not_regular_stays_together() -> None:
    lone = ["02-17 11:00", "03-26 16:30", "04-29 08:15"]
    assert split(MONDAYS + lone) == [lone, MONDAYS]


def test_two_dates_are_no_pattern() -> None:
    lone = ["03-02 11:00", "03-09 11:00"]
    assert split(MONDAYS + THURSDAYS + lone) == [MONDAYS, lone, THURSDAYS]


def test_a_moved_date_joins_the_meeting_it_was_moved_from() -> None:
    moved = ["03-01 09:00", "03-08 09:00", "03-16 10:00", "03-22 09:00"]
    assert split(moved + THURSDAYS) == [moved, THURSDAYS]


def test_a_date_joins_the_nearest_of_two_meetings() -> None:
    thursdays = ["03-04 14:00", "03-11 14:00", "03-17 16:00", "03-25 14:00"]
    mondays = ["03-01 09:00", "03-08 09:00", "03-22 09:00"]
    assert split(mondays + thursdays) == [mondays, thursdays]


def test_a_clock_change_in_another_zone_makes_no_second_meeting() -> None:
    days = at_nine("02-22 03-01 03-08 03-15 03-22 03-29 04-05")
    weekly = [row(day, zone=ZoneInfo("America/New_York")) for day in days]
    in_berlin = [Occurrence(each.start.astimezone(BERLIN), 60, each.topic) for each in weekly]
    assert patterns(in_berlin) == [in_berlin]


def test_a_clock_change_for_weeks_in_another_zone_makes_no_second_meeting() -> None:
    days = at_nine("01-04 01-11 01-18 01-25 02-01 02-08 02-15 02-22 03-01 03-08 03-15 03-22 03-29")
    weekly = [row(day, zone=ZoneInfo("Africa/Casablanca")) for day in days]
    in_tokyo = [Occurrence(each.start.astimezone(ZoneInfo("Asia/Tokyo")), 60, each.topic) for each in weekly]
    assert [each.start.hour for each in in_tokyo].count(18) == 5
    assert patterns(in_tokyo) == [in_tokyo]


def test_a_meeting_that_pauses_for_long_is_still_one() -> None:
    days = at_nine("01-04 01-11 01-18 09-06 09-13 09-20")
    assert split(days) == [days]


def test_a_new_time_is_a_new_meeting() -> None:
    later = ["03-29 10:00", "04-05 10:00", "04-12 10:00"]
    parts = patterns([row(text) for text in MONDAYS + later])
    assert [pattern_name(tell(part)) for part in parts] == ["weekly-mo-0900", "weekly-mo-1000"]


def test_no_dates_are_no_patterns() -> None:
    assert patterns([]) == []
