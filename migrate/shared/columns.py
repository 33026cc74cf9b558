"""Columns by what they are called, never by where they stand.

Every header Zoom is known to use, and plausible ones, are rows of data/columns.tsv. Within a field the first row is
the best: a file that has several headers of one field is read by the one that comes first there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import starmap
from typing import NamedTuple

from migrate.core.errors import InputError, UsageError
from migrate.shared.dates import looks_like_date
from migrate.shared.meeting_ids import read_id
from migrate.shared.resources import data_rows

MAPPABLE = (
    "topic",
    "number",
    "uuid",
    "host_name",
    "host_email",
    "host_id",
    "start",
    "start_time",
    "end",
    "duration",
    "timezone",
    "type",
    "link",
)
"""The fields a user may name a header for."""

_SHOWN = 60
# No header is longer, and none has more columns; beyond it would only cost time on a file that is no table.
_LONGEST_HEADER = 200
_WIDEST = 200
_LISTED = 40
_LOOKED_AT = 50
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\u00b4`", "'''''", "\ufeff")
# What a shell leaves alone between double quotes.
_PLAIN = re.compile(r"[^\"\\$`!\x00-\x1f]+")


def normalise(header: str) -> str:
    """Return the header as it is compared: case, width, hyphens, spacing and kind of apostrophe do not matter."""
    text = unicodedata.normalize("NFKC", header.translate(_APOSTROPHES)).casefold()
    # "Duration(Minutes)" is how one of Zoom's pages writes it.
    return " ".join(text.replace("_", " ").replace("-", " ").replace("(", " (").split())


class _Label(NamedTuple):
    """A row of columns.tsv."""

    field: str
    language: str
    header: str
    certainty: str


@cache
def _labels() -> Mapping[str, Sequence[_Label]]:
    """Return normalised header -> the labels that are written so, in the order of the table."""
    known: dict[str, list[_Label]] = {}
    for label in starmap(_Label, data_rows("columns.tsv")):
        known.setdefault(normalise(label.header), []).append(label)
    return known


@cache
def synonyms() -> Mapping[str, str]:
    """Return normalised header -> field, the best header of a field first."""
    return {header: labels[0].field for header, labels in _labels().items()}


def language_of(header: Iterable[str]) -> str | None:
    """Return the language of a header if all labels in it that are known can be of that one alone."""
    known = [{label.language for label in _labels().get(normalise(name), ())} for name in header]
    common = set.intersection(*filter(None, known)) if any(known) else set()
    return common.pop() if len(common) == 1 else None


class Headers:
    """The headers that are known, with those that a user named beside."""

    def __init__(self, mapped: Iterable[str] = ()) -> None:
        self._known = synonyms().keys() | {normalise(name) for name in mapped}
        self._seen: dict[str, bool] = {}

    def knows(self, cell: str) -> bool:
        """Tell whether a cell is a known header."""
        if cell not in self._seen:
            self._seen[cell] = len(cell) < _LONGEST_HEADER and normalise(cell) in self._known
        return self._seen[cell]

    def count(self, cells: Sequence[str]) -> int:
        """Count the known headers in a row."""
        return sum(map(self.knows, cells[:_WIDEST]))


def locate(header: Sequence[str], chosen: Mapping[str, str]) -> dict[str, int]:
    """Return field -> position. A header the user chose wins; of two columns with one name the first is taken."""
    names = [normalise(name) for name in header]
    wanted = {field: normalise(name) for field, name in chosen.items()}
    places = {field: names.index(name) for field, name in wanted.items() if name in names}
    taken = set(places.values())
    for name, field in synonyms().items():
        if field not in places and name in names and names.index(name) not in taken:
            places[field] = names.index(name)
    return places


def check_mapping(path: str, header: Sequence[str], chosen: Mapping[str, str]) -> None:
    """Raise UsageError for a field that does not exist, InputError for a header that is not in the file."""
    strange = [field for field in chosen if field not in MAPPABLE]
    if strange:
        raise UsageError(
            f"--map {strange[0]}=…: there is no field {strange[0]}", hint=f"The fields are: {', '.join(MAPPABLE)}."
        )
    names = {normalise(name) for name in header}
    absent = [name for name in chosen.values() if normalise(name) not in names]
    if absent:
        raise InputError(
            f"{path}: there is no column {listed(absent)}",
            hint="Correct --map; names are compared without regard to case and spacing.",
            details=[f"the columns are: {listed(header)}"],
        )


def missing(places: Mapping[str, int]) -> list[str]:
    """List the fields without which no schedule can be read: the start, and the topic or the number."""
    lacks_start = "start" not in places and "start_date" not in places
    lacks_name = "topic" not in places and "number" not in places
    return ["topic"] * lacks_name + ["start"] * lacks_start


def guess(header: Sequence[str], rows: Iterable[Sequence[str]], places: Mapping[str, int]) -> dict[str, str]:
    """Return field -> header for what `places` lacks, judged by what the cells of the free columns look like."""
    sample = [row for _, row in zip(range(_LOOKED_AT), rows, strict=False)]
    free = [(name, index) for index, name in enumerate(header) if name and index not in places.values()]
    # Backwards, so that of two columns with one name the cells of the first count, as they do everywhere.
    shapes = {name: _shape([row[index] for row in sample if index < len(row)]) for name, index in reversed(free)}
    found: dict[str, str] = {}
    for field in ("topic", "number", "start"):
        for name, _ in free:
            if field not in places and field not in found and shapes[name] == field:
                found[field] = name
    return found


def map_options(mapping: Mapping[str, str]) -> str:
    """Return the options to paste into a shell: --map topic="Betreff" --map start="Beginn"."""
    return " ".join(f"--map {field}={_quoted(name)}" for field, name in mapping.items())


def listed(header: Iterable[str]) -> str:
    """Return the headers for a message, quoted, the long ones cut, of many the first."""
    names = [name[:_SHOWN] for name in header if name]
    shown = [f'"{name}"' if name.isprintable() else repr(name) for name in names[:_LISTED]]
    return ", ".join(shown) + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")


def _quoted(name: str) -> str:
    return f'"{name}"' if _PLAIN.fullmatch(name) else "'" + name.replace("'", "'\\''") + "'"


def _shape(cells: Sequence[str]) -> str:
    """Return the field that most of the cells could belong to, empty if there is none."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    # From the strictest to the loosest: a meeting number may look like a date, and anything like text.
    tests = {"number": _is_id, "start": looks_like_date, "topic": _is_text}
    for field, test in tests.items():
        if 2 * sum(map(test, filled)) > len(filled):
            return field
    return ""


def _is_id(cell: str) -> bool:
    return not read_id(cell).fault


def _is_text(cell: str) -> bool:
    return "@" not in cell and "://" not in cell and any(map(str.isalpha, cell))
