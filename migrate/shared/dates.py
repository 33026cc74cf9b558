"""Dates and times as Zoom and spreadsheets write them; the order of a file's dates is settled in date_order.

`13:00 PM` is read as 13:00, because the hour alone says it; `13:00 AM` and `0:30 PM` are not read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

ORDERS: Mapping[str, tuple[int, int, int]] = {"mdy": (2, 0, 1), "dmy": (2, 1, 0), "ymd": (0, 1, 2)}
"""Order -> where year, month and day stand."""

# Zoom has no meetings before or after; it writes the year 1 for "no date", which breaks arithmetic in some zones.
_YEARS = range(1970, 2200)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_TIME = (
    r"(?:(?:T|,?\ )(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"(?:\ ?(?P<half>[ap])\.?\ ?m\.?)?(?:\ ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?[0-5]\d))?)?"
)
_FLAGS = re.IGNORECASE | re.ASCII | re.VERBOSE
NUMERIC = re.compile(r"(?P<a>\d\d?|\d{4})(?P<sep>[/.-])(?P<b>\d\d?)(?P=sep)(?P<c>\d{4}|\d\d?)" + _TIME, _FLAGS)
_NAMED = re.compile(
    r"(?:(?P<month>[a-z]+)\.?\ (?P<day>\d\d?)|(?P<day2>\d\d?)[\ -](?P<month2>[a-z]+)\.?),?[\ -](?P<year>\d{4})" + _TIME,
    _FLAGS,
)
_YEAR_SOMEWHERE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DAY_SOMEWHERE = re.compile(r"(?<!\d)\d\d?(?!\d)")
_MINUTES = re.compile(r"(\d{1,9})(?:[.,]0+)?\ ?(?:m|min|mins|minutes?)?", _FLAGS)
_HOURS = re.compile(r"(\d{1,4})\ ?(?:h|hr|hrs|hours?)\ ?(?:(\d{1,2})\ ?(?:m|min|mins|minutes?)?)?", _FLAGS)
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)", _FLAGS)


# The dates of one month of meetings are few, the rows many: most cells have been read before.
@lru_cache(maxsize=1 << 15)
def read_moment(cell: str, order: str | None) -> datetime | date | None:
    """Read a date and time: aware if the cell names its offset, a bare date if no time, None if it is neither."""
    text = squeeze(cell)
    match = NUMERIC.fullmatch(text) or _NAMED.fullmatch(text)
    if match is None:
        return None
    try:
        day = _named_day(match) if match.re is _NAMED else _numeric_day(match, order)
        if day is None or day.year not in _YEARS:
            return None
        return datetime.combine(day, _time(match), _zone(match["zone"])) if match["hour"] else day
    except ValueError:  # no such day, hour or offset
        return None


def looks_like_date(cell: str) -> bool:
    """Tell whether a cell, in any language, holds a year and some other number."""
    return len(cell) < 60 and bool(_YEAR_SOMEWHERE.search(cell) and _DAY_SOMEWHERE.search(cell))


@lru_cache(maxsize=1 << 12)
def read_minutes(cell: str) -> int | None:
    """Read a duration as minutes: 90, 90.0, 90 min, 1 h 30 min or 01:30:00, a begun minute counted whole."""
    text = squeeze(cell)
    if match := _MINUTES.fullmatch(text):
        return int(match[1])
    if match := _HOURS.fullmatch(text):
        return int(match[1]) * 60 + int(match[2] or 0)
    if match := _CLOCK.fullmatch(text):
        return int(match[1]) * 60 + int(match[2]) + (int(match[3]) > 0)
    return None


def squeeze(cell: str) -> str:
    """Return the cell with its white space as single spaces, and letters in their usual width."""
    # Recent programs put a narrow no-break space before AM and PM.
    return " ".join((cell if cell.isascii() else unicodedata.normalize("NFKC", cell)).split())


def _numeric_day(match: re.Match[str], order: str | None) -> date | None:
    parts = (match["a"], match["b"], match["c"])
    if len(parts[0]) == 4:
        order = "ymd"
    if order is None:
        return None
    year, month, day = (parts[place] for place in ORDERS[order])
    if len(year) == 1 or len(month) == 4 or len(day) == 4:
        return None
    # Zoom is younger than the century.
    return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))


def _named_day(match: re.Match[str]) -> date | None:
    month = _MONTHS.get((match["month"] or match["month2"]).casefold())
    return date(int(match["year"]), month, int(match["day"] or match["day2"])) if month else None


def _time(match: re.Match[str]) -> time:
    hour, half = int(match["hour"]), (match["half"] or "").casefold()
    if (half == "a" and hour > 12) or (half == "p" and hour == 0):
        raise ValueError("the hour contradicts AM or PM")
    if half == "a" and hour == 12:
        hour = 0
    if half == "p" and hour < 12:
        hour += 12
    return time(hour, int(match["minute"]), int(match["second"] or 0))


def _zone(name: str | None) -> tzinfo | None:
    if name is None or name[0] not in "+-":
        return UTC if name else None
    offset = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
    return timezone(-offset if name[0] == "-" else offset)
