"""Which of day, month and year comes first in a file that may be joined from several reports.

Each report is looked at by itself, for how its dates lie together, and the reports of one language together, for people
may well join what two portals wrote. A file is read by one order: where its parts need different ones it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from migrate.core.errors import InputError
from migrate.shared.columns import language_of, normalise
from migrate.shared.date_circumstances import APART, Order
from migrate.shared.date_order import AUTO, settle_order
from migrate.shared.tables import Table

_Layout = tuple[Table, Mapping[str, int]]


def settle_joined(path: str, layouts: Sequence[_Layout], wanted: str) -> Order:
    """Decide the order of all dates in these tables, given with field -> position. Raise InputError if none fits."""
    if wanted != AUTO:
        return settle_order(path, (), wanted)
    parts: dict[object, list[_Layout]] = {}
    for layout in layouts:
        header = layout[0].header
        parts.setdefault(language_of(header) or tuple(map(normalise, header)), []).append(layout)
    return _common(path, [_settled(path, part, alone=len(parts) == 1) for part in parts.values()])


def _settled(path: str, part: Sequence[_Layout], *, alone: bool) -> Order:
    language = language_of(name for table, _ in part for name in table.header)
    if alone:
        return settle_order(path, _dates(part), AUTO, language, joints=_joints(part))
    try:
        return settle_order(
            path, _dates(part), AUTO, language, joints=_joints(part), whole="the tables of its language"
        )
    except InputError as error:
        # An order that the user gives is one for all tables.
        raise InputError(error.message, hint=APART) from error


def _common(path: str, orders: Sequence[Order]) -> Order:
    """Return the order that all parts have, with the reasons of all."""
    # Where none is needed, dmy has been chosen because it reads all that the others do.
    needed = [order for order in orders if order.needed] or [min(orders, key=lambda order: order.name != "dmy")]
    reason = "; ".join(dict.fromkeys(order.reason for order in needed))
    if len({order.name for order in needed}) > 1:
        raise InputError(f"{path}: its tables are written in different orders: {_reasons(needed)}", hint=APART)
    return Order(needed[0].name, reason)


def _reasons(orders: Iterable[Order]) -> str:
    return "; but ".join(f"{order.name}: {order.reason}" for order in orders)


def _joints(part: Iterable[_Layout]) -> list[int]:
    return [line for table, _ in part for line in (*(line for line, _ in table.rows[:1]), *table.again)][1:]


def _dates(part: Iterable[_Layout]) -> Iterator[tuple[int, str]]:
    """Yield all that may prove an order of dates."""
    for table, places in part:
        used = [places[field] for field in ("start", "end") if field in places]
        for line, cells in table.rows:
            for place in used:
                if place < len(cells):
                    yield line, cells[place]
