"""The dates that a file covers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo

from migrate.core.cadence import commonest
from migrate.core.ports import Window

# As in meetinglistdetails_20270301_20270331.csv, and as people name what they combine or rename.
_DAY = r"(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)"
_RANGE = re.compile(rf"(?<!\d){_DAY}[-_ ]{{1,3}}(?:to[-_ ])?{_DAY}(?!\d)", re.ASCII | re.IGNORECASE)


def window_of(path: str, moments: Sequence[datetime], zone: tzinfo | None) -> Window | None:
    """Return the range in the file's name if all moments are in it, else what they span."""
    days = named_range(path)
    named = Window(*days, zone or _zone_of(moments)) if days else None
    # Names lie where a file was renamed or filtered, and too wide a window lets --prune delete what still is.
    return named if named and all(map(named.covers, moments)) else span(moments, zone)


def span(moments: Sequence[datetime], zone: tzinfo | None) -> Window | None:
    """Return the dates from the first to the last moment; without a zone, as most of the moments have them."""
    if not moments:
        return None
    zone = zone or _zone_of(moments)
    first, last = min(moments, key=datetime.timestamp), max(moments, key=datetime.timestamp)
    return Window(first.astimezone(zone).date(), last.astimezone(zone).date(), zone)


def named_range(path: str) -> tuple[date, date] | None:
    """Return the first and the last date that the file's name gives; None if it has no range, or more than one."""
    found = {match.groups() for match in _RANGE.finditer(base_name(path))}
    if len(found) != 1:
        return None
    year, month, day, *rest = map(int, found.pop())
    try:
        first, last = date(year, month, day), date(*rest)
    except ValueError:
        return None
    return (first, last) if first <= last else None


def base_name(path: str) -> str:
    """Return what a file is called without its directories, wherever the path was written."""
    return re.split(r"[/\\]", path)[-1]


def _zone_of(moments: Sequence[datetime]) -> tzinfo:
    return commonest(moment.tzinfo or UTC for moment in moments) if moments else UTC
