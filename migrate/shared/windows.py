"""The dates that a file covers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from migrate.core.ports import Window

# As in meetinglistdetails_20270301_20270331.csv, and as people name what they combine or rename.
_DAY = r"(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)"
_RANGE = re.compile(rf"(?<!\d){_DAY}[-_ ]{{1,3}}(?:to[-_ ])?{_DAY}(?!\d)", re.ASCII | re.IGNORECASE)


def window_of(path: str, days: Sequence[date]) -> Window | None:
    """Return the range in the file's name if all dates are in it, else from the first to the last of them."""
    listed = Window(min(days), max(days)) if days else None
    # Names lie where a file was renamed or filtered, and too wide a window lets --prune delete what still is.
    named = named_window(path)
    if named and (listed is None or (listed.first in named and listed.last in named)):
        return named
    return listed


def named_window(path: str) -> Window | None:
    """Return the range that the file's name gives; None if there is none in it, or more than one."""
    found = {match.groups() for match in _RANGE.finditer(base_name(path))}
    if len(found) != 1:
        return None
    year, month, day, *rest = map(int, found.pop())
    try:
        window = Window(date(year, month, day), date(*rest))
    except ValueError:
        return None
    return window if window.first <= window.last else None


def base_name(path: str) -> str:
    """Return what a file is called without its directories, wherever the path was written."""
    return re.split(r"[/\\]", path)[-1]
