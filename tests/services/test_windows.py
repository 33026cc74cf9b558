"""Windows and since: whatever rows a file has, what it does not speak for stays as it was."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.core import recurrence
from migrate.core.document import load_meeting
from tests.builders import NUMBER, PERSONAL, day, reading, row, spoilt
from tests.desk import Desk, changes_nothing

# Rows of one or two regular meetings, some of them moved, cancelled or held besides.
SLOTS = st.sampled_from(
    [("01", 7, "09:00"), ("04", 7, "14:00"), ("02", 7, "09:00"), ("01", 2, "10:00"), ("03", 7, "20:00")]
)
REGULAR = st.tuples(SLOTS, st.integers(1, 5), st.sets(st.integers(0, 4), max_size=2))
EXTRA = st.tuples(st.integers(1, 31), st.sampled_from(["09:00", "11:30"]))


@st.composite
def month(draw, number: str | None, name: str = "03"):
    starts = set()
    for (first, distance, clock), count, missing in draw(st.lists(REGULAR, min_size=1, max_size=2)):
        days = (int(first) + distance * turn for turn in range(count) if turn not in missing)
        starts |= {f"2027-{name}-{each:02} {clock}" for each in days if each <= 30}
    starts |= {f"2027-{name}-{min(each, 30):02} {clock}" for each, clock in draw(st.lists(EXTRA, max_size=2))}
    return [row(start, number=number) for start in sorted(starts)]


def on(desk: Desk) -> Counter[float]:
    """Return how often each instant is in the journal."""
    return Counter(
        date.start.timestamp()
        for binding in desk.bindings.values()
        for date in recurrence.dates(load_meeting(binding.meeting))
    )


def told(meetings) -> Counter[float]:
    return Counter(each.start.timestamp() for each in meetings)


NUMBERS = st.sampled_from([NUMBER, PERSONAL, None])


@settings(deadline=None)
@given(NUMBERS.flatmap(month), st.lists(st.integers(1, 31), min_size=1, max_size=3))
def test_whenever_the_past_is_left_out_nothing_changes(listed, days) -> None:
    desk = Desk()
    desk.apply(desk.plan(reading(*listed)), partial=True)
    if desk.plan(reading(*listed)).plan.errors:
        return
    for since in sorted(days):
        left = [each for each in listed if each.start.day >= since]
        window = (f"03-{since:02}", "03-31")
        sealed = desk.plan(reading(*left, window=window), since=day(f"03-{since:02}"))
        assert not sealed.plan.errors
        assert changes_nothing(sealed)


@settings(deadline=None)
@given(
    st.sampled_from([NUMBER, PERSONAL]).flatmap(
        lambda number: st.tuples(month(number), month(number, "04"), month(number))
    )
)
def test_months_in_any_order_add_up_to_the_dates_of_all(months) -> None:
    march, april, corrected = months
    desk = Desk()
    windows = {"03": ("03-01", "03-31"), "04": ("04-01", "04-30")}
    desk.migrate(reading(*april, window=windows["04"]))
    desk.migrate(reading(*march, window=windows["03"]))
    desk.migrate(reading(*april, window=windows["04"]))
    assert on(desk) == told([*march, *april])
    desk.migrate(reading(*corrected, window=windows["03"]), prune=True)
    assert on(desk) == told([*corrected, *april])


ZONES = st.sampled_from(["Europe/Berlin", "Asia/Tokyo", "Pacific/Honolulu", "Pacific/Kiritimati"])
DAYS = st.tuples(st.integers(1, 31), st.integers(1, 31)).map(sorted)


@settings(deadline=None)
@given(st.sampled_from([NUMBER, PERSONAL]).flatmap(month), st.lists(st.tuples(ZONES, DAYS), min_size=1, max_size=3))
def test_exports_made_in_any_zone_take_back_no_date_that_zoom_has(listed, exports) -> None:
    desk = Desk()
    desk.migrate(reading(*listed))
    for zone, (first, last) in exports:
        there = [replace(each, start=each.start.astimezone(ZoneInfo(zone)), timezone=zone) for each in listed]
        window = (f"03-{first:02}", f"03-{last:02}")
        inside = [each for each in there if day(window[0]) <= each.start.date() <= day(window[1])]
        desk.migrate(reading(*inside, window=window, zone=zone), prune=True)
        assert on(desk) == told(listed)


@settings(deadline=None)
@given(
    st.sampled_from([NUMBER, PERSONAL]).flatmap(lambda number: st.tuples(month(number), month(number).filter(bool))),
    st.sets(st.integers(0, 5), min_size=1),
)
def test_rows_that_cannot_be_read_take_back_no_date(months, unread) -> None:
    before, after = months
    desk = Desk()
    desk.migrate(reading(*before))
    lines = {2 + number % len(after) for number in unread}
    sealed = desk.plan(spoilt(reading(*after), *lines), prune=True)
    desk.apply(sealed, partial=True, large=True)
    left = [each for line, each in enumerate(after, start=2) if line not in lines]
    assert on(desk) == Counter(told([*before, *left]).keys())
    desk.migrate(reading(*after), prune=True)
    assert on(desk) == told(after)
