"""Time zones for calendar files: their VTIMEZONE, and the local times that calendar programs read differently.

The icalendar library writes them, but from our dates: its own begin daylight time an hour late and list later years in
one RDATE, of which ical.js (Nextcloud, Thunderbird) reads only the first date. Ours are plain yearly rules.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

MARK = "X-WRITTEN-BY:jitsi-migrate"
"""Tells a VTIMEZONE of ours, which may be written anew, from somebody else's, which may not."""

_ZONED = re.compile(r';TZID="?([^":;,\r\n]+)"?(?:;[^:\r\n]*)?:([0-9]{4})')
_BEGIN, _END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_WEEK, _SECOND = timedelta(days=7), timedelta(seconds=1)
_MINUTES_A_DAY = 24 * 60
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class _Observance:
    """An offset and since when it holds: `onset` is in local time before the change, as a VTIMEZONE has it."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    daylight: bool

    @property
    def weeks(self) -> set[int]:
        """Which of its weekdays in the month the onset is, counted from the front, and -1 if it is the last one."""
        last = (self.onset + _WEEK).month != self.onset.month
        return {(self.onset.day - 1) // 7 + 1} | ({-1} if last else set())

    @property
    def unclear(self) -> tuple[datetime, datetime]:
        """From when to when local times are skipped, come twice, or span the change."""
        shift = abs(self.after - self.before)
        return self.onset - shift, self.onset + shift


def years_of_zones(events: str) -> dict[str, int]:
    """Return the zones that events use, with the year of the first date in each."""
    years: dict[str, int] = {}
    for name, year in set(_ZONED.findall(events)):
        years[name] = min(int(year), years.get(name, int(year)))
    return years


@lru_cache(maxsize=1024)
def vtimezone(name: str, year: int) -> str:
    """Return the VTIMEZONE of an IANA zone, good for all dates from `year` on; empty if there is no such zone."""
    try:
        observances = _observances(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
    before = sum(observance.onset.year < year for observance in observances)
    calendar_zone = Timezone()
    calendar_zone.add("TZID", name)
    calendar_zone.add("X-WRITTEN-BY", "jitsi-migrate")
    for run in _runs(observances[max(before - 1, 0) :]):
        calendar_zone.add_component(_component(run))
    text: str = calendar_zone.to_ical(sorted=False).decode()
    return text


def is_clear(start: datetime, end: datetime) -> bool:
    """Tell whether every program reads the two local times alike.

    Where clocks go back or forward programs disagree on which instant is meant, and on the length of what spans it.
    """
    return len({moment.replace(fold=fold).utcoffset() for moment in (start, end) for fold in (0, 1)}) == 1


@lru_cache(maxsize=4096)
def always_clear(zone: str, minute_of_day: int, duration: int) -> bool:
    """Tell whether `is_clear` holds on every date for a time of day, so that nobody need look at the dates."""
    nights = range(-1, duration // _MINUTES_A_DAY + 2)
    return not any(
        minute_of_day < end + night * _MINUTES_A_DAY and minute_of_day + duration >= start + night * _MINUTES_A_DAY
        for start, end in _unclear_minutes(zone)
        for night in nights
    )


@lru_cache(maxsize=1024)
def _unclear_minutes(name: str) -> frozenset[tuple[int, int]]:
    spans = [observance.unclear for observance in _observances(name)[1:]]
    minutes = [(start.hour * 60 + start.minute, end - start) for start, end in spans]
    return frozenset((start, start + length // timedelta(minutes=1)) for start, length in minutes)


@lru_cache(maxsize=1024)
def _observances(name: str) -> tuple[_Observance, ...]:
    zone = ZoneInfo(name)
    instants = [_BEGIN, *_changes(zone), _END]
    return tuple(_observance(start, end, zone) for start, end in pairwise(instants))


def _changes(zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the instants at which the offset changes; no zone changes it twice within a week."""
    weeks = (
        (week, _offset(week, zone)) for week in (_BEGIN + count * _WEEK for count in range((_END - _BEGIN) // _WEEK))
    )
    for (early, before), (late, after) in pairwise(weeks):
        if before != after:
            yield _change(early, late, zone)


def _change(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    before = _offset(early, zone)
    while late - early > _SECOND:
        middle = early + (late - early) // 2 // _SECOND * _SECOND
        early, late = (middle, late) if _offset(middle, zone) == before else (early, middle)
    return late


def _observance(start: datetime, end: datetime, zone: ZoneInfo) -> _Observance:
    # A zone that leaves summer time for good (Turkey in 2016) changes its name only: ask at the end.
    local_end = (end - _SECOND).astimezone(zone)
    before, after = _offset(start - _SECOND, zone), _offset(start, zone)
    onset = start.replace(tzinfo=None) + before
    return _Observance(onset, before, after, local_end.tzname() or "", bool(local_end.dst()))


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def _runs(observances: Iterable[_Observance]) -> Iterator[list[_Observance]]:
    """Yield what one yearly rule can tell: the same weekday of the same month, year after year."""
    kinds: dict[object, list[list[_Observance]]] = defaultdict(list)
    for one in observances:
        runs = kinds[one.before, one.after, one.name, one.daylight]
        if runs and runs[-1][-1].onset.year + 1 == one.onset.year and _rule([*runs[-1], one]):
            runs[-1].append(one)
        else:
            runs.append([one])
    for runs in kinds.values():
        yield from runs


def _rule(run: list[_Observance]) -> dict[str, Any]:
    """Return the yearly rule on which all onsets are, empty if there is none."""
    if len({(one.onset.month, one.onset.weekday(), one.onset.time()) for one in run}) > 1:
        return {}
    weeks = set.intersection(*[one.weeks for one in run])
    onset = run[0].onset
    if not weeks:
        return {}
    return {"FREQ": "YEARLY", "BYMONTH": onset.month, "BYDAY": f"{min(weeks)}{_WEEKDAYS[onset.weekday()]}"}


def _component(run: list[_Observance]) -> TimezoneDaylight | TimezoneStandard:
    first, last = run[0], run[-1]
    component = TimezoneDaylight() if first.daylight else TimezoneStandard()
    component.add("DTSTART", first.onset)
    component.add("TZOFFSETFROM", first.before)
    component.add("TZOFFSETTO", first.after)
    component.add("TZNAME", first.name)
    if len(run) > 1:
        ends = last.onset.year < _END.year - 1
        until = {"UNTIL": (last.onset - last.before).replace(tzinfo=UTC)} if ends else {}
        component.add("RRULE", _rule(run) | until)
    return component
