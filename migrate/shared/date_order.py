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
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby, pairwise

from migrate.core.errors import InputError
from migrate.shared.dates import NUMERIC, ORDERS, read_moment, squeeze
from migrate.shared.windows import base_name, named_range

AUTO = "auto"
APART = "Plan each of the files that were joined by itself, or all of them in one command."

# What a cell can say of the order other than proving one.
_EITHER, _SAME, _BEGINS_WITH_YEAR, _NAMES_MONTH = "either", "same", "year", "month"

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

# Line and cell; these and the part that matters; these with the day that is read from it before them.
_Place = tuple[int, str]
_Cell = tuple[int, str, str]
_Date = tuple[date, int, str]


@dataclass(frozen=True, slots=True)
class Order:
    """The order of day, month and year in a file, None if no date in it needs one, and why.

    `needed`: there are dates that another order would read as others.
    """

    name: str | None
    reason: str
    needed: bool = field(default=True, compare=False)


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


def _count(listed: Iterable[_Cell]) -> tuple[Counter[str], dict[str, _Place]]:
    """Return how many cells say what of the order, and the first that does."""
    votes: Counter[str] = Counter()
    first: dict[str, _Place] = {}
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
    proofs: dict[str, _Place] = {}
    for listed in reports:
        votes, first = _count(listed)
        ranked = _ranked(votes)
        tied = ranked[:2] if len(ranked) > 1 and votes[ranked[0]] == votes[ranked[1]] else []
        if tied and len(reports) == 1:
            raise _contradiction(path, _proofs({order: first[order] for order in tied}), tied)
        # A report that proves as much for two orders is settled by the others.
        proofs |= {order: first[order] for order in ranked[:1] if not tied and order not in proofs}
    if not proofs:
        _check_reports(path, [[cell for listed in reports for cell in listed]])
    if len(proofs) > 1:
        raise _contradiction(path, _proofs(proofs), proofs, hint=APART)


def _proofs(proofs: Mapping[str, _Place]) -> str:
    return ", ".join(f"{_show(*place)} can only be {order}" for order, place in proofs.items())


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
    readings = _readings(cell)
    if len(readings) > 1:
        return _EITHER if len(set(readings.values())) > 1 else _SAME
    return next(iter(readings), "")


def _readings(cell: str) -> dict[str, datetime | date]:
    return {order: moment for order in ORDERS if (moment := read_moment(cell, order))}


def _elected(ranked: list[str], votes: Mapping[str, int], first: Mapping[str, _Place]) -> Order:
    winner, *losers = ranked
    reason = f"{_show(*first[winner])} has a day over 12"
    for order in losers:
        reason += f"; but {votes[order]} can only be {order}, such as {_show(*first[order])}"
    return Order(winner, reason)


def _beside_the_name(path: str, elected: Order, listed: Sequence[_Cell], proofs: int) -> Order:
    """Add to the reason what in the file's name speaks against it.

    A name lies where a file was renamed, so it does not overrule a proof. But where another order brings as many dates
    into the range as there are proofs, these may be the slips.
    """
    named = named_range(path)
    if named is None or elected.name is None:
        return elected
    strays = [dated for dated in _read(listed, elected.name) if not _covers(named, dated)]
    if not strays:
        return elected
    _, line, cell = strays[0]
    reason = f"{elected.reason}; but {_show(line, cell)} is then outside the range in the name {base_name(path)}"
    lost = {cell for _, _, cell in strays}
    for order in ORDERS:
        others = _read(listed, order)
        gained = sum(cell in lost for _, _, cell in others)
        if gained >= proofs and all(_covers(named, dated) for dated in others):
            raise _contradiction(path, f"{reason}, and inside as {order}", [elected.name, order])
    return Order(elected.name, reason)


def _needless(first: Mapping[str, _Place]) -> Order:
    if _SAME in first:
        # It reads 05/05/2027 and 15/02/15; the others do only one of them.
        return Order("dmy", f"{_show(*first[_SAME])} is the same date in either order", needed=False)
    if _BEGINS_WITH_YEAR in first:
        return Order("ymd", f"{_show(*first[_BEGINS_WITH_YEAR])} begins with the year", needed=False)
    reason = "the months are named" if _NAMES_MONTH in first else "there is no date in the file"
    return Order(None, reason, needed=False)


def _by_circumstance(
    path: str,
    listed: Sequence[_Cell],
    doubt: _Place,
    language: str | None,
    reports: Iterable[Sequence[_Cell]],
    whole: str,
) -> Order:
    """Decide by what is in no single date."""
    possible = _possible(listed, ORDERS)
    order = (
        _by_exclusion(listed, possible)
        or _by_name(path, possible)
        or _by_consistency(path, [_possible(report, possible) for report in reports])
        or _by_language(language, doubt, possible)
    )
    if order is None:
        raise _refusal(path, doubt, whole)
    return order


def _possible(listed: Sequence[_Cell], orders: Iterable[str]) -> dict[str, list[_Date]]:
    """Return those of the orders that can read most dates, and the dates."""
    readings = {order: _read(listed, order) for order in orders}
    most = max(map(len, readings.values()))
    return {order: dates for order, dates in readings.items() if len(dates) == most}


def _read(listed: Sequence[_Cell], order: str) -> list[_Date]:
    """Return the dates that an order can read."""
    days = {part: _day(part, order) for part in {part for _, _, part in listed}}
    return [(day, line, cell) for line, cell, part in listed if (day := days[part])]


