from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Timezone

from migrate.shared.vtimezone import MARK, always_clear, is_clear, vtimezone

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
TELLING = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Jerusalem",
    "Europe/Dublin",
    "Europe/Istanbul",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Etc/GMT+5",
]


def test_the_usual_zone_looks_as_everybody_writes_it() -> None:
    assert vtimezone("Europe/Berlin", 2027).split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Berlin",
        MARK,
        "BEGIN:STANDARD",
        "DTSTART:20261025T030000",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "TZNAME:CET",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:20270328T020000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "TZNAME:CEST",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
        "",
    ]


@pytest.mark.parametrize("zone", TELLING)
@pytest.mark.parametrize("year", [2012, 2027])
def test_a_vtimezone_tells_what_the_zone_does(zone: str, year: int) -> None:
    times, infos = Timezone.from_ical(vtimezone(zone, year)).get_transitions()
    for moment in (datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=25 * step) for step in range(365 * 8)):
        instant = moment.replace(tzinfo=None)
        reached = [info[0] for time, info in zip(times, infos, strict=True) if time <= instant]
        assert reached[-1] == moment.astimezone(ZoneInfo(zone)).utcoffset(), moment


@pytest.mark.parametrize("zone", TELLING)
def test_the_offset_changes_to_the_second(zone: str) -> None:
    times, infos = Timezone.from_ical(vtimezone(zone, 2027)).get_transitions()
    for time, (after, *_) in list(zip(times, infos, strict=True))[1:20]:
        instant = time.replace(tzinfo=UTC)
        assert instant.astimezone(ZoneInfo(zone)).utcoffset() == after
        assert (instant - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).utcoffset() != after


def test_every_zone_has_a_vtimezone_that_parses() -> None:
    for zone in ZONES[::7]:
        assert Timezone.from_ical(vtimezone(zone, 2027)).tz_name == zone


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../etc/passwd", "Europe", "W. Europe Standard Time", "a\0b", "/x"]
)
def test_what_is_no_zone_has_no_vtimezone(name: str) -> None:
    assert vtimezone(name, 2027) == ""


@pytest.mark.parametrize(
    ("start", "end", "clear"),
    [
        ("2027-03-28 01:00", "2027-03-28 01:59", True),
        ("2027-03-28 01:00", "2027-03-28 03:30", False),
        ("2027-03-28 02:30", "2027-03-28 02:45", False),
        ("2027-03-28 03:00", "2027-03-28 04:00", True),
        ("2027-10-31 01:00", "2027-10-31 01:59", True),
        ("2027-10-31 02:30", "2027-10-31 02:45", False),
        ("2027-10-31 01:00", "2027-10-31 02:00", False),
        ("2027-10-31 03:00", "2027-10-31 04:00", True),
        ("2027-10-30 09:00", "2027-10-31 09:00", False),
    ],
)
def test_local_times_around_a_change_are_unclear(start: str, end: str, clear: bool) -> None:
    ends = [datetime.fromisoformat(moment).replace(tzinfo=BERLIN) for moment in (start, end)]
    assert is_clear(*ends) is clear


@given(
    st.sampled_from(TELLING),
    st.integers(0, 24 * 60 - 1),
    st.integers(0, 3000),
    st.dates(date(2012, 1, 1), date(2040, 1, 1)),
)
def test_a_time_of_day_that_is_always_clear_is_clear_on_every_date(
    zone: str, minute: int, length: int, day: date
) -> None:
    start = datetime.combine(day, datetime.min.time(), ZoneInfo(zone)) + timedelta(minutes=minute)
    end = (start.astimezone(UTC) + timedelta(minutes=length)).astimezone(ZoneInfo(zone))
    assert is_clear(start, end) or not always_clear(zone, minute, length)


def test_office_hours_are_always_clear() -> None:
    assert all(always_clear(zone, 9 * 60, 60) for zone in ("Europe/Berlin", "America/New_York", "Asia/Kolkata"))
    assert not always_clear("Europe/Berlin", 23 * 60, 120)
