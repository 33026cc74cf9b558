from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.errors import Exit, UsageError
from migrate.shared.resources import data_text
from migrate.shared.timezones import AMBIGUOUS, NONEXISTENT, did_you_mean, find_zone, local, require_zone

BERLIN = ZoneInfo("Europe/Berlin")
# Zones that Zoom lists and that are links or old names today.
OLD_NAMES = ["Asia/Calcutta", "Asia/Dacca", "Asia/Saigon", "America/Montreal", "America/Indianapolis",
             "America/Godthab", "Canada/Atlantic", "Europe/Kiev", "Etc/Greenwich", "CET", "UTC"]  # fmt: skip
IANA = files("tzdata").joinpath("zones").read_text("utf-8").split()
TABLE = [line.split("\t") for line in data_text("zones.tsv").splitlines()]
# Names that have more than one row, and so mean nothing.
SEVERAL = ["EST", "CST", "MST", "PST", "HST", "AST", "EET", "IST", "BST"]
CERTAINTIES = {"documented", "code", "inferred"}


@cache
def rules(name: str) -> tuple[timedelta | None, ...]:
    """Return what the clocks of a zone show through the years of the exports."""
    months = [(year, month) for year in range(2026, 2030) for month in range(1, 13)]
    return tuple(datetime(year, month, 15, tzinfo=ZoneInfo(name)).utcoffset() for year, month in months)


def test_every_row_of_the_table_is_whole_and_there_once():
    assert TABLE[0] == ["name", "zone", "language", "certainty"]
    assert all(len(row) == 4 and all(cell == cell.strip() != "" for cell in row) for row in TABLE)
    assert len({tuple(row[:2]) for row in TABLE}) == len(TABLE)
    assert {certainty for *_, certainty in TABLE[1:]} == CERTAINTIES


@pytest.mark.parametrize(("name", "zone", "language", "certainty"), TABLE[1:])
def test_every_name_in_the_table_is_read_as_its_zone_unless_it_has_several(name, zone, language, certainty):
    assert zone in IANA
    assert find_zone(name) == (None if name in SEVERAL else ZoneInfo(zone))


def test_the_names_with_several_zones_are_abbreviations_and_their_zones_differ():
    zones = defaultdict(list)
    for name, zone, language, _ in TABLE[1:]:
        zones[name, language].append(zone)
    several = {name: found for (name, language), found in zones.items() if len(found) > 1 and language == "any"}
    assert sorted(several) == sorted(SEVERAL)
    assert sum(len(found) > 1 for found in zones.values()) == len(several)
    assert all(len(set(map(rules, found))) == len(found) for found in several.values())


def test_zooms_own_list_is_complete():
    assert len([row for row in TABLE if row[2:] == ["en", "documented"]]) == 136
    assert {row[2] for row in TABLE[1:]} == {"any", "en", "de", "ja"}


def test_every_other_name_of_the_iana_list_is_the_zone_that_it_is_there():
    named = [name for name in IANA if name not in {"Factory", *SEVERAL}]
    assert [name for name in named if (found := find_zone(name)) is None or rules(found.key) != rules(name)] == []
    # Zoom has this name too, for the zone of which it is a link.
    assert {name for name in named if find_zone(name).key != name} == {"Singapore"}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Amsterdam, Berlin, Rome, Stockholm, Vienna", "Europe/Berlin"),
        ("Amsterdam, Berlin, Rom, Stockholm, Wien", "Europe/Berlin"),
        ("(GMT+1:00) Amsterdam, Berlin, Rome, Stockholm, Vienna", "Europe/Berlin"),
        ("(GMT+2:00) Amsterdam, Berlin, Rome, Stockholm, Vienna ", "Europe/Berlin"),
        ("(UTC+01:00)Amsterdam,Berlin,Rome,Stockholm,Vienna", "Europe/Berlin"),
        ("Pacific Time (US and Canada)", "America/Los_Angeles"),
        ("Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("(GMT-8:00) PACIFIC TIME (US AND CANADA)", "America/Los_Angeles"),
        ("(GMT\u22127:00) Pacific Time (US and Canada)", "America/Los_Angeles"),
        ("(GMT-2:30) Newfoundland and Labrador", "America/St_Johns"),
        ("(GMT) London", "Europe/London"),
        ("(GMT+1:00) Casablanca", "Africa/Casablanca"),
        ("(GMT+0:00) Casablanca", "Africa/Casablanca"),
        ("(GMT+6:00) Almaty", "Asia/Almaty"),
        ("(GMT+14:00) Independent State of Samoa", "Pacific/Apia"),
        ("(GMT+1:00) Europe/Berlin", "Europe/Berlin"),
        ("America, Los_Angeles", "America/Los_Angeles"),
        ("America, Argentina, Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("America/Los Angeles", "America/Los_Angeles"),
        ("大阪、札幌、東京", "Asia/Tokyo"),
        ("大阪,札幌,東京", "Asia/Tokyo"),
        ("大阪\uff64 札幌\uff64 東京", "Asia/Tokyo"),
        ("\uff08GMT\uff0b\uff19\uff1a00\uff09大阪、札幌、東京", "Asia/Tokyo"),
        ("Sarajevo, Skopje, Zagreb", "Europe/Belgrade"),
        ("Solomon Islands", "Pacific/Guadalcanal"),
        ("Universal Time UTC", "UTC"),
        ("Prague, Bratislava", "Europe/Prague"),
        ("Brasilia", "America/Araguaina"),
        ("Recife", "America/Araguaina"),
    ],
)  # fmt: skip
def test_what_zoom_shows_to_people_is_read_too(name: str, key: str):
    zone = find_zone(name)
    assert zone is not None
    assert zone.key == key


