"""The dates that a file covers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo

from migrate.core.cadence import commonest
from migrate.core.ports import Window

_RANGE = re.compile(r"(?<!\d)(\d{4})-?(\d\d)-?(\d\d)_(?:to_)?(\d{4})-?(\d\d)-?(\d\d)(?!\d)", re.ASCII)


def window_of(path: str, moments: Sequence[datetime], zone: tzinfo | None) -> Window | None:
    """Return the range in the file's name if all moments are in it, else what they span."""
    named = _named_window(re.split(r"[/\\]", path)[-1], zone or _zone_of(moments))
    # Names lie where a file was renamed or filtered, and too wide a window lets --prune delete what still is.
    if named and all(map(named.covers, moments)):
        return named
    return span(moments, zone)


def span(moments: Sequence[datetime], zone: tzinfo | None) -> Window | None:
    """Return the dates from the first to the last moment; without a zone, as most of the moments have them."""
    if not moments:
        return None
    zone = zone or _zone_of(moments)
    first, last = min(moments, key=datetime.timestamp), max(moments, key=datetime.timestamp)
    return Window(first.astimezone(zone).date(), last.astimezone(zone).date(), zone)


def _zone_of(moments: Sequence[datetime]) -> tzinfo:
    return commonest(moment.tzinfo or UTC for moment in moments) if moments else UTC


def _named_window(name: str, zone: tzinfo) -> Window | None:
    match = _RANGE.search(name)
    if match is None:
        return None
    year, month, day, *rest = map(int, match.groups())
    try:
        window = Window(date(year, month, day), date(*rest), zone)
    except ValueError:
        return None
    return window if window.first <= window.last else None
