"""Files of rows: bytes -> text -> delimiter -> rows, and which of the rows is the header."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from weakref import WeakKeyDictionary

from migrate.core.ports import Document, ReadOptions, RowCounts
from migrate.core.problem import Problem, Severity
from migrate.shared.columns import normalise, synonyms
from migrate.shared.faults import Faults, show

Row = tuple[int, tuple[str, ...]]
"""The line a row begins in, 1-based, and its cells as they are."""

# Beyond these a file is no schedule, and reading it would only fill the memory.
_LONGEST_LINE = 1 << 20
_MOST_ROWS = 1_000_000
_MOST_COLUMNS = 1000

# The csv module's own limit (128 KiB) is less than the invitees of one big webinar.
csv.field_size_limit(_LONGEST_LINE)

_TABLES: WeakKeyDictionary[Document, dict[frozenset[str], Table]] = WeakKeyDictionary()
_DELIMITERS = (",", ";", "\t")
_HEADER_WITHIN = 50
_SNIFFED = 4096
# No header is longer; more would only cost time on a file that is no table.
_WIDEST = 200
_LONGEST_HEADER = 200
# Not str.splitlines, which also splits at characters that can be part of a topic.
_LINE = re.compile(r"[^\r\n]+(?:\r\n?|\n)?|\r\n?|\n")
_SEPARATOR_LINE = re.compile(r"\"?sep=([,;\t|])\"?(?:\r\n?|\n|$)", re.IGNORECASE)
_BROKEN = "\ufffd"
_LETTER = re.compile(rf"[^\x00-\x7f{_BROKEN}]")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# NUL is removed from every text, so no cell can hold this.
_END = "\0end"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A file as rows.

    `header` is empty if there is no row that could be one; `width` is the number of its cells, of which the last may
    have no name. `rows` are those below it that are neither blank nor the header again. `counts` holds what is settled
    (read, blank, header, not_a_schedule). `broken` says in words where and why the file cannot be read to its end.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    width: int
    rows: Sequence[Row]
    counts: RowCounts
    doubts: tuple[Problem, ...]
    broken: str


class _BrokenError(Exception):
    """The rows end before the file does."""


def table_of(document: Document, options: ReadOptions) -> Table:
    """Read a file as a table, the headers that the user mapped being known."""
    return parse(document, frozenset(options.columns.values()))


def check_width(cells: Sequence[str], width: int, faults: Faults) -> None:
    """Report a row with something in it that belongs to no column."""
    if len(cells) > width and (extra := " ".join(cells[width:]).strip()):
        text = f"the row has {len(cells)} cells, the header {width}: {show(extra)} belongs to no column"
        faults.error("ragged-row", text, "If a cell holds the delimiter, put that cell in double quotes.")


def parse(document: Document, mapped: frozenset[str] = frozenset()) -> Table:
    """Read a file as a table, whatever it is. `mapped` are headers that the user named, to know the header row by.

    Every source looks at the same file: its table is kept for as long as the document itself.
    """
    tables = _TABLES.setdefault(document, {})
    if mapped not in tables:
        tables[mapped] = _parsed(document, mapped)
    return tables[mapped]


def _parsed(document: Document, mapped: frozenset[str]) -> Table:
    text, encoding, doubts = _decode(document)
    known = synonyms().keys() | {normalise(name) for name in mapped}
    told = _SEPARATOR_LINE.match(text)
    delimiter = told[1] if told else max(_DELIMITERS, key=lambda candidate: _merit(_sample(text, candidate), known))
    rows: list[Row] = []
    broken = ""
    try:
        rows.extend(_records(text, delimiter))
    except _BrokenError as error:
        broken = str(error)
    place = _header_place([cells for _, cells in rows[:_HEADER_WITHIN]], known, first=1 if told else 0)
    header = rows[place][1] if place is not None else ()
    if len(_trimmed(header)) > _MOST_COLUMNS:
        rows, header, place = [], (), None
        broken = f"there are more than {_MOST_COLUMNS:,} columns"
    counts = RowCounts(read=len(rows))
    return _table(rows, place, Table(encoding, delimiter, _trimmed(header), len(header), (), counts, doubts, broken))


def _decode(document: Document) -> tuple[str, str, tuple[Problem, ...]]:
    mark, encoding = next((pair for pair in _MARKS if document.data.startswith(pair[0])), (b"", ""))
    data = document.data[len(mark) :]
    encoding = encoding or _by_zeros(data[:_SNIFFED]) or "utf-8"
    doubts: tuple[Problem, ...] = ()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        doubts = (_doubt(document.path, encoding, data.count(b"\n", 0, error.start) + 1),)
        text = data.decode(encoding, errors="replace")
        # A bad byte or two do not make a code page of a file whose other letters are good.
        if encoding.startswith("utf-8") and text.count(_BROKEN) >= len(_LETTER.findall(text)):
            encoding = "cp1252"
            text = data.decode(encoding, errors="replace")
    return text.replace("\0", ""), encoding, doubts


def _by_zeros(sample: bytes) -> str:
    """Tell UTF-16 without a mark: in Western text every other byte is zero."""
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 3 <= half or min(even, odd) * 20 > half:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _doubt(path: str, encoding: str, line: int) -> Problem:
    return Problem(
        "encoding-guessed",
        Severity.WARNING,
        f"the text is not valid {encoding.upper()}; letters outside ASCII may be wrong",
        path,
        line,
        "Look at the names with accents. If they are wrong, export the file again, or save it as CSV UTF-8.",
    )


def _records(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows. An end mark goes last through the reader: what swallows it has a quote that was never closed."""
    reader = csv.reader(chain(_lines(text), (_END,)), delimiter=delimiter)
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


