"""A later export of a series: what lies outside its dates stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from migrate.core import recurrence
from migrate.core.consistency import check_dates
from migrate.core.coverage import Coverage
from migrate.core.extend import extend, remembered
from migrate.core.meeting import Kind, Meeting, Occurrence, Override, Person
from tests.builders import ANNA, BEN, at, day, row, series, span

MARCH, APRIL = (Coverage((span(*days),)) for days in (("03-01", "03-31"), ("04-01", "04-30")))
BOTH = Coverage((*MARCH.windows, *APRIL.windows))


def shown(meeting: Meeting, until: str = "2027-12-31 23:00") -> list[str]:
    """Return the dates of a meeting as a clock on the wall shows them."""
    return [f"{each.start:%m-%d %H:%M}" for each in recurrence.dates(meeting, at(until))]


def test_a_later_month_extends_the_series() -> None:
    extended = extend(series("2027-03-01 09:00", 5), series("2027-04-05 09:00", 4), APRIL)
    assert (extended.start, extended.rrule) == (at("2027-03-01 09:00"), "FREQ=WEEKLY;BYDAY=MO;COUNT=9")


def test_an_earlier_month_extends_it_to_the_front() -> None:
    extended = extend(series("2027-04-05 09:00", 4), series("2027-03-01 09:00", 5), MARCH)
    assert (extended.start, extended.rrule) == (at("2027-03-01 09:00"), "FREQ=WEEKLY;BYDAY=MO;COUNT=9")


def test_a_date_that_its_own_file_lists_no_more_is_gone() -> None:
    extended = extend(series("2027-03-01 09:00", 5), series("2027-03-01 09:00", 3), MARCH)
    assert shown(extended) == ["03-01 09:00", "03-08 09:00", "03-15 09:00"]


def test_a_single_date_can_become_a_series_and_back() -> None:
    single, rest = row("2027-03-29 09:00"), series("2027-04-05 09:00", 3)
    extended = extend(single, rest, APRIL)
    assert (extended.kind, extended.rrule) == (Kind.SERIES, "FREQ=WEEKLY;BYDAY=MO;COUNT=4")
    assert extend(extended, single, BOTH).kind is Kind.SINGLE


def test_a_webinar_stays_one() -> None:
    listed = series("2027-04-05 09:00", 3, kind=Kind.WEBINAR)
    assert extend(row("2027-03-29 09:00"), listed, APRIL).kind is Kind.WEBINAR


@pytest.mark.parametrize("first", ["2027-03-29 09:00", "2027-04-05 09:00"])
def test_a_webinar_stays_one_where_rows_do_not_tell_kinds(first) -> None:
    extended = extend(series("2027-03-29 09:00", 2, kind=Kind.WEBINAR), series(first, 3), BOTH)
    assert extended.kind is Kind.WEBINAR
    assert extend(replace(ENDLESS, kind=Kind.WEBINAR), series(first, 3), APRIL).kind is Kind.WEBINAR


def test_a_webinar_that_lost_its_dates_is_a_room_like_any_other() -> None:
    webinar = series("2027-03-01 09:00", 3, kind=Kind.WEBINAR)
    assert extend(webinar, row(None), MARCH).kind is Kind.ROOM
    assert extend(webinar, row(None), APRIL).kind is Kind.WEBINAR


def test_known_dates_are_told_in_the_zone_of_the_listed_ones() -> None:
    extended = extend(row("2027-03-29 07:00", timezone="UTC"), series("2027-04-05 09:00", 3), APRIL)
    assert (extended.timezone, extended.rrule) == ("Europe/Berlin", "FREQ=WEEKLY;BYDAY=MO;COUNT=4")


def test_what_rows_do_not_tell_stays() -> None:
    known = series("2027-03-01 09:00", 5, agenda="Talk", attendees=(BEN,), uuid="u")
    extended = extend(known, series("2027-04-05 09:00", 4), APRIL)
    assert (extended.agenda, extended.attendees, extended.uuid) == ("Talk", (BEN,), "u")


def test_what_rows_do_tell_is_taken() -> None:
    extended = extend(series("2027-03-01 09:00", 2, host=ANNA), series("2027-04-05 09:00", 4, host=BEN), APRIL)
    assert extended.host == BEN


NAMELESS, RENAMED = Person(email="anna@example.org"), Person("Anna Lind", "anna@example.org")


@pytest.mark.parametrize(
    ("known", "listed", "host"),
    [
        (ANNA, Person(), ANNA),
        (ANNA, Person("Anna Meier"), ANNA),
        (ANNA, Person("A. Meier"), ANNA),
        (ANNA, NAMELESS, ANNA),
        (ANNA, RENAMED, RENAMED),
        (ANNA, BEN, BEN),
        (Person("Anna Meier"), ANNA, ANNA),
        (Person("Anna Meier"), BEN, BEN),
        (Person("Anna Meier"), Person(), Person("Anna Meier")),
        (Person("Anna Meier"), Person("Ben Okafor"), Person("Ben Okafor")),
        (Person(), ANNA, ANNA),
    ],
)
@pytest.mark.parametrize("first", ["2027-03-01 09:00", "2027-04-05 09:00"])
def test_a_host_stays_unless_the_rows_really_name_somebody_else(first, known, listed, host) -> None:
    extended = extend(series("2027-03-01 09:00", 2, host=known), series(first, 3, host=listed), BOTH)
    assert extended.host == host


def test_an_account_is_left_to_the_host_book() -> None:
    known = series("2027-03-01 09:00", 2, host=replace(ANNA, account="old"))
    for listed in (Person(), ANNA, Person("A. Meier", account="another")):
        assert extend(known, series("2027-04-05 09:00", 4, host=listed), APRIL).host == ANNA


def test_a_meeting_that_lost_its_date_keeps_those_no_file_speaks_for() -> None:
    assert shown(extend(series("2027-03-01 09:00", 3), row(None), APRIL)) == [
        "03-01 09:00",
        "03-08 09:00",
        "03-15 09:00",
    ]
    assert extend(series("2027-03-01 09:00", 3), row(None), MARCH).start is None


ENDLESS = series("2027-01-04 09:00", 1, rrule="FREQ=WEEKLY;BYDAY=MO", agenda="Talk")


def test_a_rule_without_an_end_stays_one_where_rows_agree() -> None:
    extended = extend(ENDLESS, series("2027-03-01 09:00", 5), MARCH)
    assert extended == ENDLESS


def test_a_rule_without_an_end_is_corrected_inside_the_window_alone() -> None:
    special = replace(row("2027-03-16 11:00"), duration_minutes=30)
    listed = replace(series("2027-03-01 09:00", 5), exdates=(at("2027-03-15 09:00"),), singles=(_single(special),))
    extended = extend(ENDLESS, listed, MARCH)
    assert extended.rrule == ENDLESS.rrule
    assert shown(extended, "2027-04-12 23:00")[8:] == [
        *("03-01 09:00", "03-08 09:00", "03-16 11:00", "03-22 09:00", "03-29 09:00"),
        *("04-05 09:00", "04-12 09:00"),
    ]


def test_a_date_of_an_endless_rule_may_be_longer_or_called_otherwise() -> None:
    longer = Override(at("2027-03-08 09:00"), at("2027-03-08 09:00"), 90, "Long one")
    extended = extend(ENDLESS, replace(series("2027-03-01 09:00", 5), overrides=(longer,)), MARCH)
    assert extended.overrides == (longer,)
    assert (extended.exdates, extended.singles) == ((), ())


def test_exceptions_of_an_endless_rule_outside_the_window_stay_and_those_inside_are_told_anew() -> None:
    known = replace(
        ENDLESS,
        exdates=(at("2027-02-01 09:00"), at("2027-03-08 09:00")),
        overrides=(
            Override(at("2027-02-08 09:00"), at("2027-02-09 09:00")),
            Override(at("2027-02-22 09:00"), at("2027-03-02 10:00")),
            Override(at("2027-03-22 09:00"), at("2027-04-01 10:00")),
        ),
        singles=(_single(row("2027-02-05 09:00")), _single(row("2027-03-05 09:00"))),
    )
    listed = replace(series("2027-03-01 09:00", 5), exdates=(at("2027-03-22 09:00"),))
    extended = extend(known, listed, MARCH)
    assert shown(extended, "2027-04-05 23:00")[4:] == [
        *("02-05 09:00", "02-09 09:00", "02-15 09:00"),
        *("03-01 09:00", "03-08 09:00", "03-15 09:00", "03-29 09:00"),
        *("04-01 10:00", "04-05 09:00"),
    ]
    assert extend(extended, listed, MARCH) == extended


def test_a_month_that_is_longer_and_called_otherwise_leaves_the_other_dates_of_an_endless_rule() -> None:
    listed = series("2027-03-01 09:00", 5, "Stand-up", duration_minutes=90)
    extended = extend(ENDLESS, listed, MARCH)
    assert (extended.topic, extended.duration_minutes) == (ENDLESS.topic, ENDLESS.duration_minutes)
    assert extended.overrides == tuple(
        Override(each.start, each.start, 90, "Stand-up") for each in recurrence.dates(listed)
    )


def test_a_moved_date_of_an_endless_rule_that_is_listed_where_it_is_stays_moved() -> None:
    moved = Override(at("2027-03-08 09:00"), at("2027-03-09 10:00"))
    known = replace(ENDLESS, overrides=(moved,))
    listed = replace(series("2027-03-01 09:00", 5), overrides=(moved,))
    assert extend(known, listed, MARCH) == known


def test_of_a_rule_without_an_end_no_dates_are_remembered() -> None:
    assert remembered(ENDLESS, MARCH) == []
    assert len(remembered(series("2027-03-22 09:00", 4), MARCH)) == 2


def _single(meeting: Meeting) -> Occurrence:
    assert meeting.start
    return Occurrence(meeting.start)


DAYS = st.sets(st.integers(0, 120), min_size=1, max_size=12)


@given(known=DAYS, listed=DAYS, first=st.integers(0, 120), length=st.integers(0, 60))
def test_dates_are_those_listed_inside_the_window_and_those_known_outside(known, listed, first, length) -> None:
    coverage = Coverage((span(f"{_day(first):%m-%d}", f"{_day(first + length):%m-%d}"),))
    inside = {number for number in listed if first <= number <= first + length}
    extended = extend(_meeting(known), _meeting(inside), coverage) if inside else _meeting(known)
    expected = sorted(inside | {number for number in known if not (inside and first <= number <= first + length)})
    assert [date.start.date() for date in recurrence.dates(extended)] == [_day(number) for number in expected]
    assert not inside or extend(extended, _meeting(inside), coverage) == extended


# Each to a place of its own.
MOVED = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 70)), unique_by=(lambda pair: pair[0], lambda pair: pair[1]), max_size=5
).map(dict)
SOME = st.sets(st.integers(0, 70), max_size=8)


@given(exdates=SOME, moved=MOVED, singles=SOME, listed=DAYS, window=SOME)
def test_an_endless_rule_has_the_dates_listed_inside_the_window_and_those_known_outside(
    exdates, moved, singles, listed, window
) -> None:
    first, last = min(window, default=0), max(window, default=70)
    coverage = Coverage((span(f"{_day(first):%m-%d}", f"{_day(last):%m-%d}"),))
    known = replace(
        series("2027-01-01 09:00", 1, rrule="FREQ=DAILY"),
        exdates=tuple(at(f"{_day(number)} 09:00") for number in sorted(exdates - moved.keys())),
        overrides=tuple(Override(at(f"{_day(a)} 09:00"), at(f"{_day(b)} 10:00")) for a, b in moved.items()),
        singles=tuple(Occurrence(at(f"{_day(number)} 11:00")) for number in singles),
    )
    inside = {number for number in listed if first <= number <= last} or {first}
    extended = extend(known, _meeting(inside), coverage)
    told = {f"{_day(number):%m-%d} 09:00" for number in inside}
    taken = {f"{_day(a):%m-%d} 09:00": f"{_day(b):%m-%d} 10:00" for a, b in moved.items()}
    stays = [each for each in shown(known) if not f"{_day(first):%m-%d}" <= each[:5] <= f"{_day(last):%m-%d}"]
    # A date that is listed where the rule has it was moved back.
    gone = [taken[each] for each in told & taken.keys()]
    assert set(shown(extended)) == (set(stays) - set(gone)) | told
    assert extend(extended, _meeting(inside), coverage) == extended


def _day(number: int):
    return day("01-01").fromordinal(day("01-01").toordinal() + number)


def _meeting(numbers: set[int]) -> Meeting:
    starts = [at(f"{_day(number)} 09:00") for number in sorted(numbers)]
    shape = recurrence.tell([Occurrence(start, 30, "Standup") for start in starts])
    kind = Kind.SERIES if len(starts) > 1 else Kind.SINGLE
    dates = {"start": shape.start, "rrule": shape.rrule, "exdates": shape.exdates}
    return replace(row("2027-01-01 09:00"), kind=kind, overrides=shape.overrides, singles=shape.singles, **dates)


ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo"]
# Both sides of where March becomes April in some zone, and whole hours beside the dates of the rule.
HOURS = st.sets(st.sampled_from([24 * number + more for number in (0, 1, 2, 32, 33, 34, 35, 36) for more in (0, 5, 9)]))


@given(
    rule=st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY", "FREQ=DAILY;COUNT=40"]),
    clock=st.sampled_from(["00:30", "09:00", "23:30"]),
    zones=st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES)),
    exports=st.lists(st.tuples(st.sampled_from([MARCH, APRIL]), HOURS), max_size=4),
)
@example("FREQ=DAILY", "23:30", ("Europe/Berlin", "Asia/Tokyo"), [(MARCH, {0, 24, 48, 5, 9, 29, 33})])
@example("FREQ=DAILY", "00:30", ("Europe/Berlin", "America/New_York"), [(MARCH, {24 * 34})])
def test_what_is_extended_never_contradicts_itself(rule, clock, zones, exports) -> None:
    first = at(f"2027-02-26 {clock}", zones[0])
    meeting = replace(row(None), start=first, duration_minutes=30, timezone=zones[0], rrule=rule, kind=Kind.SERIES)
    for window, hours in exports:
        starts = [(first + timedelta(hours=hour)).astimezone(ZoneInfo(zones[1])) for hour in sorted(hours)]
        dates = [Occurrence(start, 30, "Standup") for start in starts if window.covers(start)]
        if dates:
            listed = replace(row("2027-03-01 09:00", timezone=zones[1]), **recurrence.tell(dates).fields())
            meeting = extend(meeting, listed, window)
            assert check_dates(meeting) == []
            found = [date.start.timestamp() for date in recurrence.dates(meeting, dates[-1].start)]
            assert {date.start.timestamp() for date in dates} <= set(found)
