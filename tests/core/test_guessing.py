from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.guessing import guess
from migrate.core.meeting import Kind, Meeting, Person

BERLIN = ZoneInfo("Europe/Berlin")
SINCE = date(2026, 11, 22)
FIRST = date(2026, 9, 1)


def held(day: date, clock: str = "09:00", **more: object) -> Meeting:
    start = datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), BERLIN)
    fields = {"number": "80000000201", "timezone": "Europe/Berlin", "start": start, "duration_minutes": 52}
    return Meeting("Sync", **(fields | more))


def weeks(count: int, *clocks: str, every: int = 1) -> list[Meeting]:
    days = [FIRST + timedelta(weeks=every * number) for number in range(count)]
    return [held(day, clocks[place % len(clocks)] if clocks else "09:00") for place, day in enumerate(days)]


def test_what_was_held_every_week_is_guessed_to_go_on_from_the_first_date_that_counts():
    found = guess(weeks(11, "08:57", "09:02", "09:00"), date(2026, 11, 15), SINCE)
    assert found
    assert (found.rrule, found.start, found.duration_minutes) == (
        "FREQ=WEEKLY;BYDAY=TU",
        datetime(2026, 11, 24, 9, tzinfo=BERLIN),
        60,
    )
    assert found.assumptions[0].startswith("goes on as on 11 dates from 2026-09-01 to 2026-11-10")
    assert found.assumptions[1] == "begins at 09:00: it was opened between 08:57 and 09:02"


def test_every_second_week_stays_every_second_week():
    found = guess(weeks(6, every=2), date(2026, 11, 15), SINCE)
    assert found
    assert found.start
    assert (found.start.date() - FIRST).days % 14 == 0


@pytest.mark.parametrize("count", [1, 2])
def test_two_dates_are_no_series(count: int):
    assert guess(weeks(count), FIRST + timedelta(weeks=count), SINCE) is None


def test_what_had_stopped_is_not_guessed_to_go_on():
    assert guess(weeks(6), date(2026, 10, 13), SINCE), "one date that is missing may be a holiday"
    assert guess(weeks(6), date(2026, 10, 20), SINCE) is None


def test_dates_without_a_rule_and_times_without_a_clock_are_no_series():
    days = [date(2026, 9, day) for day in (1, 4, 14, 15, 29)]
    assert guess([held(day) for day in days], date(2026, 9, 30), SINCE) is None
    assert guess(weeks(6, "09:00", "13:00", "17:30"), date(2026, 10, 6), SINCE) is None


def test_a_meeting_that_was_opened_again_on_the_same_day_is_one_date():
    rows = [*weeks(5), held(FIRST, "09:40"), held(FIRST + timedelta(weeks=1), "09:04")]
    assert guess(rows, date(2026, 9, 30), SINCE)


def test_a_meeting_at_midnight_may_be_opened_the_day_before():
    rows = [held(FIRST + timedelta(weeks=week), "23:55") for week in range(4)]
    found = guess(rows, date(2026, 9, 25), SINCE)
    assert found
    assert (found.rrule, f"{found.start:%H:%M}") == ("FREQ=WEEKLY;BYDAY=WE", "00:00")


def test_people_who_were_there_are_nobodys_invitees_and_webinars_stay_webinars():
    rows = [replace_kind(row) for row in weeks(4)]
    found = guess(rows, date(2026, 9, 25), SINCE)
    assert found
    assert (found.kind, found.host, found.attendees) == (Kind.WEBINAR, Person("Anna", "anna@example.org"), ())


def test_dates_that_differ_in_all_but_the_number_are_one_guess():
    rows = [replace(row, duration_minutes=40 + place, topic=f"Sync {place}") for place, row in enumerate(weeks(4))]
    rows[2] = replace(rows[2], host=Person("Anna", "anna@example.org"), timezone="Europe/Vienna")
    rows[3] = replace(rows[3], duration_minutes=None, kind=Kind.WEBINAR)
    found = guess(rows, date(2026, 9, 25), SINCE)
    assert found
    assert (found.topic, found.kind, found.host) == ("Sync 0", Kind.WEBINAR, Person("Anna", "anna@example.org"))
    assert (found.timezone, found.duration_minutes) == ("Europe/Berlin", 45)


def replace_kind(row: Meeting) -> Meeting:
    return held(row.start.date() if row.start else FIRST, kind=Kind.WEBINAR, host=Person("Anna", "anna@example.org"))


@given(st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 21)), min_size=1, max_size=30))
def test_whatever_was_held_there_is_a_series_that_begins_in_time_or_none(moments: list[datetime]):
    rows = [Meeting("Sync", timezone="Europe/Berlin", start=moment.replace(tzinfo=BERLIN)) for moment in moments]
    found = guess(rows, max(moments).date(), SINCE)
    assert found is None or (found.start is not None and found.start.date() >= SINCE)
