from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.errors import Exit, UsageError
from migrate.shared.timezones import AMBIGUOUS, NONEXISTENT, did_you_mean, find_zone, local, require_zone

BERLIN = ZoneInfo("Europe/Berlin")
# Zones that Zoom lists and that are links or old names today.
OLD_NAMES = ["Asia/Calcutta", "Asia/Dacca", "Asia/Saigon", "America/Montreal", "America/Indianapolis",
             "America/Godthab", "Canada/Atlantic", "Europe/Kiev", "Etc/Greenwich", "CET", "UTC"]  # fmt: skip


@pytest.mark.parametrize("name", OLD_NAMES)
def test_every_name_that_zoom_still_uses_is_known(name: str):
    zone = find_zone(name)
    assert zone is not None
    assert zone.key == name


def test_the_one_name_that_is_zooms_own_is_translated():
    assert find_zone("SST") == ZoneInfo("Pacific/Guadalcanal")


def test_case_and_outer_space_do_not_matter():
    assert find_zone(" europe/BERLIN ") == BERLIN


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "Europe", "Factory", "Europe/Berlin\0", "x" * 10**5]
)
def test_any_other_name_is_none(name: str):
    assert find_zone(name) is None


@pytest.mark.parametrize(
    ("name", "hint"), [("Berlin", "Europe/Berlin"), ("Europe/Berln", "Europe/Berlin"), ("new york", "America/New_York")]
)
def test_an_unknown_name_is_answered_with_what_is_like_it(name: str, hint: str):
    with pytest.raises(UsageError) as refused:
        require_zone(name)
    assert hint in refused.value.hint
    assert refused.value.exit_code == Exit.USAGE


def test_a_name_like_nothing_is_answered_with_an_example():
    assert "Europe/Berlin" in did_you_mean("qqqqq")


@pytest.mark.parametrize(
    ("naive", "zone", "code", "hours"),
    [
        (datetime(2027, 3, 28, 1, 59), "Europe/Berlin", "", 1),
        (datetime(2027, 3, 28, 2, 0), "Europe/Berlin", NONEXISTENT, None),
        (datetime(2027, 3, 28, 2, 59), "Europe/Berlin", NONEXISTENT, None),
        (datetime(2027, 3, 28, 3, 0), "Europe/Berlin", "", 2),
        (datetime(2027, 10, 31, 2, 0), "Europe/Berlin", AMBIGUOUS, 2),
        (datetime(2027, 10, 31, 3, 0), "Europe/Berlin", "", 1),
        (datetime(2027, 4, 4, 1, 45), "Australia/Lord_Howe", AMBIGUOUS, 11),
        (datetime(2027, 6, 1), "UTC", "", 0),
    ],
)
def test_a_clock_that_changes_skips_one_hour_and_shows_another_twice(
    naive: datetime, zone: str, code: str, hours: int | None
):
    aware, found = local(naive, ZoneInfo(zone))
    assert found == code
    assert hours is None or aware.utcoffset() == timedelta(hours=hours)


@given(st.datetimes(datetime(1975, 1, 1), datetime(2100, 1, 1)), st.sampled_from([*OLD_NAMES, "America/St_Johns"]))
def test_a_time_that_exists_once_comes_back_from_its_instant(naive: datetime, name: str):
    naive, zone = naive.replace(fold=0), ZoneInfo(name)
    aware, code = local(naive, zone)
    back = aware.astimezone(ZoneInfo("UTC")).astimezone(zone)
    assert (back.replace(tzinfo=None) == naive) == (code != NONEXISTENT)
    assert back.fold == 0 or code == NONEXISTENT