def _day(cell: str, order: str) -> date | None:
    moment = read_moment(cell, order)
    return moment.date() if isinstance(moment, datetime) else moment


def _by_exclusion(listed: Sequence[_Cell], possible: Mapping[str, Sequence[_Date]]) -> Order | None:
    """Decide where only one order can read all dates, as of 24/09/26 and 03/04/2027."""
    order = _only(possible)
    if order is None:
        return None
    excluded = [
        next(
            f"{_show(line, cell)} cannot be {other}"
            for line, cell, part in listed
            if _vote(part) and not _day(part, other)
        )
        for other in ORDERS
        if other != order
    ]
    return Order(order, f"{order} alone can read all dates: {', '.join(excluded)}")


def _by_name(path: str, possible: Mapping[str, Sequence[_Date]]) -> Order | None:
    named = named_range(path)
    if named is None:
        return None
    strays = {
        order: next((dated for dated in dates if not _covers(named, dated)), None) for order, dates in possible.items()
    }
    winner = _only(order for order, stray in strays.items() if stray is None)
    if winner is None:
        return None
    order, (_, line, cell) = next((order, stray) for order, stray in strays.items() if stray)
    return Order(
        winner,
        f"only as {winner} are all dates in the range in the name {base_name(path)}: "
        f"as {order}, {_show(line, cell)} is outside",
    )


def _covers(named: tuple[date, date], dated: _Date) -> bool:
    first, last = named
    return first <= dated[0] and dated[0] - _OVERTIME <= last


def _by_consistency(path: str, reports: Iterable[Mapping[str, Sequence[_Date]]]) -> Order | None:
    told = [possible for possible in reports if len(possible) > 1 and all(possible.values())]
    found = [order for possible in told for order in (_by_span(possible), _by_sequence(possible)) if order]
    names = {order.name: None for order in found if order.name}
    if len(names) > 1:
        shown = "; but ".join(order.reason for order in found)
        raise _contradiction(path, shown, names, hint=APART if len(told) > 1 else "")
    return found[0] if found else None


def _by_span(possible: Mapping[str, Sequence[_Date]]) -> Order | None:
    ends = {order: (min(dates), max(dates)) for order, dates in possible.items()}
    spans = {order: last[0] - first[0] for order, (first, last) in ends.items()}
    winner = _only(order for order, span in spans.items() if span < _RULED_OUT)
    if winner is None or spans.pop(winner) > _MONTH or _different(possible[winner]) < _CLOSE:
        return None
    order = min(spans, key=spans.__getitem__)
    first, last = (_show(line, cell) for _, line, cell in ends[order])
    return Order(
        winner,
        f"only as {winner} do all dates lie within a month, as in every report of Zoom: "
        f"as {order}, {first} and {last} are {spans[order].days} days apart",
    )


def _by_sequence(possible: Mapping[str, Sequence[_Date]]) -> Order | None:
    turns = {order: _turn(dates) for order, dates in possible.items()}
    winner = _only(order for order, turn in turns.items() if turn is None)
    if winner is None or _different(possible[winner]) < _IN_LINE:
        return None
    order, (_, line, cell) = next((order, turn) for order, turn in turns.items() if turn)
    return Order(
        winner,
        f"only as {winner} do the dates run in one direction: as {order}, {_show(line, cell)} is out of sequence",
    )


def _turn(dates: Sequence[_Date]) -> _Date | None:
    """Return the first date that goes back where those before went on, or on where they went back."""
    direction = 0
    for (before, _, _), dated in pairwise(dates):
        step = (dated[0] > before) - (dated[0] < before)
        if step * direction < 0:
            return dated
        direction = direction or step
    return None


def _different(dates: Sequence[_Date]) -> int:
    return len({day for day, _, _ in dates})


def _by_language(language: str | None, doubt: _Place, possible: Mapping[str, Sequence[_Date]]) -> Order | None:
    name, field, order = _LANGUAGES.get((language or "").split("-")[0], ("", "", ""))
    if order not in possible:
        return None
    readings = _readings(doubt[1])
    others = " or ".join(f"--date-order {other}" for other in readings if other in possible and other != order)
    return Order(
        order,
        f"the labels are {name}, which puts the {field} first, and nothing else decides: "
        f"if {_show(*doubt)} is not {readings[order]:%Y-%m-%d}, give {others}",
    )


def _only(orders: Iterable[str]) -> str | None:
    found = list(orders)
    return found[0] if len(found) == 1 else None


def _refusal(path: str, doubt: _Place, whole: str) -> InputError:
    readings = _readings(doubt[1])
    possible = " or ".join(f"{moment:%Y-%m-%d} ({order})" for order, moment in readings.items())
    return InputError(
        f"{path}: {_show(*doubt)} can be {possible}, and no other date in {whole} settles it", hint=_say(readings)
    )


def _contradiction(path: str, shown: str, orders: Iterable[str], hint: str = "") -> InputError:
    return InputError(f"{path}: the dates contradict each other: {shown}", hint=hint or _say(orders))


def _show(line: int, cell: str) -> str:
    return f"line {line}: {squeeze(cell)}"


def _say(orders: Iterable[str]) -> str:
    return f"Say how the file writes its dates: {' or '.join(f'--date-order {order}' for order in orders)}"
