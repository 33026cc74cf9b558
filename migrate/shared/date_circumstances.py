"""What speaks for an order of day and month beside the dates themselves, which date_order looks at first.

It is the range in the file's name, how the dates of a report lie together, and the language of the labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from migrate.core.errors import InputError
from migrate.shared.dates import ORDERS, read_moment, squeeze
from migrate.shared.windows import base_name, named_range

APART = "Plan each of the files that were joined by itself, or all of them in one command."

# Without English: its labels stand over dates of either order.
_LANGUAGES = {
    "de": ("German", "day", "dmy"),
    "es": ("Spanish", "day", "dmy"),
    "fr": ("French", "day", "dmy"),
    "it": ("Italian", "day", "dmy"),
    "ja": ("Japanese", "year", "ymd"),
    "ko": ("Korean", "year", "ymd"),
    "pt": ("Portuguese", "day", "dmy"),
    "zh": ("Chinese", "year", "ymd"),
}

# A meeting can last 30 hours, so its end may lie behind the range of its report.
_OVERTIME = timedelta(days=2)
# A report covers a month. What is only a little longer is not ruled out: the dates are in no certain zone.
_MONTH, _RULED_OUT = timedelta(days=31), timedelta(days=45)
# Two dates lie close together by chance. Of three that are in no order at all, one time in three looks like one; of
# five, one time in sixty.
_CLOSE, _IN_LINE = 3, 5

Place = tuple[int, str]
"""Line and cell."""

Dated = tuple[date, int, str]
"""The day that is read from a cell, its line, and the cell."""


@dataclass(frozen=True, slots=True)
class Order:
    """The order of day, month and year in a file, None if no date in it needs one, and why.

    `needed`: there are dates that another order would read as others.
    """

    name: str | None
    reason: str
    needed: bool = field(default=True, compare=False)


def by_name(path: str, possible: Mapping[str, Sequence[Dated]]) -> Order | None:
    """Decide where only one order puts all dates into the range in the file's name."""
    named = named_range(path)
    if named is None:
        return None
    strays = {
        order: next((dated for dated in dates if not covers(named, dated)), None) for order, dates in possible.items()
    }
    winner = only(order for order, stray in strays.items() if stray is None)
    if winner is None:
        return None
    order, (_, line, cell) = next((order, stray) for order, stray in strays.items() if stray)
    return Order(
        winner,
        f"only as {winner} are all dates in the range in the name {base_name(path)}: "
        f"as {order}, {show(line, cell)} is outside",
    )


def covers(named: tuple[date, date], dated: Dated) -> bool:
    """Tell whether a date can be of a report of this range."""
    first, last = named
    return first <= dated[0] and dated[0] - _OVERTIME <= last


def by_consistency(path: str, reports: Iterable[Mapping[str, Sequence[Dated]]]) -> Order | None:
    """Decide by how the dates of each report lie together; raise InputError if that speaks for two orders."""
    told = [possible for possible in reports if len(possible) > 1 and all(possible.values())]
    found = [order for possible in told for order in (_by_span(possible), _by_sequence(possible)) if order]
    names = {order.name: None for order in found if order.name}
    if len(names) > 1:
        shown = "; but ".join(order.reason for order in found)
        raise contradiction(path, shown, names, hint=APART if len(told) > 1 else "")
    return found[0] if found else None


def _by_span(possible: Mapping[str, Sequence[Dated]]) -> Order | None:
    ends = {order: (min(dates), max(dates)) for order, dates in possible.items()}
    spans = {order: last[0] - first[0] for order, (first, last) in ends.items()}
    winner = only(order for order, span in spans.items() if span < _RULED_OUT)
    if winner is None or spans.pop(winner) > _MONTH or _different(possible[winner]) < _CLOSE:
        return None
    order = min(spans, key=spans.__getitem__)
    first, last = (show(line, cell) for _, line, cell in ends[order])
    return Order(
        winner,
        f"only as {winner} do all dates lie within a month, as in every report of Zoom: "
        f"as {order}, {first} and {last} are {spans[order].days} days apart",
    )


def _by_sequence(possible: Mapping[str, Sequence[Dated]]) -> Order | None:
    turns = {order: _turn(dates) for order, dates in possible.items()}
    winner = only(order for order, turn in turns.items() if turn is None)
    if winner is None or _different(possible[winner]) < _IN_LINE:
        return None
    order, (_, line, cell) = next((order, turn) for order, turn in turns.items() if turn)
    return Order(
        winner,
        f"only as {winner} do the dates run in one direction: as {order}, {show(line, cell)} is out of sequence",
    )


def _turn(dates: Sequence[Dated]) -> Dated | None:
    """Return the first date that goes back where those before went on, or on where they went back."""
    direction = 0
    for (before, _, _), dated in pairwise(dates):
        step = (dated[0] > before) - (dated[0] < before)
        if step * direction < 0:
            return dated
        direction = direction or step
    return None


def _different(dates: Sequence[Dated]) -> int:
    return len({day for day, _, _ in dates})


def by_language(language: str | None, doubt: Place, possible: Mapping[str, Sequence[Dated]]) -> Order | None:
    """Decide by what is usual in the language of the labels."""
    name, field, order = _LANGUAGES.get((language or "").split("-")[0], ("", "", ""))
    if order not in possible:
        return None
    readings = readings_of(doubt[1])
    others = " or ".join(f"--date-order {other}" for other in readings if other in possible and other != order)
    return Order(
        order,
        f"the labels are {name}, which puts the {field} first, and nothing else decides: "
        f"if {show(*doubt)} is not {readings[order]:%Y-%m-%d}, give {others}",
    )


def only(orders: Iterable[str]) -> str | None:
    """Return the order if there is just one."""
    found = list(orders)
    return found[0] if len(found) == 1 else None


def readings_of(cell: str) -> dict[str, datetime | date]:
    """Return what a cell means in each order that can read it."""
    return {order: moment for order in ORDERS if (moment := read_moment(cell, order))}


def contradiction(path: str, shown: str, orders: Iterable[str], hint: str = "") -> InputError:
    """Say that the dates speak for several orders."""
    return InputError(f"{path}: the dates contradict each other: {shown}", hint=hint or say(orders))


def show(line: int, cell: str) -> str:
    """Return a date for a message."""
    return f"line {line}: {squeeze(cell)}"


def say(orders: Iterable[str]) -> str:
    """Return the hint to name one of the orders."""
    return f"Say how the file writes its dates: {' or '.join(f'--date-order {order}' for order in orders)}"
