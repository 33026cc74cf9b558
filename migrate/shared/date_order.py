"""Which of day, month and year comes first in a file.

Whether 03/04/2027 is in March or in April is decided once per file, by the strongest evidence there is, or by the
user; it is never guessed. From strong to weak, the evidence is a field over 12, the range in the file's name, how the
dates of a report lie together, and the language of the labels. A date that begins with a year of four digits or names
its month needs no decision, and bears on that of the others only by where it lies. Of joined files see joined.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby

from migrate.core.errors import InputError
from migrate.shared.date_circumstances import (
    APART,
    Dated,
    Order,
    Place,
    by_consistency,
    by_language,
    by_name,
    contradiction,
    covers,
    only,
    readings_of,
    say,
    show,
)
from migrate.shared.dates import NUMERIC, ORDERS, read_moment, squeeze
from migrate.shared.windows import base_name, named_range

AUTO = "auto"

_Cell = tuple[int, str, str]
"""Line, cell, and the part of it that matters."""

# What a cell can say of the order other than proving one.
_EITHER, _SAME, _BEGINS_WITH_YEAR, _NAMES_MONTH = "either", "same", "year", "month"


def settle_order(
    path: str,
    cells: Iterable[tuple[int, str]],
    wanted: str,
    language: str | None = None,
    *,
    report: bool = True,
    joints: Sequence[int] = (),
    whole: str = "the file",
) -> Order:
    """Decide the order of a file from its (line, cell) pairs, which come as they stand in the file.

    `language` is that of the labels, None if it is English or not known. `report` tells that Zoom wrote the file: its
    reports cover a month at most, a list that people keep does not. `joints` are lines in which another report begins,
    `whole` is what the cells are all of.
    Where fields over 12 in one report contradict each other, the order that more of them prove wins, and the others
    are for the caller to report as unreadable; two reports are not outvoted by each other. Raises InputError if
    nothing decides.
    """
    if wanted != AUTO:
        return Order(wanted, f"given by --date-order {wanted}")
    listed = [(line, cell, _part(cell)) for line, cell in cells]
    votes, first = _count(listed)
    ranked = _ranked(votes)
    reports = _split(listed, joints)
    if len(ranked) > 1:
        _check_reports(path, reports)
    if ranked:
        elected = _elected(ranked, votes, first)
        return _beside_the_name(path, elected, listed, votes[ranked[0]])
    if _EITHER in first:
        return _by_circumstance(path, listed, first[_EITHER], language, reports if report else (), whole)
    return _needless(first)


def _count(listed: Iterable[_Cell]) -> tuple[Counter[str], dict[str, Place]]:
    """Return how many cells say what of the order, and the first that does."""
    votes: Counter[str] = Counter()
    first: dict[str, Place] = {}
    for line, cell, part in listed:
        vote = _vote(part)
        votes[vote] += 1
        if vote not in first:
            first[vote] = (line, cell)
    return votes, first


def _ranked(votes: Mapping[str, int]) -> list[str]:
    return sorted((order for order in ORDERS if votes[order]), key=lambda order: -votes[order])


def _split(listed: Sequence[_Cell], joints: Sequence[int]) -> list[Sequence[_Cell]]:
    if not joints:
        return [listed]
    return [list(cells) for _, cells in groupby(listed, key=lambda cell: bisect(joints, cell[0]))]


def _check_reports(path: str, reports: Sequence[Sequence[_Cell]]) -> None:
    """Raise where reports prove different orders, or as much proves one as another: to believe either is a guess."""
    proofs: dict[str, Place] = {}
    for listed in reports:
        votes, first = _count(listed)
        ranked = _ranked(votes)
        tied = ranked[:2] if len(ranked) > 1 and votes[ranked[0]] == votes[ranked[1]] else []
        if tied and len(reports) == 1:
            raise contradiction(path, _proofs({order: first[order] for order in tied}), tied)
        # A report that proves as much for two orders is settled by the others.
        proofs |= {order: first[order] for order in ranked[:1] if not tied and order not in proofs}
    if not proofs:
        _check_reports(path, [[cell for listed in reports for cell in listed]])
    if len(proofs) > 1:
        raise contradiction(path, _proofs(proofs), proofs, hint=APART)


def _proofs(proofs: Mapping[str, Place]) -> str:
    return ", ".join(f"{show(*place)} can only be {order}" for order, place in proofs.items())


def _part(cell: str) -> str:
    """Return the day if the cell is that and a sound time, else all of it: days are few, times of day are many."""
    day, _, clock = cell.partition(" ")
    return day if clock and _is_day(day) and _is_clock(clock) else cell


@lru_cache(maxsize=1 << 12)
def _is_day(text: str) -> bool:
    match = NUMERIC.fullmatch(text)
    return match is not None and match["hour"] is None


@lru_cache(maxsize=1 << 17)
def _is_clock(text: str) -> bool:
    return isinstance(read_moment(f"2000-01-01 {text}", None), datetime)


@lru_cache(maxsize=1 << 15)
def _vote(cell: str) -> str:
    """Return the order that a cell proves, or how it comes that it proves none."""
    match = NUMERIC.fullmatch(squeeze(cell))
    if match is None:
        return _NAMES_MONTH if read_moment(cell, None) else ""
    if len(match["a"]) == 4:
        return _BEGINS_WITH_YEAR
    readings = readings_of(cell)
    if len(readings) > 1:
        return _EITHER if len(set(readings.values())) > 1 else _SAME
    return next(iter(readings), "")


def _elected(ranked: list[str], votes: Mapping[str, int], first: Mapping[str, Place]) -> Order:
    winner, *losers = ranked
    reason = f"{show(*first[winner])} has a day over 12"
    for order in losers:
        reason += f"; but {votes[order]} can only be {order}, such as {show(*first[order])}"
    return Order(winner, reason)


def _beside_the_name(path: str, elected: Order, listed: Sequence[_Cell], proofs: int) -> Order:
    """Add to the reason what in the file's name speaks against it.

    A name lies where a file was renamed, so it does not overrule a proof. But where another order brings as many dates
    into the range as there are proofs, these may be the slips.
    """
    named = named_range(path)
    if named is None or elected.name is None:
        return elected
    strays = [dated for dated in _read(listed, elected.name) if not covers(named, dated)]
    if not strays:
        return elected
    _, line, cell = strays[0]
    reason = f"{elected.reason}; but {show(line, cell)} is then outside the range in the name {base_name(path)}"
    lost = {cell for _, _, cell in strays}
    for order in ORDERS:
        others = _read(listed, order)
        gained = sum(cell in lost for _, _, cell in others)
        if gained >= proofs and all(covers(named, dated) for dated in others):
            raise contradiction(path, f"{reason}, and inside as {order}", [elected.name, order])
    return Order(elected.name, reason)


def _needless(first: Mapping[str, Place]) -> Order:
    if _SAME in first:
        # It reads 05/05/2027 and 15/02/15; the others do only one of them.
        return Order("dmy", f"{show(*first[_SAME])} is the same date in either order", needed=False)
    if _BEGINS_WITH_YEAR in first:
        return Order("ymd", f"{show(*first[_BEGINS_WITH_YEAR])} begins with the year", needed=False)
    reason = "the months are named" if _NAMES_MONTH in first else "there is no date in the file"
    return Order(None, reason, needed=False)


def _by_circumstance(
    path: str,
    listed: Sequence[_Cell],
    doubt: Place,
    language: str | None,
    reports: Iterable[Sequence[_Cell]],
    whole: str,
) -> Order:
    """Decide by what is in no single date."""
    possible = _possible(listed, ORDERS)
    order = (
        _by_exclusion(listed, possible)
        or by_name(path, possible)
        or by_consistency(path, [_possible(report, possible) for report in reports])
        or by_language(language, doubt, possible)
    )
    if order is None:
        raise _refusal(path, doubt, whole)
    return order


def _possible(listed: Sequence[_Cell], orders: Iterable[str]) -> dict[str, list[Dated]]:
    """Return those of the orders that can read most dates, and the dates."""
    readings = {order: _read(listed, order) for order in orders}
    most = max(map(len, readings.values()))
    return {order: dates for order, dates in readings.items() if len(dates) == most}


def _read(listed: Sequence[_Cell], order: str) -> list[Dated]:
    """Return the dates that an order can read."""
    days = {part: _day(part, order) for part in {part for _, _, part in listed}}
    return [(day, line, cell) for line, cell, part in listed if (day := days[part])]


def _day(cell: str, order: str) -> date | None:
    moment = read_moment(cell, order)
    return moment.date() if isinstance(moment, datetime) else moment


def _by_exclusion(listed: Sequence[_Cell], possible: Mapping[str, Sequence[Dated]]) -> Order | None:
    """Decide where only one order can read all dates, as of 24/09/26 and 03/04/2027."""
    order = only(possible)
    if order is None:
        return None
    excluded = [
        next(
            f"{show(line, cell)} cannot be {other}"
            for line, cell, part in listed
            if _vote(part) and not _day(part, other)
        )
        for other in ORDERS
        if other != order
    ]
    return Order(order, f"{order} alone can read all dates: {', '.join(excluded)}")


def _refusal(path: str, doubt: Place, whole: str) -> InputError:
    readings = readings_of(doubt[1])
    possible = " or ".join(f"{moment:%Y-%m-%d} ({order})" for order, moment in readings.items())
    return InputError(
        f"{path}: {show(*doubt)} can be {possible}, and no other date in {whole} settles it", hint=say(readings)
    )
