"""Mutations of dates and times."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.bad_input.bases import AMERICAN, GERMAN
from tests.bad_input.effect import DATE_ORDER, Effect, touching
from tests.bad_input.organisation import BERLIN
from tests.bad_input.sheet import Row, Sheet, UnsuitedError

_AMERICAN_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})(.*)")
_MONTHS = 12
_LONG = 8


def move_a_date(sheet: Sheet, rng: Random) -> Effect:
    row, moment, _ = _a_start(sheet, rng)
    moved = moment + timedelta(days=rng.randint(-40, 400), minutes=rng.choice([0, 0, 1, 719, 720, 840]))
    return _move(sheet, row, moved)


def move_a_date_and_put_its_row_first(sheet: Sheet, rng: Random) -> Effect:
    """The dates of a meeting need not be in the order of their rows."""
    row, moment, _ = _a_start(sheet, rng)
    sheet.rows.remove(row)
    sheet.rows.insert(0, row)
    return _move(sheet, row, moment + timedelta(days=rng.randint(1, 30), minutes=rng.choice([0, 840])))


def move_a_date_into_the_past(sheet: Sheet, rng: Random) -> Effect:
    row, moment, pattern = _a_start(sheet, rng)
    _put(sheet, row, moment.replace(year=2019).strftime(pattern))
    # What is left of a meeting without a number may be no series any more.
    is_sure = not sheet.is_schedule and not row.key.startswith("topic:")
    counts = {"before_since": 1, "in_meetings": -1} if is_sure else None
    return replace(touching(row), counts=counts)


def disturb_a_series(sheet: Sheet, rng: Random) -> Effect:
    """Some dates of one meeting are left out, others are moved by days or to another time of day."""
    key = sheet.any_row(rng, "start").key
    dates = [row for row in sheet.told() if row.key == key]
    if len(dates) < _LONG:
        raise UnsuitedError("there is no rule without these dates")
    one, other, *moved = rng.sample(dates, 4)
    for row in moved:
        by = timedelta(days=rng.randint(-3, 30), minutes=rng.choice([0, 0, 90, 840]))
        _move(sheet, row, _moment(sheet, row) + by)
    sheet.rows = [row for row in sheet.rows if row not in (one, other)]
    return touching(one, other)


def hold_a_meeting_in_another_zone(sheet: Sheet, rng: Random) -> Effect:
    row, moment, _ = _a_start(sheet, rng)
    row.cells[sheet.column("timezone")] = rng.choice(["Asia/Tokyo", "Pacific/Auckland", "America/New_York"])
    return _move(sheet, row, moment)


def write_a_date_that_is_none(sheet: Sheet, rng: Random) -> Effect:
    row = sheet.any_row(rng, "start")
    _put(
        sheet,
        row,
        rng.choice(
            [
                "02/30/2027 09:00:00 AM",
                "13/45/2027 09:00",
                "2027-02-29T09:00:00",
                "2027-03-01T25:00:00",
                "2027-03-01T09:61:00",
                "03/01/2027 13:00:00 AM",
                "0001-01-01T00:00:00Z",
                "9999-12-31T23:59:59Z",
                "########",
                "44927.375",
                "#VALUE!",
                "tomorrow",
                "2027-W09-1T09:00",
                "2027-03-01T09:00:00+99:00",
                "Mon 1 Smarch 2027 09:00",
                "\u0662027-03-01 09:00",
                "2027-03-01",
            ]
        ),
    )
    if "start_date" in sheet.fields:
        row.cells[sheet.column("start_date")] = rng.choice(["2027-02-30", "########", "soon", "2027-13-01"])
    return touching(row, codes=("bad-date",))


def write_a_date_in_another_layout(sheet: Sheet, rng: Random) -> Effect:
    """The same time in a layout that needs no order: nothing changes."""
    row, moment, pattern = _a_start(sheet, rng)
    layouts = ["%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M", "%d %b %Y %I:%M %p", "%B %d, %Y, %H:%M", "%Y.%m.%d %H:%M:%S"]
    _put(sheet, row, moment.strftime(rng.choice(layouts)) + _offset(moment, pattern))
    return Effect(row=row)


def write_a_date_in_the_other_order(sheet: Sheet, rng: Random) -> Effect:
    """A date that proves another order than the rest of the file, or that is ambiguous where nothing else needs one."""
    row, moment, pattern = _a_start(sheet, rng)
    layout = "%m/%d/%Y %H:%M" if pattern.startswith("%d") else "%d/%m/%Y %H:%M"
    _put(sheet, row, moment.strftime(layout))
    if pattern in (AMERICAN, GERMAN):
        codes = ("bad-date",) if sheet.proofs and moment.day > _MONTHS else ()
        return touching(row, refusals=() if sheet.proofs else (DATE_ORDER,), codes=codes)
    # Where a file has no other date that needs an order, this one may do with what else tells it.
    return touching(row, refusals=(DATE_ORDER,) if moment.day <= _MONTHS else ())


def write_all_dates_in_the_other_order(sheet: Sheet, rng: Random) -> Effect:
    """The whole file in the other order is as clear as before, and means the same."""
    if not sheet.proofs or sheet.pattern != AMERICAN:
        raise UnsuitedError("the dates need no order")
    for row in sheet.rows:
        for name in ("start", "end"):
            if found := _AMERICAN_DATE.fullmatch(sheet.cell(row, name)):
                month, day, year, rest = found.groups()
                row.cells[sheet.column(name)] = f"{day}/{month}/{year}{rest}"
    sheet.pattern = "%d/%m/%Y %I:%M:%S %p"
    return Effect()


def write_all_dates_as_serial_numbers(sheet: Sheet, rng: Random) -> Effect:
    for row in sheet.rows:
        if sheet.cell(row, "start"):
            row.cells[sheet.column("start")] = f"{rng.uniform(46000, 47000):.5f}"
    return Effect(everything=True)


def meet_in_the_hour_that_the_clock_skips(sheet: Sheet, rng: Random) -> Effect:
    return _at_a_clock_change(sheet, rng, "2027-03-28 02:30", "nonexistent-time")


def meet_in_the_hour_that_the_clock_repeats(sheet: Sheet, rng: Random) -> Effect:
    return _at_a_clock_change(sheet, rng, "2027-10-31 02:30", "ambiguous-time")


def _at_a_clock_change(sheet: Sheet, rng: Random, time: str, code: str) -> Effect:
    row = sheet.any_row(rng, "start")
    if sheet.cell(row, "timezone") not in ("", "Europe/Berlin"):
        raise UnsuitedError("there the clock changes at another time")
    day, _, clock = time.partition(" ")
    if "start_date" in sheet.fields:
        row.cells[sheet.column("start_date")] = day
    _put(sheet, row, clock if "start_date" in sheet.fields else time)
    return touching(row, codes=(code,))


def _a_start(sheet: Sheet, rng: Random) -> tuple[Row, datetime, str]:
    """Return a row, its start, and how the file writes it."""
    row = sheet.any_row(rng, "start")
    return row, _moment(sheet, row), sheet.pattern


def _moment(sheet: Sheet, row: Row) -> datetime:
    try:
        return datetime.strptime(sheet.cell(row, "start"), sheet.pattern)
    except ValueError as error:
        raise UnsuitedError("date and time have a cell each, or the cell is spoilt already") from error


def _move(sheet: Sheet, row: Row, moment: datetime) -> Effect:
    """Let a row start at a time of the clock that it goes by."""
    known = row.start is not None
    _put(sheet, row, moment.strftime(sheet.pattern))
    effect = touching(row)
    if known:
        row.start = _instant(moment, sheet.pattern, sheet.cell(row, "timezone"))
    return effect


def _instant(moment: datetime, pattern: str, zone: str) -> float:
    aware = moment.replace(tzinfo=UTC if pattern.endswith("Z") else ZoneInfo(zone or BERLIN.key))
    if aware.utcoffset() != aware.replace(fold=1).utcoffset():
        raise UnsuitedError("the clock changes just then")
    return aware.timestamp()


def _offset(moment: datetime, pattern: str) -> str:
    if pattern.endswith("Z"):
        return "Z"
    return moment.strftime("%z") if pattern.endswith("%z") else ""


def _put(sheet: Sheet, row: Row, cell: str) -> None:
    row.cells[sheet.column("start")] = cell


DATES = (
    move_a_date,
    move_a_date_and_put_its_row_first,
    move_a_date_into_the_past,
    disturb_a_series,
    hold_a_meeting_in_another_zone,
    write_a_date_that_is_none,
    write_a_date_in_another_layout,
    write_a_date_in_the_other_order,
    write_all_dates_in_the_other_order,
    write_all_dates_as_serial_numbers,
    meet_in_the_hour_that_the_clock_skips,
    meet_in_the_hour_that_the_clock_repeats,
)
