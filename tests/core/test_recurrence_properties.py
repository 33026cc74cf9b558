"""Whatever the dates are: they are told exactly, in one way, and split without a loss."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from migrate.core.consistency import check_dates
from migrate.core.meeting import Occurrence
from migrate.core.recurrence import check_rule, dates, pattern_name, patterns, tell
from tests.builders import as_meeting

ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Africa/Cairo", "UTC")]
# Few clocks and lengths, so that most dates are alike; the early ones are those that a change of clocks hits.
CLOCKS = [time(9), time(9), time(9), time(10), time(0, 30), time(1, 30), time(2, 30), time(23, 45)]

Identity = list[tuple[float, int | None, str]]


def identity(occurrences: Iterable[Occurrence]) -> Identity:
    return sorted((each.start.timestamp(), each.duration_minutes, each.topic) for each in occurrences)


def unique(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    return list({each.start.timestamp(): each for each in occurrences}.values())


def shown(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return a time that the clock really shows."""
    return datetime.combine(day, clock, zone).astimezone(UTC).astimezone(zone)


@st.composite
def any_dates(draw: st.DrawFn) -> list[Occurrence]:
    zone = draw(st.sampled_from(ZONES))
    days = st.dates(date(2027, 1, 1), date(2027, 12, 31))
    clocks = st.builds(time.replace, st.sampled_from(CLOCKS), fold=st.integers(0, 1))
    starts = st.builds(shown, days, clocks, st.just(zone))
    one = st.builds(Occurrence, starts, st.sampled_from([60, 60, 30]), st.sampled_from(["A", "A", "B"]))
    return unique(draw(st.lists(one, min_size=1, max_size=40)))


RULES = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=4",
    "FREQ=WEEKLY;BYDAY={day}",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY={day}",
    "FREQ=WEEKLY;BYDAY=MO,TU,TH",
    "FREQ=WEEKLY;INTERVAL=3;BYDAY=WE,SU;WKST=SU",
    "FREQ=WEEKLY;INTERVAL=3;BYDAY=WE,SU",
    "FREQ=MONTHLY;BYMONTHDAY={number}",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=3{day}",
    "FREQ=MONTHLY;BYDAY=-1{day}",
]


@st.composite
def nearly_regular_dates(draw: st.DrawFn) -> list[Occurrence]:
    """A rule by dateutil, of which some dates are missing, moved or changed, and some are added."""
    zone, clock = draw(st.sampled_from(ZONES)), draw(st.sampled_from(CLOCKS))
    first = draw(st.dates(date(2027, 1, 1), date(2027, 12, 1)))
    day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[first.weekday()]
    text = draw(st.sampled_from(RULES)).format(day=day, number=first.day)
    rule = rrulestr(f"{text};COUNT={draw(st.integers(1, 20))}", dtstart=datetime.combine(first, time()))
    rows = [Occurrence(shown(each.date(), clock, zone), 60, "A") for each in rule]
    for index in draw(st.lists(st.integers(0, len(rows) - 1), max_size=4, unique=True)):
        shift = timedelta(minutes=draw(st.integers(-3000, 3000)))
        moved = (rows[index].start.astimezone(UTC) + shift).astimezone(zone)
        rows[index] = replace(rows[index], start=moved, duration_minutes=draw(st.sampled_from([60, 90])))
    missing = draw(st.sets(st.integers(1, 19), max_size=4))
    return unique([*(row for index, row in enumerate(rows) if index not in missing), *draw(few_dates(zone))])


def few_dates(zone: ZoneInfo) -> st.SearchStrategy[list[Occurrence]]:
    starts = st.builds(shown, st.dates(date(2027, 1, 1), date(2028, 12, 31)), st.sampled_from(CLOCKS), st.just(zone))
    return st.lists(st.builds(Occurrence, starts, st.just(60), st.just("A")), max_size=3)


some_dates = any_dates() | nearly_regular_dates()


@settings(deadline=None)
@given(some_dates)
def test_the_shape_tells_exactly_the_dates(rows: list[Occurrence]) -> None:
    assert identity(dates(as_meeting(tell(rows)))) == identity(rows)


@settings(deadline=None)
@given(some_dates, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows: list[Occurrence], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert repr(tell(shuffled)) == repr(tell(rows))
    assert repr(patterns(shuffled)) == repr(patterns(rows))


@settings(deadline=None)
@given(some_dates)
def test_exceptions_are_never_more_than_plain_dates(rows: list[Occurrence]) -> None:
    shape = tell(rows)
    exceptions = len(shape.exdates) + len(shape.overrides) + len(shape.singles)
    plain = len(rows) - len(shape.overrides) - len(shape.singles)
    assert shape.rrule is None or exceptions <= plain


@settings(deadline=None)
@given(some_dates)
def test_a_told_rule_is_a_good_one_and_lies_within_the_rows(rows: list[Occurrence]) -> None:
    shape = tell(rows)
    told = as_meeting(shape)
    assert shape.rrule is None or check_rule(shape.rrule) is None
    nominal = [each.start.date() for each in dates(replace(told, exdates=(), overrides=(), singles=()))]
    days = {each.start.date() for each in rows}
    assert {nominal[0], nominal[-1]} <= days
    assert nominal[0] == shape.start.date()


@settings(deadline=None)
@given(some_dates)
def test_what_is_told_never_contradicts_itself(rows: list[Occurrence]) -> None:
    assert check_dates(as_meeting(tell(rows))) == []


@settings(deadline=None)
@given(some_dates)
def test_what_is_told_once_is_told_the_same_again(rows: list[Occurrence]) -> None:
    shape = tell(rows)
    assert repr(tell(list(dates(as_meeting(shape))))) == repr(shape)


@settings(deadline=None)
@given(some_dates)
def test_patterns_hold_every_date_once_and_differ_by_name(rows: list[Occurrence]) -> None:
    parts = patterns(rows)
    assert identity(each for part in parts for each in part) == identity(rows)
    names = [pattern_name(tell(part)) for part in parts]
    assert len(set(names)) == len(names)
    firsts = [part[0].start.timestamp() for part in parts]
    assert firsts == sorted(firsts)


def lines(name: str, moments: Sequence[datetime]) -> str:
    return "".join(f"{name};TZID={moment.tzinfo}:{moment:%Y%m%dT%H%M%S}\r\n" for moment in moments)


@settings(max_examples=30, deadline=None)
@given(nearly_regular_dates())
def test_another_program_finds_the_same_dates_by_the_rule_and_its_exceptions(rows: list[Occurrence]) -> None:
    shape = tell(rows)
    gone = [*shape.exdates, *(override.occurrence for override in shape.overrides)]
    rule = f"RRULE:{shape.rrule}\r\n" if shape.rrule else ""
    event = f"BEGIN:VEVENT\r\nUID:1\r\n{lines('DTSTART', [shape.start])}{rule}{lines('EXDATE', gone)}END:VEVENT\r\n"
    calendar = Calendar.from_ical(f"BEGIN:VCALENDAR\r\n{event}END:VCALENDAR\r\n")
    found = recurring_ical_events.of(calendar).between(datetime(2025, 1, 1), datetime(2045, 1, 1))
    plain = dates(replace(as_meeting(shape), overrides=(), singles=(), exdates=tuple(gone)))
    assert sorted(each.start.timestamp() for each in found) == [each.start.timestamp() for each in plain]
