"""RRULE text (RFC 5545): what it may say, and the local dates it gives."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import islice, takewhile
from math import prod

from dateutil.rrule import rrulestr

# 27 years of every day; a slip of the pen must not plan a million.
MOST_DATES = 9999
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_RANGES = {
    "COUNT": (1, MOST_DATES),
    "INTERVAL": (1, 999),
    "BYSECOND": (0, 59),
    "BYMINUTE": (0, 59),
    "BYHOUR": (0, 23),
    "BYMONTHDAY": (1, 31),
    "BYYEARDAY": (1, 366),
    "BYWEEKNO": (1, 53),
    "BYMONTH": (1, 12),
    "BYSETPOS": (1, 366),
}
_FROM_THE_END = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
_ALLOWED_WITH = {
    "BYMONTHDAY": ("MONTHLY", "YEARLY"),
    "BYYEARDAY": ("YEARLY",),
    "BYWEEKNO": ("YEARLY",),
    "BYSETPOS": ("MONTHLY", "YEARLY"),
}
_WEEKS_IN = {"MONTHLY": 5, "YEARLY": 53}
_CLOCK = ("BYSECOND", "BYMINUTE", "BYHOUR")
_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_UNTIL_FORMAT = "%Y%m%dT%H%M%SZ"
_MOST_A_DAY = 24

# Zoom makes 60 dates at most. More are for hand-written files and would only fill the memory.
_SHORT = 100


@lru_cache(maxsize=4096)
def parts(rrule: str) -> Mapping[str, str]:
    """Split the text of a rule into its parts by name."""
    return {name: value for name, _, value in (part.partition("=") for part in rrule.split(";"))}


def is_bounded(rrule: str) -> bool:
    """Tell whether the rule ends by itself."""
    given = parts(rrule)
    return "COUNT" in given or "UNTIL" in given


def without_end(rrule: str) -> str:
    """Return the rule without what ends it."""
    return ";".join(f"{name}={value}" for name, value in parts(rrule).items() if name not in ("COUNT", "UNTIL"))


def until(rrule: str) -> datetime | None:
    """Return the instant in UNTIL."""
    text = parts(rrule).get("UNTIL")
    return datetime.strptime(text, _UNTIL_FORMAT).replace(tzinfo=UTC) if text else None


def count(rrule: str) -> int | None:
    """Return the number in COUNT."""
    text = parts(rrule).get("COUNT")
    return int(text) if text else None


def local_dates(rrule: str, start: datetime) -> Iterator[datetime]:
    """Yield the dates of the rule as a clock on the wall shows them: `start` has no zone, and they have none.

    They go on past COUNT and UNTIL, by one date at least: where to stop is for the caller, who knows the zone.
    """
    if any(name in rrule for name in _CLOCK):
        yield from _endless(rrule, start)
        return
    clock, number = start.time(), count(rrule)
    days = _days(rrule, start.date(), _SHORT if number is None else min(number + 1, _SHORT))
    for day in days:
        yield datetime.combine(day, clock)
    if number is None or number >= _SHORT:
        yield from islice(_endless(rrule, start), len(days), None)


def check_rule(rrule: str) -> str | None:
    """Return in words why the text is not a rule to rely on, None if it is one.

    Stricter than RFC 5545 where calendars disagree or a date is never found: no FREQ below a day, BYWEEKNO only with
    BYDAY, BYMONTHDAY and BYSETPOS only in months and years, at most 9999 dates.
    """
    given = parts(rrule)
    if len(given) <= rrule.count(";"):
        return "it has a part twice"
    return next(_faults(given), None)


def check_length(rrule: str, start: datetime) -> str | None:
    """Return in words why a good rule goes on for too long from `start`, None if it does not, or has no end."""
    end = until(rrule)
    if end is None:
        return None
    # Hours do not matter here, and the last of all years has none to spare for a change of zone.
    last = end.replace(tzinfo=None)
    dates = takewhile(lambda moment: moment <= last, local_dates(rrule, start.replace(tzinfo=None)))
    return f"UNTIL leaves more than {MOST_DATES} dates" if next(islice(dates, MOST_DATES, None), None) else None


def _endless(rrule: str, start: datetime) -> Iterator[datetime]:
    # At the very end of the calendar a change of zone would leave what datetime can hold.
    return takewhile(lambda moment: moment.year < datetime.max.year, rrulestr(without_end(rrule), dtstart=start))


@lru_cache(maxsize=4096)
def _days(rrule: str, start: date, number: int) -> tuple[date, ...]:
    midnight = datetime(start.year, start.month, start.day)
    return tuple(moment.date() for moment in islice(_endless(rrule, midnight), number))


def _faults(given: Mapping[str, str]) -> Iterator[str]:
    frequency = given.get("FREQ", "")
    if frequency not in _FREQUENCIES:
        yield f"FREQ must be one of {', '.join(_FREQUENCIES)}"
    for name, value in given.items():
        yield from _faults_of_part(name, value, frequency)
    if "COUNT" in given and "UNTIL" in given:
        yield "it has both COUNT and UNTIL"
    if prod(given[name].count(",") + 1 for name in _CLOCK if name in given) > _MOST_A_DAY:
        yield f"it has more than {_MOST_A_DAY} times a day"
    if "BYWEEKNO" in given and not re.fullmatch(r"[A-Z,]+", given.get("BYDAY", "")):
        yield "BYWEEKNO needs BYDAY with plain weekdays"
    if "BYSETPOS" in given and given.keys().isdisjoint(("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH")):
        yield "BYSETPOS needs another BY part to count in"
    if not _has_a_day(given.get("BYMONTH"), given.get("BYMONTHDAY")):
        yield "no month in BYMONTH has a day in BYMONTHDAY"


def _faults_of_part(name: str, value: str, frequency: str) -> Iterator[str]:
    if frequency not in _ALLOWED_WITH.get(name, _FREQUENCIES):
        yield f"{name} does not go with FREQ={frequency}"
    if name in _RANGES:
        yield from _faults_of_numbers(name, value)
    elif name == "BYDAY":
        yield from _faults_of_days(value, _WEEKS_IN.get(frequency, 0))
    elif name == "WKST" and value not in WEEKDAYS:
        yield f"WKST must be one of {', '.join(WEEKDAYS)}"
    elif name == "UNTIL" and not _is_until(value):
        yield "UNTIL must be a UTC time such as 20270331T215900Z"
    elif name not in ("FREQ", "BYDAY", "WKST", "UNTIL"):
        yield f"{name!r} is not a part of a rule"


def _faults_of_numbers(name: str, value: str) -> Iterator[str]:
    low, high = _RANGES[name]
    sign = "[+-]?" if name in _FROM_THE_END else ""
    items = [value] if name in ("COUNT", "INTERVAL") else value.split(",")
    if not all(re.fullmatch(sign + "[0-9]{1,4}", item) and low <= abs(int(item)) <= high for item in items):
        yield f"{name} must be {low} to {high}" + (", or from the end with a minus" if sign else "")


def _faults_of_days(value: str, weeks: int) -> Iterator[str]:
    for item in value.split(","):
        match = _DAY.fullmatch(item)
        if not match:
            yield f"BYDAY has {item!r}, which is not a weekday such as MO or 2TU"
        elif match[1] and not 1 <= abs(int(match[1])) <= weeks:
            yield f"BYDAY has {item}, but numbered weekdays are " + (
                f"1 to {weeks}" if weeks else "for months and years"
            )


def _is_until(value: str) -> bool:
    try:
        return bool(_UNTIL.fullmatch(value) and datetime.strptime(value, _UNTIL_FORMAT))
    except ValueError:
        return False


def _has_a_day(months: str | None, days: str | None) -> bool:
    if months is None or days is None:
        return True
    # 2024 is a leap year: 29 February exists, if not every year.
    longest = max(monthrange(2024, int(month))[1] for month in months.split(","))
    return any(abs(int(day)) <= longest for day in days.split(","))
