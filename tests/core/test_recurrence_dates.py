"""A rule and its exceptions followed to dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from migrate.core.meeting import Kind, Meeting, Occurrence, Override
from migrate.core.recurrence import continues_after, dates

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def row(text: str, clock: str = "09:00", minutes: int = 60, topic: str = "Standup") -> Occurrence:
    return Occurrence(at(f"{text}T{clock}"), minutes, topic)


def meeting(start: str, rrule: str | None = None, zone: ZoneInfo = BERLIN, **more: object) -> Meeting:
    return Meeting(
        "Standup", Kind.SERIES, timezone=zone.key, start=at(start, zone), duration_minutes=60, rrule=rrule, **more
    )  # type: ignore[arg-type]


def test_dates_come_in_order_with_their_own_length_and_topic() -> None:
    told = meeting(
        "2027-03-01T09:00",
        "FREQ=WEEKLY;COUNT=4",
        exdates=(at("2027-03-08T09:00"),),
        overrides=(Override(at("2027-03-01T09:00"), at("2027-03-17T08:00"), 30, "Late"),),
        singles=(Occurrence(at("2027-02-28T09:00"), None, "Early"), Occurrence(at("2027-03-16T09:00"))),
    )
    assert list(dates(told)) == [
        row("2027-02-28", topic="Early"),
        row("2027-03-15"),
        row("2027-03-16"),
        row("2027-03-17", "08:00", 30, "Late"),
        row("2027-03-22"),
    ]


def test_a_limit_counts_where_a_date_is_now() -> None:
    told = meeting(
        "2027-03-01T09:00",
        "FREQ=WEEKLY",
        overrides=(
            Override(at("2027-03-08T09:00"), at("2027-03-30T09:00")),
            Override(at("2027-03-22T09:00"), at("2027-03-09T09:00")),
        ),
    )
    limit = datetime(2027, 3, 15, 8, tzinfo=UTC)
    assert [each.start for each in dates(told, limit)] == [
        at("2027-03-01T09:00"),
        at("2027-03-09T09:00"),
        at("2027-03-15T09:00"),
    ]


@pytest.mark.parametrize(
    ("rrule", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3", ["2027-03-31", "2027-04-30", "2027-05-31"]),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=1MO;COUNT=2", ["2027-03-01", "2028-03-06"]),
        ("FREQ=WEEKLY;UNTIL=20270315T080000Z", ["2027-03-01", "2027-03-08", "2027-03-15"]),
        ("FREQ=WEEKLY;UNTIL=20270315T075959Z", ["2027-03-01", "2027-03-08"]),
        ("FREQ=WEEKLY;COUNT=150", [str(date(2027, 3, 1) + timedelta(weeks=week)) for week in range(150)]),
    ],
)
def test_rules_that_zoom_cannot_make_have_dates_too(rrule: str, days: list[str]) -> None:
    assert [str(each.start.date()) for each in dates(meeting("2027-03-01T09:00", rrule))] == days


def test_several_times_of_day_are_followed() -> None:
    told = meeting("2027-03-01T09:00", "FREQ=DAILY;BYHOUR=9,14;BYMINUTE=0;COUNT=3")
    assert [f"{each.start:%d %H}" for each in dates(told)] == ["01 09", "01 14", "02 09"]


def test_a_skipped_time_is_the_one_the_clock_shows_then() -> None:
    told = meeting("2027-03-21T02:30", "FREQ=WEEKLY;COUNT=3")
    assert [f"{each.start:%d %H:%M %z}" for each in dates(told)] == [
        "21 02:30 +0100",
        "28 03:30 +0200",
        "04 02:30 +0200",
    ]


def test_a_time_shown_twice_is_the_first() -> None:
    told = meeting("2027-10-24T02:30", "FREQ=WEEKLY;COUNT=2")
    assert [f"{each.start:%z}" for each in dates(told)] == ["+0200", "+0200"]


def test_an_exdate_in_the_second_of_two_hours_leaves_the_first() -> None:
    told = meeting("2027-10-24T02:30", "FREQ=WEEKLY;COUNT=2", exdates=(at("2027-10-31T02:30", fold=1),))
    assert len(list(dates(told))) == 2


def test_an_endless_rule_without_a_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        dates(meeting("2027-03-01T09:00", "FREQ=WEEKLY"))


def test_a_room_has_no_dates_but_singles() -> None:
    single = row("2027-03-04")
    told = Meeting("Room", Kind.ROOM, start=at("2027-03-01T09:00"), rrule="FREQ=WEEKLY", singles=(single,))
    assert list(dates(told)) == [single]


def test_a_meeting_without_a_rule_has_its_start() -> None:
    assert list(dates(meeting("2027-03-01T09:00"))) == [row("2027-03-01")]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_a_rule_ends_before_the_calendar_does(zone: str) -> None:
    told = meeting("9997-12-30T23:00", "FREQ=DAILY;COUNT=9999", ZoneInfo(zone))
    assert [each.start.year for each in dates(told)][-1] == 9998


@pytest.mark.parametrize(
    ("rrule", "goes_on"),
    [
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=6", "2027-04-12T09:00"),
        ("FREQ=WEEKLY;UNTIL=20270315T080000Z", "2027-03-22T09:00"),
        ("FREQ=WEEKLY;UNTIL=20270315T075959Z", "2027-03-15T09:00"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=2", "2027-07-31T09:00"),
        ("FREQ=WEEKLY", None),
        (None, None),
    ],
)
def test_a_rule_would_continue_on_its_next_date(rrule: str | None, goes_on: str | None) -> None:
    following = continues_after(meeting("2027-03-01T09:00", rrule))
    assert (following and f"{following:%Y-%m-%dT%H:%M}") == goes_on


def test_a_room_does_not_continue() -> None:
    assert continues_after(Meeting("Room", Kind.ROOM, start=at("2027-03-01T09:00"), rrule="FREQ=DAILY;COUNT=2")) is None
