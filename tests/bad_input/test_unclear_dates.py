"""Files in which no date, or only one, tells day and month apart: refused with every reading, unless something decides.

What decides is worked out here anew, from nothing but the calendar.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from tests.cli.program import ZONE, Result, run

ENGLISH = ("Topic,Meeting ID,Host name,Start time,Duration (minutes)", "")
GERMAN = ("Thema,Meeting-ID,Gastgeber,Startzeit,Dauer (Minuten)", "dmy")
WRITTEN = {"mdy": "%m/%d/%Y", "dmy": "%d/%m/%Y"}
REFUSED = 4


@pytest.mark.parametrize("seed", range(120))
def test_dates_are_read_in_the_order_that_something_proves_or_not_at_all(seed: int, tmp_path: Path) -> None:
    rng = Random(f"unclear {seed}")
    written = rng.choice([*WRITTEN])
    header, language = rng.choice([ENGLISH, ENGLISH, GERMAN])
    days = _days(rng)
    cells = [f"{day:{WRITTEN[written]}}" for day in days]
    named = (min(days), max(days)) if rng.random() < 0.2 else None
    path = tmp_path / (f"events_{named[0]:%Y%m%d}_{named[1]:%Y%m%d}.csv" if named else "events.csv")
    rows = [f"Meeting {turn},{80000000300 + turn},Anna,{cell} 09:00,30" for turn, cell in enumerate(cells)]
    path.write_text("\n".join([header, *rows]) + "\n")
    settled = _settled(cells, named, language)
    result = run("--site", tmp_path, "--json", "plan", path, *ZONE)
    if settled == "none":
        _check_refusal(result, cells)
    else:
        assert result.code != REFUSED, (cells, path.name, result.out)
        read = sorted(change["meeting"]["start"][:10] for change in result.json["data"]["changes"])
        assert read == sorted(f"{_day(cell, settled)}" for cell in cells), (cells, path.name)


def _check_refusal(result: Result, cells: Sequence[str]) -> None:
    assert result.code == REFUSED, (cells, result.out)
    error = result.json["error"]
    if "contradict" not in error["message"]:
        unclear = next(cell for cell in cells if _is_unclear(cell))
        assert all(f"{_day(unclear, order)} ({order})" in error["message"] for order in WRITTEN)
    assert all(f"--date-order {order}" in error["hint"] for order in WRITTEN)


def _days(rng: Random) -> list[date]:
    """Return one day that can be read in two ways, and up to six others, mostly of that nature and close to it."""
    first = date(2027, rng.randint(2, 11), rng.randint(1, 12))
    if first.day == first.month:
        first = first.replace(day=12)
    others = [first + timedelta(days=rng.randint(-8, 8)) for _ in range(rng.choice([0, 0, 0, 1, 2, 3, 4, 6]))]
    if rng.random() < 0.7:
        others = [day for day in others if day.day <= 12 and day.day != day.month]
    days = [first, *others]
    return sorted(days) if rng.random() < 0.6 else days


def _settled(cells: Sequence[str], named: tuple[date, date] | None, language: str) -> str:
    """Return the order that a file proves, "none" if it proves none or both."""
    possible = [order for order in WRITTEN if all(_day(cell, order) for cell in cells)]
    if len(possible) == 1:
        return possible[0]
    if named and len(inside := [order for order in possible if _within(cells, order, *named)]) == 1:
        return inside[0]
    if len(likely := {_by_span(cells), _by_direction(cells)} - {""}) > 1:
        return "none"
    return next(iter(likely), "") or language or "none"


def _within(cells: Sequence[str], order: str, first: date, last: date) -> bool:
    return all(first <= day <= last + timedelta(days=2) for day in _all(cells, order))


def _by_span(cells: Sequence[str]) -> str:
    """Three days or more of a month, of which another order makes 45 days or more, prove an order."""
    spans = {order: (max(days) - min(days)).days for order in WRITTEN if (days := _all(cells, order))}
    close = [order for order, span in spans.items() if span <= 31 and len({*_all(cells, order)}) >= 3]
    wide = [order for order, span in spans.items() if span >= 45]
    return close[0] if len(close) == 1 and len(wide) == 1 else ""


def _by_direction(cells: Sequence[str]) -> str:
    """Five days or more that run in one direction, which they do not in another order, prove an order."""
    straight = [order for order in WRITTEN if _is_straight(_all(cells, order))]
    return straight[0] if len(straight) == 1 and len({*cells}) >= 5 else ""


def _is_straight(days: Sequence[date]) -> bool:
    steps = {(after > before) - (after < before) for before, after in pairwise(days)} - {0}
    return len(steps) < 2


def _all(cells: Sequence[str], order: str) -> list[date]:
    return [day for cell in cells if (day := _day(cell, order))]


def _day(cell: str, order: str) -> date | None:
    try:
        return datetime.strptime(cell, WRITTEN[order]).date()
    except ValueError:
        return None


def _is_unclear(cell: str) -> bool:
    readings = {_day(cell, order) for order in WRITTEN}
    return None not in readings and len(readings) == 2
