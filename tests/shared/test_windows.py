from __future__ import annotations

from datetime import date

import pytest

from migrate.core.ports import Window
from migrate.shared.windows import window_of

MARCH = Window(date(2027, 3, 1), date(2027, 3, 31))
DAYS = [date(2027, 3, 24), date(2027, 3, 2)]


@pytest.mark.parametrize("name", ["events_20270301_20270331.csv", "2027-03-01_to_2027-03-31.csv", "20270301_20270331"])
def test_the_range_in_the_name_is_what_the_file_covers(name: str):
    assert window_of(f"exports/{name}", DAYS) == MARCH
    assert window_of(name, []) == MARCH


@pytest.mark.parametrize(
    "name",
    ["events.csv", "20270331_20270301.csv", "20270231_20270331.csv", "120270301_20270331.csv", "20270301_20270320.csv",
     "20270301_20270331/events.csv"],
)  # fmt: skip
def test_without_a_range_that_holds_its_dates_a_file_covers_those(name: str):
    assert window_of(name, DAYS) == Window(date(2027, 3, 2), date(2027, 3, 24))


def test_a_file_without_dates_covers_nothing():
    assert window_of("events.csv", []) is None