@pytest.mark.parametrize(
    "name", ["(GMT+5:00) Europe/Berlin", "(GMT-1:00) Brussels", "(GMT) Osaka, Sapporo, Tokyo", "(GMT+1:99) Brussels"]
)
def test_a_name_is_not_read_if_the_offset_before_it_is_never_that_zones(name: str):
    assert find_zone(name) is None
    assert "never show that offset" in did_you_mean(name)


@pytest.mark.parametrize(
    "name", ["EST", "MST", "HST", "EET", "CST", "PST", "AST", "IST", "BST", "est", "EDT", "CEST", "JST", "AEST",
             "(GMT-5:00) EST", "(GMT+5:30) IST", "Samoa", "Eastern Time", "GMT+1", "UTC+2", "+01:00", "(GMT+1:00)"]
)  # fmt: skip
def test_what_may_mean_several_zones_is_not_guessed(name: str):
    assert find_zone(name) is None


def test_an_abbreviation_of_the_iana_list_is_read_only_if_it_means_one_thing():
    meanings = defaultdict(set)
    for zone in set(IANA) - {"Factory"}:
        for month in (1, 7):
            meanings[datetime(2026, month, 15, tzinfo=ZoneInfo(zone)).tzname()].add(rules(zone))
    unclear = {name for name in IANA if len(meanings[name]) > 1}
    # UTC and GMT are offsets, which the clocks of more than one zone show; CET is Zoom's name of a zone.
    assert {name for name in unclear if find_zone(name)} == {"GMT", "CET"}
    assert unclear >= {"EST", "MST", "HST", "EET"}


@pytest.mark.parametrize(
    ("name", "zones"),
    [("EST", ["America/New_York", "America/Panama"]), ("IST", ["Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"])],
)
def test_the_hint_for_an_unclear_name_lists_what_it_may_mean(name: str, zones: list[str]):
    assert all(zone in did_you_mean(name) for zone in zones)


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
    "name",
    [
        "",
        "Mars/Olympus",
        "../../etc/passwd",
        "Europe",
        "Factory",
        "Europe/Berlin\0",
        "x" * 10**5,
        "(GMT+1)",
        "()",
        "," * 99,
    ],
)
def test_any_other_name_is_none(name: str):
    assert find_zone(name) is None


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Berlin", "Europe/Berlin"),
        ("Europe/Berln", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("S\u00e3o Paulo", "America/Sao_Paulo"),
        ("New Delhi", "Asia/Kolkata"),
        ("Amsterdam, Berlin, Rome, Stockholm, Wien", "Europe/Berlin"),
        ("Eastern Time", "America/New_York"),
        ("東京", "Asia/Tokyo"),
        ("UTC+2", "An offset does not tell when clocks change"),
    ],
)
def test_an_unknown_name_is_answered_with_what_is_like_it(name: str, hint: str):
    with pytest.raises(UsageError) as refused:
        require_zone(name)
    assert hint in refused.value.hint
    assert refused.value.exit_code == Exit.USAGE


def test_a_name_like_nothing_is_answered_with_an_example():
    assert "Europe/Berlin" in did_you_mean("qqqqq")
    assert "Europe/Berlin" in did_you_mean("CEST")


@given(st.text() | st.from_regex(r"\(?(GMT|UTC)[+\-]?\d{0,2}:?\d{0,2}\)? ?\w*"))
def test_any_text_is_a_zone_or_has_a_hint(name: str):
    assert find_zone(name) or did_you_mean(name)


@given(st.sampled_from([row for row in TABLE[1:] if row[0] not in SEVERAL]), st.data())
def test_a_name_is_read_in_any_case_with_any_comma_and_with_every_offset_of_its_zone(row: list[str], data):
    name, key, *_ = row
    comma = data.draw(st.sampled_from([", ", ",", "\u3001", "\uff0c", "\uff64", "/"]))
    case = data.draw(st.sampled_from([str.upper, str.lower, str.title]))
    zone = ZoneInfo(key)
    minutes = int(datetime(2027, data.draw(st.sampled_from([1, 7])), 1, tzinfo=zone).utcoffset().total_seconds()) // 60
    offset = f"(GMT{'-' if minutes < 0 else '+'}{abs(minutes) // 60}:{abs(minutes) % 60:02}) "
    written = case(name.replace(", ", ",").replace("\u3001", ",").replace(",", comma))
    assert find_zone(written) == find_zone(offset + written) == zone


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
