"""Dates and times as Zoom and spreadsheets write them; the order of a file's dates is settled in date_order.

The names of months are rows of data/months.tsv, the words for AM and PM of data/halves.tsv. They are read in any
language and in any layout: pages in one language give times in another. A word that two languages use for different
things is read in neither.

An hour past noon says itself which half of the day it is in: `13:00 PM` is read as 13:00, and `13:00 AM` is not read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from typing import TypeVar

from migrate.shared.resources import data_rows

_Meaning = TypeVar("_Meaning")

ORDERS: Mapping[str, tuple[int, int, int]] = {"mdy": (2, 0, 1), "dmy": (2, 1, 0), "ymd": (0, 1, 2)}
"""Order -> where year, month and day stand."""

# Zoom has no meetings before or after; it writes the year 1 for "no date", which breaks arithmetic in some zones.
_YEARS = range(1970, 2200)
# No date and no duration is longer, and a long run of accents takes seconds to normalise.
_LONGEST = 200
_LETTER = r"[^\x00-@\[-`{-\x7f]"
# Letters, full stops and spaces: `da tarde`, `p. m.`
_WORDS = rf"{_LETTER}[^\x00-\x1f!-\-/-@\[-`{{-\x7f]{{0,20}}?"
_CLOCK = (
    rf"(?:(?P<lead>{_WORDS})\ ?)??(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    rf"(?:\ ?(?P<half>{_WORDS}))??(?:\ ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?[0-5]\d))?"
)
_TIME = rf"(?:(?:T|,?\ ){_CLOCK})?"
_MONTH = rf"(?P<month>\d\d?[月월]|{_LETTER}{{1,12}})"
_FLAGS = re.IGNORECASE | re.ASCII | re.VERBOSE
NUMERIC = re.compile(r"(?P<a>\d\d?|\d{4})(?P<sep>[/.-])(?P<b>\d\d?)(?P=sep)(?P<c>\d{4}|\d\d?)" + _TIME, _FLAGS)
_MONTH_FIRST = re.compile(rf"{_MONTH}\.?\ (?P<day>\d\d?),?[\ -](?P<year>\d{{4}}){_TIME}", _FLAGS)
_DAY_FIRST = re.compile(
    rf"(?P<day>\d\d?)(?:\.\ ?|-|\ (?:de\ )?){_MONTH}\.?(?:-|,?\ (?:de\ )?)(?P<year>\d{{4}}){_TIME}", _FLAGS
)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[年년]\ ?{_MONTH}\ ?(?P<day>\d\d?)[日일](?:,?\ ?{_CLOCK})?", _FLAGS)
_YEAR_SOMEWHERE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DAY_SOMEWHERE = re.compile(r"(?<!\d)\d\d?(?!\d)")
_MINUTE_WORD = r"(?:m|min\.?|mins|minutes?|minuten|minutos|分|분)"
_MINUTES = re.compile(rf"(\d{{1,9}})(?:[.,]0+)?\ ?{_MINUTE_WORD}?", _FLAGS)
_HOURS = re.compile(rf"(\d{{1,4}})\ ?(?:h|hr|hrs|hours?)\ ?(?:(\d{{1,2}})\ ?{_MINUTE_WORD}?)?", _FLAGS)
_STOPWATCH = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)", _FLAGS)


# The dates of one month of meetings are few, the rows many: most cells have been read before.
@lru_cache(maxsize=1 << 15)
def read_moment(cell: str, order: str | None) -> datetime | date | None:
    """Read a date and time: aware if the cell names its offset, a bare date if no time, None if it is neither."""
    text = squeeze(cell)
    numeric = NUMERIC.fullmatch(text)
    match = numeric or _MONTH_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text) or _YEAR_FIRST.fullmatch(text)
    if match is None:
        return None
    try:
        day = _numeric_day(match, order) if numeric else _named_day(match)
        if day is None or day.year not in _YEARS:
            return None
        return datetime.combine(day, _time(match), _zone(match["zone"])) if match["hour"] else day
    except (KeyError, ValueError):  # no such month or word; no such day, hour or offset
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
    if match := _STOPWATCH.fullmatch(text):
        return int(match[1]) * 60 + int(match[2]) + (int(match[3]) > 0)
    return None


def squeeze(cell: str) -> str:
    """Return the cell with its white space as single spaces, and letters in their usual width unless it is long."""
    # Recent programs put a narrow no-break space before AM and PM.
    plain = cell.isascii() or len(cell) > _LONGEST
    return " ".join((cell if plain else unicodedata.normalize("NFKC", cell)).split())


def agreed(meanings: Iterable[tuple[str, _Meaning]]) -> dict[str, _Meaning]:
    """Return word -> meaning, without the words that mean two things; case, full stops and spaces do not matter."""
    known: dict[str, list[_Meaning]] = {}
    for word, meaning in meanings:
        found = known.setdefault(_key(word), [])
        if meaning not in found:
            found.append(meaning)
    return {word: found[0] for word, found in known.items() if len(found) == 1}


@cache
def _months() -> Mapping[str, int]:
    return agreed((name, int(month)) for _, month, name, _ in data_rows("months.tsv"))


@cache
def _halves() -> Mapping[str, Mapping[int, int]]:
    """Return the words for a half of the day -> hour as it is written with them -> hour of the day.

    With either word 12 is where the half begins, as the programs have it that write such cells: noon is `12:00 PM`,
    `12:00 da tarde` and `午後 12:00`, midnight is `12:00 AM`, `12:00 da manhã` and `午前 12:00`. Japanese clocks may
    count from 0 instead: `午後 0:30` is half past noon; elsewhere none does, and `0:30 PM` is not read. Nobody says
    `da noite` of noon, and some say it of the hours past midnight: it goes with the hours of the evening alone.
    """
    return agreed((words, _hours(half, hours)) for _, half, words, hours, _ in data_rows("halves.tsv"))


def _hours(half: str, spans: str) -> dict[int, int]:
    begin = 12 if half == "pm" else 0
    bounds = [tuple(map(int, span.split("-"))) for span in spans.split()]
    written = [hour for first, last in bounds for hour in range(first, last + 1)]
    return {hour: hour if hour > 12 else hour % 12 + begin for hour in written}


def _key(word: str) -> str:
    # Korean reports pad the number of the month, as in `03월`.
    return word.casefold().replace(".", "").replace(" ", "").removeprefix("0")


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


def _named_day(match: re.Match[str]) -> date:
    return date(int(match["year"]), _months()[_key(match["month"])], int(match["day"]))


def _time(match: re.Match[str]) -> time:
    hour, lead, half = int(match["hour"]), match["lead"], match["half"]
    if lead and half:
        raise ValueError("the half of the day is told twice")
    if words := lead or half:
        hour = _halves()[_key(words)][hour]
    return time(hour, int(match["minute"]), int(match["second"] or 0))


def _zone(name: str | None) -> tzinfo | None:
    if name is None or name[0] not in "+-":
        return UTC if name else None
    offset = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
    return timezone(-offset if name[0] == "-" else offset)
