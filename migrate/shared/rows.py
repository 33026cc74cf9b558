"""Text -> rows: which delimiter a file has, and its cells as they are."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice

Row = tuple[int, tuple[str, ...]]
"""The line a row begins in, 1-based, and its cells as they are."""

# Beyond these a file is no schedule, and reading it would only fill the memory.
_LONGEST_LINE = 1 << 20
_MOST_ROWS = 1_000_000

# The csv module's own limit (128 KiB) is less than the invitees of one big webinar.
csv.field_size_limit(_LONGEST_LINE)

_DELIMITERS = (",", ";", "\t")
_SAMPLED = 50
# Not str.splitlines, which also splits at characters that can be part of a topic.
_LINE = re.compile(r"[^\r\n]+(?:\r\n?|\n)?|\r\n?|\n")
_SEPARATOR_LINE = re.compile(r"\"?sep=([,;\t|])\"?(?:\r\n?|\n|$)", re.IGNORECASE)
# NUL is removed from every text, so no cell can hold this.
_END = "\0end"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a file. `announced`: its first row only says which delimiter it has.

    `broken` says in words where and why the file cannot be read to its end; what comes before that is there.
    """

    delimiter: str
    rows: list[Row]
    announced: bool
    broken: str


class _BrokenError(Exception):
    """The rows end before the file does."""


def read_rows(text: str, known: Callable[[Sequence[str]], int]) -> Rows:
    """Split a text into rows by the delimiter that suits it best; `known` counts the known headers in a row."""
    announced = _SEPARATOR_LINE.match(text)
    delimiter = announced[1] if announced else max(_DELIMITERS, key=lambda each: _merit(_sample(text, each), known))
    rows: list[Row] = []
    broken = ""
    try:
        rows.extend(_records(text, delimiter))
    except _BrokenError as error:
        broken = str(error)
    return Rows(delimiter, rows, announced is not None, broken)


def _merit(sample: Sequence[Sequence[str]], known: Callable[[Sequence[str]], int]) -> tuple[int, int]:
    """Judge a delimiter: by the headers it brings out, then by how many rows it gives the same width."""
    widths = Counter(len(cells) for cells in sample if len(cells) > 1)
    return max(map(known, sample), default=0), max(widths.values(), default=0)


def _sample(text: str, delimiter: str) -> list[tuple[str, ...]]:
    sample: list[tuple[str, ...]] = []
    with suppress(_BrokenError):
        sample.extend(cells for _, cells in islice(_records(text, delimiter), _SAMPLED))
    return sample


def _records(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows. An end mark goes last through the reader: what swallows it has a quote that was never closed."""
    reader = csv.reader(chain(_lines(text), (_END,)), delimiter=delimiter, skipinitialspace=True)
    line = 1
    try:
        for number, cells in enumerate(reader):
            if cells and cells[-1].endswith(_END):
                if cells != [_END]:
                    raise csv.Error
                return
            if number == _MOST_ROWS:
                raise _BrokenError(f"there are more than {_MOST_ROWS:,} rows")
            # The garbage collector leaves tuples of text alone; a hundred thousand lists slow it down.
            yield line, tuple(cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise _BrokenError(f"the row that begins in line {line} has a quote that is never closed") from error


def _lines(text: str) -> Iterator[str]:
    for number, match in enumerate(_LINE.finditer(text), start=1):
        if match.end() - match.start() > _LONGEST_LINE:
            raise _BrokenError(f"line {number} is longer than {_LONGEST_LINE:,} characters")
        yield match[0]
