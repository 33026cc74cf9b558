"""The dates that a file covers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from migrate.core.ports import Window

_RANGE = re.compile(r"(?<!\d)(\d{4})-?(\d\d)-?(\d\d)_(?:to_)?(\d{4})-?(\d\d)-?(\d\d)(?!\d)", re.ASCII)


def window_of(path: str, days: Sequence[date]) -> Window | None:
    """Return the range in the file's name if all dates are in it, else from the first to the last of them."""
    listed = Window(min(days), max(days)) if days else None
    # Names lie where a file was renamed or filtered, and too wide a window lets --prune delete what still is.
    named = _named_window(re.split(r"[/\\]", path)[-1])
    if named and (listed is None or (listed.first in named and listed.last in named)):
        return named
    return listed


def _named_window(name: str) -> Window | None:
    match = _RANGE.search(name)
    if match is None:
        return None
    year, month, day, *rest = map(int, match.groups())
    try:
        window = Window(date(year, month, day), date(*rest))
    except ValueError:
        return None
    return window if window.first <= window.last else None
