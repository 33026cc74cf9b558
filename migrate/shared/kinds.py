"""What kind of file something is, by the columns its tables have, in whatever language they are called.

The kinds are rows of data/kinds.tsv, the more telling ones first: a table is of a kind if it has all fields of `all`,
one or more of `any` (if there are any) and none of `none`. A file is of the first kind that one of its tables is of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from migrate.core.ports import Document, ReadOptions
from migrate.shared.columns import locate, missing
from migrate.shared.resources import data_rows
from migrate.shared.schedule_format import markers
from migrate.shared.tables import Sheet, Table, sheet_of

USERS = "users"
HISTORY = ("active-hosts", "active-hosts-details", "history", "participants")
"""The kinds that list single meetings which took place, by number and start."""
ABOUT_ONE = "participants"
"""The one of them in which the people stand in a table of their own, below one that tells which meeting it was."""


class FileKind(NamedTuple):
    """One kind. `what` says what such a file holds, empty for a schedule."""

    name: str
    label: str
    all: frozenset[str]
    any: frozenset[str]
    none: frozenset[str]
    what: str

    @classmethod
    def of(cls, name: str, label: str, needs: str, any_of: str, none_of: str, what: str) -> FileKind:
        """Make a kind of the cells of its row."""
        return cls(name, label, frozenset(needs.split()), frozenset(any_of.split()), frozenset(none_of.split()), what)

    def fits(self, fields: frozenset[str]) -> bool:
        """Tell whether a table with these fields is of the kind."""
        has_any = not self.any or bool(self.any & fields)
        return has_any and self.all <= fields and not self.none & fields


@cache
def kinds() -> tuple[FileKind, ...]:
    """Return all kinds, in the order in which they are tried."""
    return tuple(FileKind.of(*row) for row in data_rows("kinds.tsv"))


def kind_of(document: Document, options: ReadOptions) -> FileKind | None:
    """Return the kind of a file, None if it is of none that is known."""
    sheet = sheet_of(document, options)
    fields = [_fields(table, options.columns) for table in sheet.tables]
    found = (kind for kind in _in_order(options.columns) if any(map(kind.fits, fields)))
    return next(found, None)


def is_of(name: str, document: Document, options: ReadOptions) -> bool:
    """Tell whether a file is of the kind of this name."""
    kind = kind_of(document, options)
    return kind is not None and kind.name == name


def tables_of(name: str, sheet: Sheet, columns: Mapping[str, str]) -> list[Table]:
    """Return the tables of a file that are of the kind."""
    wanted = [kind for kind in kinds() if kind.name == name]
    return [table for table in sheet.tables if any(kind.fits(_fields(table, columns)) for kind in wanted)]


def meetings_in(sheet: Sheet, kind: FileKind, columns: Mapping[str, str]) -> list[Table]:
    """Return the tables of a file of the kind that tell when which meeting took place, none if it is no history."""
    if kind.name not in HISTORY:
        return []
    tables = tables_of("active-hosts" if kind.name == ABOUT_ONE else kind.name, sheet, columns)
    return [table for table in tables if not missing(locate(table.header, columns))]


def past_column(table: Table, columns: Mapping[str, str]) -> str:
    """Return the header of a column that only lists of past meetings have, empty if there is none."""
    past = _upcoming().none
    places = locate(table.header, columns)
    return next((table.header[place] for field, place in places.items() if field in past), "")


def _upcoming() -> FileKind:
    return next(kind for kind in kinds() if kind.name == "upcoming-events")


def _in_order(columns: Mapping[str, str]) -> Iterator[FileKind]:
    # Whoever names the columns of a schedule knows that it is one, though Outlook may have made it.
    named = "start" in columns and not columns.keys().isdisjoint({"topic", "number"})
    yield from sorted(kinds(), key=lambda kind: not (named and kind == _upcoming()))


def _fields(table: Table, columns: Mapping[str, str]) -> frozenset[str]:
    fields = set(locate(table.header, columns))
    if "start_date" in fields:
        fields.add("start")
    if markers(table.header):
        fields.add("schedule")
    return frozenset(fields)
