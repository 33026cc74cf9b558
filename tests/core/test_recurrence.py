"""Dates told as a rule."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from migrate.core.meeting import Occurrence, Override
from migrate.core.recurrence import Shape, dates, pattern_name, tell
from tests.builders import as_meeting

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def row(
    text: str, clock: str = "09:00", minutes: int = 60, topic: str = "Standup", zone: ZoneInfo = BERLIN
) -> Occurrence:
    return Occurrence(at(f"{text}T{clock}", zone), minutes, topic)


def rows(days: str, clock: str = "09:00", zone: ZoneInfo = BERLIN) -> list[Occurrence]:
    """Rows of one time on days such as "03-01 03-08" of 2027."""
    return [row(f"2027-{day}", clock, zone=zone) for day in days.split()]


def identity(occurrences: object) -> list[tuple[float, int | None, str]]:
    return [(each.start.timestamp(), each.duration_minutes, each.topic) for each in occurrences]  # type: ignore[attr-defined]


EXACT = {
    "FREQ=DAILY;COUNT=2": "03-01 03-02",
    "FREQ=DAILY;COUNT=3": "03-01 03-02 03-03",
    "FREQ=DAILY;COUNT=5": "03-01 03-02 03-03 03-04 03-05",
    "FREQ=DAILY;INTERVAL=3;COUNT=4": "03-01 03-04 03-07 03-10",
    "FREQ=DAILY;INTERVAL=90;COUNT=3": "01-04 04-04 07-03",
    "FREQ=DAILY;INTERVAL=30;COUNT=4": "01-04 02-03 03-05 04-04",
    "FREQ=WEEKLY;BYDAY=MO;COUNT=2": "03-01 03-08",
    "FREQ=WEEKLY;BYDAY=MO;COUNT=6": "03-01 03-08 03-15 03-22 03-29 04-05",
    "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5": "03-01 03-04 03-08 03-11 03-15",
    "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=4": "03-04 03-08 03-11 03-15",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=7": "03-01 03-02 03-03 03-04 03-05 03-08 03-09",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=3": "03-01 03-15 03-29",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=5": "03-01 03-03 03-15 03-17 03-29",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;COUNT=4": "03-02 03-07 03-16 03-21",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=4": "03-07 03-09 03-21 03-23",
    "FREQ=WEEKLY;INTERVAL=12;BYDAY=MO;COUNT=3": "03-01 05-24 08-16",
    "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=2": "03-15 04-15",
    "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=4": "07-15 08-15 09-15 10-15",
    "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4": "01-31 03-31 05-31 07-31",
    "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1;COUNT=4": "01-01 04-01 07-01 10-01",
    "FREQ=MONTHLY;BYDAY=2TU;COUNT=3": "03-09 04-13 05-11",
    "FREQ=MONTHLY;BYDAY=4TH;COUNT=4": "03-25 04-22 05-27 06-24",
    "FREQ=MONTHLY;BYDAY=-1FR;COUNT=4": "02-26 03-26 04-30 05-28",
    "FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO;COUNT=3": "01-04 04-05 07-05",
}


@pytest.mark.parametrize(("rrule", "days"), EXACT.items(), ids=EXACT)
def test_regular_dates_are_told_by_a_rule_alone(rrule: str, days: str) -> None:
    told = rows(days)
    assert tell(told) == Shape(told[0].start, 60, "Standup", rrule, (), (), ())


@pytest.mark.parametrize(
    "days",
    ["03-01", "03-01 03-03", "03-01 03-15", "03-09 04-13", "01-15 03-15", "03-02 03-04 03-07", "01-01 02-18 03-07"],
)
def test_dates_without_a_rule_worth_telling_stay_single(days: str) -> None:
    first, *others = rows(days)
    assert tell([first, *others]) == Shape(
        first.start, 60, "Standup", None, (), (), tuple(Occurrence(other.start) for other in others)
    )


def test_a_missing_week_becomes_an_exdate() -> None:
    shape = tell(rows("03-01 03-15 03-22"))
    assert (shape.rrule, shape.exdates) == ("FREQ=WEEKLY;BYDAY=MO;COUNT=4", (at("2027-03-08T09:00"),))


def test_a_weekend_of_a_daily_meeting_becomes_exdates() -> None:
    shape = tell(rows("03-01 03-02 03-03 03-04 03-05 03-06 03-07 03-10 03-11"))
    assert shape.rrule == "FREQ=DAILY;COUNT=11"
    assert shape.exdates == (at("2027-03-08T09:00"), at("2027-03-09T09:00"))


def test_two_weeks_of_holidays_before_the_last_date_do_not_end_the_rule() -> None:
    shape = tell(rows("03-01 03-08 03-15 04-05"))
    assert (shape.rrule, len(shape.exdates)) == ("FREQ=WEEKLY;BYDAY=MO;COUNT=6", 2)


def test_a_date_long_after_the_others_is_single() -> None:
    shape = tell(rows("03-01 03-08 03-15 11-15"))
    assert (shape.rrule, shape.singles) == ("FREQ=WEEKLY;BYDAY=MO;COUNT=3", (Occurrence(at("2027-11-15T09:00")),))


def test_a_slip_in_the_year_leaves_the_other_dates_alone() -> None:
    shape = tell([*rows("03-01 03-08 03-15"), row("2072-03-22")])
    assert (shape.rrule, len(shape.singles)) == ("FREQ=WEEKLY;BYDAY=MO;COUNT=3", 1)


def test_a_date_at_another_time_becomes_an_override() -> None:
    shape = tell([*rows("03-01 03-08 03-22"), row("2027-03-15", "10:30")])
    assert shape.rrule == "FREQ=WEEKLY;BYDAY=MO;COUNT=4"
    assert shape.overrides == (Override(at("2027-03-15T09:00"), at("2027-03-15T10:30")),)
    assert shape.exdates == shape.singles == ()


def test_a_longer_date_becomes_an_override() -> None:
    shape = tell([*rows("03-01 03-08"), row("2027-03-15", minutes=120)])
    assert shape.overrides == (Override(at("2027-03-15T09:00"), at("2027-03-15T09:00"), 120),)
    assert shape.duration_minutes == 60


def test_a_renamed_date_becomes_an_override() -> None:
    shape = tell([row("2027-03-01", topic="Kick-off"), *rows("03-08 03-15")])
    assert shape.overrides == (Override(at("2027-03-01T09:00"), at("2027-03-01T09:00"), None, "Kick-off"),)
    assert shape.topic == "Standup"


def test_a_date_moved_by_a_day_becomes_an_override() -> None:
    shape = tell([*rows("03-01 03-08 03-22"), row("2027-03-16", "08:00")])
    assert shape.overrides == (Override(at("2027-03-15T09:00"), at("2027-03-16T08:00")),)


def test_a_date_moved_by_half_a_period_or_more_is_single() -> None:
    shape = tell(rows("03-01 03-08 03-22 03-29 03-19"))
    assert (shape.exdates, shape.overrides) == ((at("2027-03-15T09:00"),), ())
    assert shape.singles == (Occurrence(at("2027-03-19T09:00")),)


def test_a_date_of_a_daily_meeting_is_known_on_its_own_day_only() -> None:
    shape = tell([*rows("03-01 03-02 03-03 03-05 03-06"), row("2027-03-03", "15:00")])
    assert (shape.rrule, shape.exdates) == ("FREQ=DAILY;COUNT=6", (at("2027-03-04T09:00"),))
    assert shape.singles == (Occurrence(at("2027-03-03T15:00")),)


def test_the_first_date_may_be_the_changed_one() -> None:
    told = [row("2027-03-01", "11:00"), *rows("03-08 03-15")]
    shape = tell(told)
    assert (shape.start, shape.overrides) == (
        at("2027-03-01T09:00"),
        (Override(at("2027-03-01T09:00"), at("2027-03-01T11:00")),),
    )
    assert identity(dates(as_meeting(shape))) == identity(told)


def test_nothing_is_extrapolated_to_a_day_without_a_row() -> None:
    shape = tell([*rows("03-01 03-08 03-15"), row("2027-03-23")])
    assert (shape.rrule, shape.singles) == ("FREQ=WEEKLY;BYDAY=MO;COUNT=3", (Occurrence(at("2027-03-23T09:00")),))


def test_an_extra_date_is_single_with_its_own_length_and_topic() -> None:
    shape = tell([*rows("03-01 03-08 03-15"), row("2027-03-10", "17:00", 30, "Retrospective")])
    assert shape.singles == (Occurrence(at("2027-03-10T17:00"), 30, "Retrospective"),)


def test_more_exceptions_than_plain_dates_are_no_rule() -> None:
    shape = tell(rows("03-01 03-08 03-15 03-17 04-03 05-09 06-25"))
    assert (shape.rrule, len(shape.singles)) == (None, 6)


def test_without_a_rule_the_first_date_keeps_its_length_and_topic() -> None:
    told = [row("2027-03-01", minutes=15, topic="Kick-off"), row("2027-03-04"), row("2027-03-20")]
    shape = tell(told)
    assert (shape.rrule, shape.duration_minutes, shape.topic) == (None, 15, "Kick-off")
    assert identity(dates(as_meeting(shape))) == identity(told)


def test_ties_of_length_and_topic_go_to_the_earliest() -> None:
    shape = tell([row("2027-03-08", minutes=30, topic="B"), row("2027-03-01", minutes=60, topic="A")])
    assert (shape.duration_minutes, shape.topic) == (60, "A")


@pytest.mark.parametrize(
    ("days", "rrule"),
    [
        ("03-01 03-03 03-05 03-07", "FREQ=DAILY;INTERVAL=2;COUNT=4"),
        ("07-15 08-15 09-15", "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=3"),
        ("02-08 03-08 04-05", "FREQ=WEEKLY;INTERVAL=4;BYDAY=MO;COUNT=3"),
        ("01-22 02-26 03-26", "FREQ=MONTHLY;BYDAY=4FR;COUNT=3"),
    ],
)
def test_of_several_rules_the_simplest_is_told(days: str, rrule: str) -> None:
    assert tell(rows(days)).rrule == rrule


@pytest.mark.parametrize(("zone", "days"), [(BERLIN, "03-15 03-22 03-29 04-05"), (NEW_YORK, "03-01 03-08 03-15 03-22")])
def test_the_clock_on_the_wall_is_kept_when_clocks_change(zone: ZoneInfo, days: str) -> None:
    told = rows(days, zone=zone)
    assert len({row.start.utcoffset() for row in told}) == 2
    assert tell(told) == Shape(told[0].start, 60, "Standup", "FREQ=WEEKLY;BYDAY=MO;COUNT=4", (), (), ())


def test_a_meeting_of_another_zone_is_overridden_where_only_that_zone_has_changed_its_clock() -> None:
    told = [
        Occurrence(each.start.astimezone(BERLIN), 60, "Standup")
        for each in rows("02-22 03-01 03-08 03-15 03-22 03-29 04-05", zone=NEW_YORK)
    ]
    shape = tell(told)
    assert (shape.rrule, shape.start) == ("FREQ=WEEKLY;BYDAY=MO;COUNT=7", at("2027-02-22T15:00"))
    assert [override.start for override in shape.overrides] == [at("2027-03-15T14:00"), at("2027-03-22T14:00")]
    assert identity(dates(as_meeting(shape))) == identity(told)


SKIPPED = [
    (BERLIN, "2027-03-28", "03-07 03-14 03-21", "04-04 04-11 04-18 04-25"),
    (NEW_YORK, "2027-03-14", "02-21 02-28 03-07", "03-21 03-28 04-04 04-11"),
]
TWICE = [
    (BERLIN, "2027-10-31", "10-10 10-17 10-24", "11-07 11-14 11-21 11-28"),
    (NEW_YORK, "2027-11-07", "10-17 10-24 10-31", "11-14 11-21 11-28 12-05"),
]


@pytest.mark.parametrize(("zone", "change", "before", "after"), SKIPPED)
def test_a_rule_stays_on_one_side_of_a_time_that_the_clock_skips(
    zone: ZoneInfo, change: str, before: str, after: str
) -> None:
    told = [*rows(before, "02:30", zone), row(change, "03:30", zone=zone), *rows(after, "02:30", zone)]
    shape = tell(told)
    assert (shape.rrule, shape.start) == ("FREQ=WEEKLY;BYDAY=SU;COUNT=4", told[4].start)
    assert identity(dates(as_meeting(shape))) == identity(told)


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize(("zone", "change", "before", "after"), TWICE)
def test_a_rule_stays_on_one_side_of_a_time_that_the_clock_shows_twice(
    zone: ZoneInfo, change: str, before: str, after: str, fold: int
) -> None:
    clock = "02:30" if zone is BERLIN else "01:30"
    doubtful = Occurrence(at(f"{change}T{clock}", zone, fold), 60, "Standup")
    told = [*rows(before, clock, zone), doubtful, *rows(after, clock, zone)]
    shape = tell(told)
    assert (shape.rrule, shape.start) == ("FREQ=WEEKLY;BYDAY=SU;COUNT=4", told[4].start)
    assert identity(dates(as_meeting(shape))) == identity(told)
    assert [single.start.fold for single in shape.singles] == [0, 0, 0, fold]


def test_a_rule_may_begin_after_the_second_of_two_hours() -> None:
    doubtful = Occurrence(at("2027-10-31T02:30", fold=1), 60, "Standup")
    shape = tell([doubtful, *rows("11-07 11-14 11-21", "02:30")])
    assert (shape.rrule, shape.start, len(shape.singles)) == ("FREQ=WEEKLY;BYDAY=SU;COUNT=3", at("2027-11-07T02:30"), 1)


def test_a_missing_date_is_never_at_a_time_that_the_clock_skips() -> None:
    shape = tell(rows("03-14 03-21 04-04 04-11 04-18", "02:30"))
    assert (shape.rrule, shape.exdates, len(shape.singles)) == ("FREQ=WEEKLY;BYDAY=SU;COUNT=3", (), 2)


def test_both_hours_of_the_night_that_the_clock_repeats_are_kept() -> None:
    told = [Occurrence(at("2027-10-31T02:30", fold=fold), 30, "Standup") for fold in (0, 1)]
    assert identity(dates(as_meeting(tell(told)))) == identity(told)


@pytest.mark.parametrize(
    ("days", "name"),
    [
        ("03-01 03-08 03-15", "weekly-mo-0900"),
        ("03-01 03-15 03-29", "weekly-mo-0900"),
        ("03-01 03-04 03-08 03-11", "weekly-mo-th-0900"),
        ("03-01 03-02 03-03", "daily-0900"),
        ("03-09 04-13 05-11", "monthly-2tu-0900"),
        ("02-26 03-26 04-30 05-28", "monthly-lastfr-0900"),
        ("03-15 04-15 05-15", "monthly-15-0900"),
        ("03-15", "dates"),
    ],
)
def test_a_pattern_is_named_by_weekday_and_time(days: str, name: str) -> None:
    assert pattern_name(tell(rows(days))) == name