def _sample(text: str, delimiter: str) -> list[tuple[str, ...]]:
    sample: list[tuple[str, ...]] = []
    with suppress(_BrokenError):
        sample.extend(cells for _, cells in islice(_records(text, delimiter), _HEADER_WITHIN))
    return sample


def _merit(sample: Sequence[Sequence[str]], known: Collection[str]) -> tuple[int, int]:
    """Judge a delimiter: by the headers it brings out, then by how many rows it gives the same width."""
    widths = Counter(len(cells) for cells in sample if len(cells) > 1)
    return max((_score(cells, known) for cells in sample), default=0), max(widths.values(), default=0)


def _score(cells: Sequence[str], known: Collection[str]) -> int:
    return sum(normalise(cell) in known for cell in cells[:_WIDEST] if len(cell) < _LONGEST_HEADER)


def _header_place(head: Sequence[Sequence[str]], known: Collection[str], first: int) -> int | None:
    """Find the header: the row with most known headers, else the first one as wide as most rows are."""
    scores = [_score(cells, known) for cells in head]
    if max(scores, default=0) > 1:
        return scores.index(max(scores))
    # A language that is not known yet: the user will be shown these names and asked to map them.
    widths = [len(_trimmed(cells)) for cells in head]
    usual = max(Counter(width for width in widths[first:] if width > 1).items(), key=lambda item: item[1], default=None)
    if usual is None:
        return None
    return next(place for place, width in enumerate(widths) if place >= first and width >= usual[0])


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _table(rows: list[Row], place: int | None, table: Table) -> Table:
    """Complete a table by its header and by what lies above and below it."""
    counts = table.counts
    above = rows[:place] if place is not None else []
    counts.not_a_schedule = sum(any(map(str.strip, cells)) for _, cells in above)
    counts.blank = len(above) - counts.not_a_schedule
    header = rows[place][1] if place is not None else ()
    kept: list[Row] = []
    for row in rows[len(above) :]:
        if not any(map(str.strip, row[1])):
            counts.blank += 1
        elif _is_again(row[1], header):
            counts.header += 1
        else:
            kept.append(row)
    return replace(table, rows=kept)


def _is_again(cells: Sequence[str], header: Sequence[str]) -> bool:
    # Files that were joined have the byte order mark of the second one in the middle.
    return cells == header or (cells[0][:1] == "\ufeff" and (cells[0].strip('\ufeff"'), *cells[1:]) == header)
