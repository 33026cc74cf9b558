from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.ports import Window
from migrate.shared.windows import named_range, span, window_of

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
MARCH = Window(date(2027, 3, 1), date(2027, 3, 31), BERLIN)
STARTS = [datetime(2027, 3, 24, 9, tzinfo=BERLIN), datetime(2027, 3, 2, 20, tzinfo=BERLIN)]


@pytest.mark.parametrize(
    "name",
    ["events_20270301_20270331.csv", "2027-03-01_to_2027-03-31.csv", "20270301_20270331",
     "meetinglistdetails_20270301_20270331.csv", "meetinglistdetails_20270301_20270331 (1).csv",
     "meetinglist_20270301_20270331.xlsx.csv", "Events 2027-03-01 to 2027-03-31.csv", "2027-03-01--2027-03-31.csv",
     "2027.03.01 - 2027.03.31.csv", "20270301-20270331.csv", "2027_03_01_2027_03_31.csv",
     "20270301_20270331 and again 20270301_20270331.csv"],
)  # fmt: skip
def test_the_range_in_the_name_is_what_the_file_covers(name: str):
    assert window_of(f"exports/{name}", STARTS, BERLIN) == window_of(f"C:\\exports\\{name}", STARTS, BERLIN) == MARCH
    assert window_of(name, [], BERLIN) == MARCH
    assert named_range(name) == (MARCH.first, MARCH.last)


@pytest.mark.parametrize(
    "name",
    ["events.csv", "20270331_20270301.csv", "20270231_20270331.csv", "120270301_20270331.csv", "20270301_202703310.csv",
     "20270301_20270331/events.csv", "participants_81796405615.csv", "81796405615_20270301.csv",
     "20270101_20270131 and 20270301_20270331.csv"],
)  # fmt: skip
def test_a_name_without_one_sound_range_names_none(name: str):
    assert named_range(name) is None
    assert window_of(name, STARTS, BERLIN) == Window(date(2027, 3, 2), date(2027, 3, 24), BERLIN)


def test_a_range_that_does_not_hold_the_dates_of_the_file_is_not_what_it_covers():
    assert window_of("20270301_20270320.csv", STARTS, BERLIN) == Window(date(2027, 3, 2), date(2027, 3, 24), BERLIN)


def test_a_file_without_dates_covers_nothing():
    assert window_of("events.csv", [], BERLIN) is None


def test_dates_are_those_of_the_zone_of_the_file():
    assert span(STARTS, TOKYO) == Window(date(2027, 3, 3), date(2027, 3, 24), TOKYO)
    assert window_of("20270302_20270331.csv", STARTS[1:], TOKYO) == Window(date(2027, 3, 2), date(2027, 3, 31), TOKYO)
    assert window_of("20270301_20270302.csv", STARTS[1:], TOKYO) == Window(date(2027, 3, 3), date(2027, 3, 3), TOKYO)


def test_a_file_whose_zone_is_unknown_has_that_of_most_of_its_rows():
    assert span([*STARTS, STARTS[0].astimezone(TOKYO)], None) == span(STARTS, BERLIN)
    named = window_of("20270301_20270331.csv", [], None)
    assert named == Window(date(2027, 3, 1), date(2027, 3, 31), UTC)


@given(
    st.dates(),
    st.dates(),
    st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%Y_%m_%d"]),
    st.sampled_from(["_", "-", " ", "_to_", " to ", " - "]),
)
def test_a_range_is_read_as_it_was_written(one: date, other: date, layout: str, between: str):
    first, last = sorted((one, other))
    texts = [day.strftime(layout).zfill(len(date.max.strftime(layout))) for day in (first, last)]
    assert named_range(f"list_{between.join(texts)}.csv") == (first, last)
