from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.shared.dates import ORDERS, looks_like_date, read_minutes, read_moment

MORNING = datetime(2027, 3, 9, 8, 7)


@pytest.mark.parametrize(
    ("cell", "order", "moment"),
    [
        ("09/24/2020 11:35:16 AM", "mdy", datetime(2020, 9, 24, 11, 35, 16)),
        ("07/01/2026 06:16:46 PM", "dmy", datetime(2026, 1, 7, 18, 16, 46)),
        ("15/08/2022 01:27", "dmy", datetime(2022, 8, 15, 1, 27)),
        ("2023/06/01 00:00:00", None, datetime(2023, 6, 1)),
        ("2020-08-06 20:37:50", "dmy", datetime(2020, 8, 6, 20, 37, 50)),
        ("Mar 28, 2020 8:07 AM", None, datetime(2020, 3, 28, 8, 7)),
        ("Mar 28, 2020 08:07:27", None, datetime(2020, 3, 28, 8, 7, 27)),
        ("sept. 5 2027 8:07", None, datetime(2027, 9, 5, 8, 7)),
        ("9-MAR-2027 8:07", None, MORNING),
        ("9 March 2027, 8:07 a.m.", None, MORNING),
        ("9.3.2027 08:07", "dmy", MORNING),
        ("3/9/27 8:07", "mdy", MORNING),
        ("27/03/09 8:07", "ymd", MORNING),
        ("03/09/2027\u00a0 8:07\u202fAM", "mdy", MORNING),
        ("\uff12\uff10\uff12\uff17-03-09 8:07", None, MORNING),
        ("2027-03-09T08:07:00.000", None, MORNING),
        ("2022-03-15T07:40:46Z", None, datetime(2022, 3, 15, 7, 40, 46, tzinfo=UTC)),
        ("2027-03-09T08:07+02:00", None, MORNING.replace(tzinfo=timezone(timedelta(hours=2)))),
        ("2027-03-09 08:07 -0330", None, MORNING.replace(tzinfo=timezone(-timedelta(hours=3, minutes=30)))),
        ("2027-03-09 08:07 UTC", None, MORNING.replace(tzinfo=UTC)),
        ("03/09/2027", "mdy", date(2027, 3, 9)),
    ],
)
def test_every_layout_of_the_exports_is_read(cell: str, order: str | None, moment: datetime | date):
    found = read_moment(cell, order)
    assert (found, type(found)) == (moment, type(moment))
    assert getattr(found, "tzinfo", None) == getattr(moment, "tzinfo", None)


@pytest.mark.parametrize(
    ("clock", "hour"),
    [
        ("12:05 AM", 0),
        ("12:05 PM", 12),
        ("1:05 PM", 13),
        ("11:05 am", 11),
        ("0:05 AM", 0),
        ("13:05 PM", 13),
        ("00:05", 0),
    ],
)
def test_a_twelve_hour_clock_begins_with_twelve(clock: str, hour: int):
    assert read_moment(f"2027-03-09 {clock}", None) == datetime(2027, 3, 9, hour, 5)


@pytest.mark.parametrize(
    "cell",
    [
        "", "soon", "--", "2027", "8:07", "13/13/2027 08:07", "02/29/2027 08:07", "09/24/2027 24:00",
        "09/24/2027 08:60", "09/24/2027 13:05 AM", "09/24/2027 0:05 PM", "09/24/2027 08:07 PST", "09/24/2027 8",
        "2027-03-09T08:07+24:00", "0001-01-01T00:00:00Z", "9/24/2200 8:07", "9/24/7 8:07", "Foo 9, 2027 8:07",
        "46327.375", "09/24-2027 08:07", "24/09/2027 08:07", "03/09/2027 08:07 x", "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(cell: str):
    assert read_moment(cell, "mdy") is None


def test_a_date_whose_order_is_not_known_is_not_read():
    assert read_moment("03/04/2027 09:00", None) is None


@given(
    st.text(max_size=40) | st.from_regex(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4} \d{1,2}:\d\d( [AP]M)?[Z+]?"),
    st.sampled_from([*ORDERS]),
)
def test_no_cell_is_too_strange(cell: str, order: str):
    moment = read_moment(cell, order)
    assert moment is None or moment.year in range(1970, 2200)


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("90", 90), ("90.0", 90), ("90,00", 90), ("90 min", 90), ("90 Minutes", 90), ("1 h 30 min", 90),
        ("2 hours", 120), ("1hr", 60), ("01:30:00", 90), ("01:29:01", 90), ("0", 0), ("1:30", None),
        ("-5", None), ("9.5", None), ("1e3", None), ("", None), ("one", None), ("\u0663\u0660", None),
        ("9" * 5000, None),
    ],
)  # fmt: skip
def test_durations_are_minutes_however_they_are_written(cell: str, minutes: int | None):
    assert read_minutes(cell) == minutes


def test_a_date_is_seen_in_any_language():
    assert all(map(looks_like_date, ["01.03.2027 14:00", "2027年3月1日 9:00", "jan. 12, 2027 8:53 da manhã"]))
    assert not any(map(looks_like_date, ["", "Jour fixe", "80000000201", "Planning 2027", "x" * 100]))
