"""Which of day, month and year comes first in a file.

Whether 03/04/2027 is in March or in April is decided once per file, by what the other dates in it prove, or by the
user; it is never guessed. A date that begins with a year of four digits or names its month proves nothing and needs
no decision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from migrate.core.errors import InputError
from migrate.shared.dates import NUMERIC, ORDERS, read_moment, squeeze

AUTO = "auto"

# What a cell can say of the order other than proving one.
_EITHER, _SAME, _BEGINS_WITH_YEAR, _NAMES_MONTH = "either", "same", "year", "month"


@dataclass(frozen=True, slots=True)
class Order:
    """The order of day, month and year in a file, None if no date in it needs one, and why."""

    name: str | None
    reason: str


def settle_order(path: str, cells: Iterable[tuple[int, str]], wanted: str) -> Order:
    """Decide the order of a file from its (line, cell) pairs.

    Where dates contradict each other, the order that more of them prove wins, and the others are for the caller to
    report as unreadable. Raises InputError if nothing decides.
    """
    if wanted != AUTO:
        return Order(wanted, f"given by --date-order {wanted}")
    votes: Counter[str] = Counter()
    first: dict[str, tuple[int, str]] = {}
    for line, cell in cells:
        vote = _vote(cell)
        votes[vote] += 1
        if vote not in first:
            first[vote] = (line, squeeze(cell))
    ranked = sorted((order for order in ORDERS if votes[order]), key=lambda order: -votes[order])
    # As many for the one as for the other: to believe either would be a guess.
    if len(ranked) > 1 and votes[ranked[0]] == votes[ranked[1]]:
        raise _contradiction(path, {order: first[order] for order in ranked[:2]})
    if ranked:
        return _elected(ranked, votes, first)
    if _EITHER in first:
        raise _refusal(path, *first[_EITHER])
    return _needless(first)


@lru_cache(maxsize=1 << 15)
def _vote(cell: str) -> str:
    """Return the order that a cell proves, or how it comes that it proves none."""
    match = NUMERIC.fullmatch(squeeze(cell))
    if match is None:
        return _NAMES_MONTH if read_moment(cell, None) else ""
    if len(match["a"]) == 4:
        return _BEGINS_WITH_YEAR
    readings = _readings(cell)
    if len(readings) > 1:
        return _EITHER if len(set(readings.values())) > 1 else _SAME
    return next(iter(readings), "")


def _readings(cell: str) -> dict[str, datetime | date]:
    return {order: moment for order in ORDERS if (moment := read_moment(cell, order))}


def _elected(ranked: list[str], votes: Mapping[str, int], first: Mapping[str, tuple[int, str]]) -> Order:
    winner, *losers = ranked
    line, cell = first[winner]
    reason = f"line {line}: {cell} has a day over 12"
    for order in losers:
        line, cell = first[order]
        reason += f"; but {votes[order]} can only be {order}, such as line {line}: {cell}"
    return Order(winner, reason)


def _needless(first: Mapping[str, tuple[int, str]]) -> Order:
    if _SAME in first:
        return Order("mdy", f"line {first[_SAME][0]}: {first[_SAME][1]} is the same date in either order")
    if _BEGINS_WITH_YEAR in first:
        return Order("ymd", f"line {first[_BEGINS_WITH_YEAR][0]}: {first[_BEGINS_WITH_YEAR][1]} begins with the year")
    return Order(None, "the months are named" if _NAMES_MONTH in first else "there is no date in the file")


def _refusal(path: str, line: int, cell: str) -> InputError:
    readings = _readings(cell)
    possible = [f"{moment:%Y-%m-%d} ({order})" for order, moment in readings.items()]
    return InputError(
        f"{path}: line {line}: {cell} can be {' or '.join(possible)}, and no other date in the file settles it",
        hint=_say(readings),
    )


def _contradiction(path: str, proofs: Mapping[str, tuple[int, str]]) -> InputError:
    shown = [f"line {line}: {cell} can only be {order}" for order, (line, cell) in proofs.items()]
    return InputError(f"{path}: the dates contradict each other: {', '.join(shown)}", hint=_say(proofs))


def _say(orders: Iterable[str]) -> str:
    return f"Say how the file writes its dates: {' or '.join(f'--date-order {order}' for order in orders)}"
