"""What a meeting says of its dates must be true at once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.core import recurrence
from migrate.core.consistency import check_dates
from migrate.core.meeting import Kind, Meeting, Occurrence, Override
from tests.builders import ZONE, at

MONDAYS = "FREQ=WEEKLY;BYDAY=MO;COUNT=5"
ENDLESS = "FREQ=WEEKLY;BYDAY=MO"


def told(start: str | None, rrule: str | None = None, zone: str = ZONE, **dates: Any) -> Meeting:
    return Meeting("Standup", timezone=zone, start=at(start, zone) if start else None, rrule=rrule, **dates)


def moved(occurrence: str, start: str) -> Override:
    return Override(at(occurrence), at(start))


def once(*starts: str) -> tuple[Occurrence, ...]:
    return tuple(Occurrence(at(start)) for start in starts)


def seen(meeting: Meeting) -> list[tuple[str, str]]:
    return [(fault.code, fault.field) for fault in check_dates(meeting)]


@pytest.mark.parametrize(
    "meeting",
    [
        told(None),
        told("2027-03-01 09:00"),
        told("2027-03-01 09:00", singles=once("2027-03-02 09:00", "2027-02-01 09:00")),
        told("2027-03-01 09:00", ENDLESS, exdates=(at("2030-03-04 09:00"),)),
        told("2027-03-01 09:00", "FREQ=DAILY;BYHOUR=9,14;BYMINUTE=0", exdates=(at("2027-03-02 14:00"),)),
        told("2027-03-01 09:00", "FREQ=WEEKLY;UNTIL=20270315T080000Z", exdates=(at("2027-03-15 09:00"),)),
        told(
            "2027-03-01 09:00",
            MONDAYS,
            exdates=(at("2027-03-01 09:00"), at("2027-03-29 09:00")),
            overrides=(moved("2027-03-08 09:00", "2027-03-29 09:00"), moved("2027-03-15 09:00", "2027-03-15 09:00")),
            singles=once("2027-03-22 10:00", "2027-03-01 09:00"),
        ),
    ],
)
def test_a_meeting_whose_dates_agree_has_no_fault(meeting: Meeting) -> None:
    assert seen(meeting) == []


@pytest.mark.parametrize(
    ("meeting", "faults"),
    [
        (told("2027-03-01 09:00", exdates=(at("2027-03-01 09:00"),)), [("off-rule", "exdates")]),
        (told(None, exdates=(at("2027-03-01 09:00"),)), [("off-rule", "exdates")]),
        (
            told("2027-03-01 09:00", overrides=(moved("2027-03-01 09:00", "2027-03-02 09:00"),)),
            [("off-rule", "overrides")],
        ),
        (told("2027-03-02 09:00", MONDAYS), [("off-rule", "start")]),
        (told("2027-03-01 09:00", "FREQ=DAILY;BYHOUR=10"), [("off-rule", "start")]),
        (told("2027-03-01 09:00", MONDAYS, exdates=(at("2027-03-09 09:00"),)), [("off-rule", "exdates")]),
        (told("2027-03-01 09:00", MONDAYS, exdates=(at("2027-04-05 09:00"),)), [("off-rule", "exdates")]),
        (told("2027-03-01 09:00", ENDLESS, exdates=(at("2027-02-22 09:00"),)), [("off-rule", "exdates")]),
        (told("2027-03-01 09:00", "FREQ=DAILY", exdates=(at("2099-01-01 09:00"),)), [("off-rule", "exdates")]),
        (told("2027-03-01 09:00", MONDAYS, singles=once("2027-03-08 09:00")), [("repeated-date", "singles")]),
        (told("2027-03-01 09:00", singles=once("2027-03-01 09:00")), [("repeated-date", "singles")]),
        (told("2027-03-01 09:00", singles=once(*["2027-03-08 09:00"] * 2)), [("repeated-date", "singles")]),
        (told("2027-03-01 09:00", MONDAYS, exdates=(at("2027-03-08 09:00"),) * 2), [("repeated-date", "exdates")]),
        (
            told("2027-03-01 09:00", MONDAYS, overrides=(moved("2027-03-08 09:00", "2027-03-15 09:00"),)),
            [("repeated-date", "overrides")],
        ),
        (
            told(
                "2027-03-01 09:00",
                MONDAYS,
                exdates=(at("2027-03-08 09:00"),),
                overrides=(moved("2027-03-08 09:00", "2027-03-09 09:00"),),
            ),
            [("repeated-date", "overrides")],
        ),
        (told("2027-03-01 09:00", "FREQ=WEEKLY;COUNT=1", exdates=(at("2027-03-01 09:00"),)), [("no-date", "exdates")]),
        (told("2027-03-01 09:00", "FREQ=WEEKLY;UNTIL=20270228T080000Z"), [("no-date", "rrule")]),
        (told("2027-03-01 09:00", "FREQ=DAILY;INTERVAL=7;BYDAY=TU;UNTIL=20280301T080000Z"), [("no-date", "rrule")]),
    ],
)
def test_a_contradiction_is_told_with_its_field(meeting: Meeting, faults: list[tuple[str, str]]) -> None:
    assert seen(meeting) == faults


def test_whoever_moves_the_start_is_told_what_to_write_into_the_exceptions() -> None:
    faults = check_dates(
        told(
            "2027-03-01 10:00",
            MONDAYS,
            exdates=(at("2027-03-08 09:00"),),
            overrides=(moved("2027-03-29 09:00", "2027-03-29 10:00"),),
        )
    )
    assert [fault.field for fault in faults] == ["exdates", "overrides"]
    assert ["2027-03-08T09:00:00+01:00" in faults[0].message, "2027-03-08T10:00:00+01:00" in faults[0].hint] == [
        True
    ] * 2
    assert "2027-03-29T10:00:00+02:00" in faults[1].hint
    assert all("change with start" in fault.hint for fault in faults)


def test_a_start_off_its_rule_is_told_the_first_date() -> None:
    (fault,) = check_dates(told("2027-03-02 09:00", MONDAYS))
    assert "2027-03-08T09:00:00+01:00" in fault.message and "2027-03-08T09:00:00+01:00" in fault.hint


def test_a_date_of_the_rule_at_a_skipped_time_is_the_one_the_clock_shows() -> None:
    weekly = "FREQ=WEEKLY;COUNT=3"
    assert seen(told("2027-03-21 02:30", weekly, exdates=(at("2027-03-28 03:30"),))) == []
    assert seen(told("2027-03-21 02:30", weekly, singles=once("2027-03-28 03:30"))) == [("repeated-date", "singles")]


def test_a_date_of_the_rule_at_a_time_shown_twice_is_the_first() -> None:
    weekly, second = "FREQ=WEEKLY;COUNT=2", at("2027-10-31 02:30").replace(fold=1)
    assert seen(told("2027-10-24 02:30", weekly, exdates=(second,))) == [("off-rule", "exdates")]
    assert seen(told("2027-10-24 02:30", weekly, exdates=(second.replace(fold=0),))) == []
    assert seen(told("2027-10-24 02:30", weekly, singles=(Occurrence(second),))) == []
    late = Meeting("Standup", Kind.SERIES, timezone=ZONE, start=second, rrule=weekly)
    assert seen(late) == [("off-rule", "start")]


def test_dates_of_several_fields_are_all_told_at_once() -> None:
    meeting = told(
        "2027-03-02 09:00",
        MONDAYS,
        exdates=(at("2027-03-09 09:00"),),
        overrides=(moved("2027-03-16 09:00", "2027-03-17 09:00"),),
        singles=once("2027-03-15 09:00"),
    )
    assert [field for _, field in seen(meeting)] == ["start", "exdates", "overrides", "singles"]


moments = st.sampled_from([at(f"2027-03-{day:02} {clock}") for day in range(1, 17) for clock in ("09:00", "10:00")])


@settings(deadline=None)
@given(
    st.sampled_from([None, MONDAYS, "FREQ=DAILY;COUNT=9", "FREQ=DAILY;INTERVAL=2;UNTIL=20270311T080000Z"]),
    moments,
    st.lists(moments, max_size=3),
    st.lists(st.builds(Override, moments, moments), max_size=2),
    st.lists(st.builds(Occurrence, moments), max_size=2),
)
def test_without_a_fault_the_dates_differ_and_every_exception_counts(
    rrule: str | None,
    start: Any,
    exdates: list[Any],
    overrides: list[Override],
    singles: list[Occurrence],
) -> None:
    meeting = Meeting(
        "Standup",
        timezone=ZONE,
        start=start,
        rrule=rrule,
        exdates=tuple(exdates),
        overrides=tuple(overrides),
        singles=tuple(singles),
    )
    if check_dates(meeting):
        return
    instants = [each.start.timestamp() for each in recurrence.dates(meeting)]
    by_rule = [start] if rrule is None else list(recurrence.ruled(rrule, start))
    assert len(set(instants)) == len(instants) == len(by_rule) - len(exdates) + len(singles) > 0
    assert by_rule[0] == start
