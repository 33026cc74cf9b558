"""Files of tables: which rows are headers, and what stands below and above each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from migrate.core.ports import Document, ReadOptions, RowCounts
from migrate.core.problem import Problem
from migrate.shared.columns import Headers, locate, missing, normalise
from migrate.shared.decoding import decode
from migrate.shared.faults import Faults, show
from migrate.shared.rows import Row, read_rows

EMPTY = frozenset({"", "-", "--"})
"""What cells without a value hold."""

_MOST_COLUMNS = 1000
_HEADER_WITHIN = 50

_SHEETS: WeakKeyDictionary[Document, dict[frozenset[str], Sheet]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A header and the rows below it that are neither blank nor the header again.

    `titles` are the rows above it that name it or say when it was made. `width` is the number of the header's cells,
    of which the last may have no name. `again` are the lines in which the header stands once more: there the next of
    several reports begins.
    """

    titles: Sequence[Row]
    header: tuple[str, ...]
    width: int
    rows: Sequence[Row]
    again: Sequence[int]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A file as tables, none if no row could be a header. `read`, `blank` and `headers` count rows.

    `broken` says in words where and why the file cannot be read to its end.
    """

    encoding: str
    delimiter: str
    tables: Sequence[Table]
    read: int
    blank: int
    headers: int
    doubts: tuple[Problem, ...]
    broken: str

    def counts(self, used: Iterable[Table]) -> RowCounts:
        """Return where the rows went that are in none of the tables that are used."""
        others = self.read - self.blank - self.headers - sum(len(table.rows) for table in used)
        return RowCounts(read=self.read, blank=self.blank, header=self.headers, not_a_schedule=others)


def sheet_of(document: Document, options: ReadOptions) -> Sheet:
    """Read a file as tables, the headers that the user mapped being known."""
    return parse(document, frozenset(options.columns.values()))


def check_width(cells: Sequence[str], width: int, faults: Faults) -> None:
    """Report a row with something in it that belongs to no column."""
    if len(cells) > width and (extra := " ".join(cells[width:]).strip()):
        text = f"the row has {len(cells)} cells, the header {width}: {show(extra)} belongs to no column"
        faults.error("ragged-row", text, "If a cell holds the delimiter, put that cell in double quotes.")


def parse(document: Document, mapped: frozenset[str] = frozenset()) -> Sheet:
    """Read a file as tables, whatever it is. `mapped` are headers that the user named, to know the header row by.

    Every source looks at the same file: its tables are kept for as long as the document itself.
    """
    sheets = _SHEETS.setdefault(document, {})
    if mapped not in sheets:
        sheets[mapped] = _parsed(document, mapped)
    return sheets[mapped]


def _parsed(document: Document, mapped: frozenset[str]) -> Sheet:
    text, encoding, doubts = decode(document)
    known = Headers(mapped)
    read = read_rows(text, known.count)
    headers = _headers(read.rows, known, first=1 if read.announced else 0)
    broken = read.broken
    if any(len(_trimmed(read.rows[place][1])) > _MOST_COLUMNS for place in headers):
        headers, broken = [], f"there are more than {_MOST_COLUMNS:,} columns"
    tables, blank, named = _tables(read.rows, frozenset(headers), mapped)
    return Sheet(encoding, read.delimiter, tables, len(read.rows), blank, named, doubts, broken)


def _headers(rows: Sequence[Row], known: Headers, first: int) -> list[int]:
    """Return where the headers are: rows that name known columns, else the first one as wide as most rows are."""
    head = [cells for _, cells in rows[:_HEADER_WITHIN]]
    scores = [known.count(cells) for cells in head]
    best = max(scores, default=0)
    if best > 1:
        return sorted({scores.index(best), *_named(rows, known)})
    # A language that is not known yet: the user will be shown these names and asked to map them.
    widths = [len(_trimmed(cells)) for cells in head]
    usual = max(Counter(width for width in widths[first:] if width > 1).items(), key=lambda item: item[1], default=None)
    if usual is None:
        return []
    return [next(place for place, width in enumerate(widths) if place >= first and width >= usual[0])]


def _named(rows: Sequence[Row], known: Headers) -> Iterator[int]:
    """Yield the rows that are headers by what they name. A row of a table is taken for one only if most of it is."""
    begins = True
    for place, (_, cells) in enumerate(rows):
        if begins or (cells and known.knows(cells[0])):
            filled = sum(1 for cell in cells if cell.strip())
            named = known.count(cells)
            if named > 1 and (2 * named >= filled or (begins and named > 2)):
                yield place
            begins = not filled or _is_title(cells)
        else:
            begins = not any(cells[1:])


def _tables(rows: Sequence[Row], headers: Collection[int], mapped: Collection[str]) -> tuple[list[Table], int, int]:
    """Return the tables, how many rows are blank, and how many are a header, be it once more."""
    tables: list[Table] = []
    kept: list[Row] = []
    again: list[int] = []
    blank = named = 0
    since_blank: int | None = None
    header: tuple[str, ...] = ()
    for place, row in enumerate(rows):
        cells = row[1]
        if not any(map(str.strip, cells)):
            blank += 1
            since_blank = len(kept)
        elif header and _is_again(cells, header):
            named += 1
            again.append(row[0])
        elif place in headers:
            named += 1
            titles = _taken(kept, since_blank, cut=_lists_meetings(header, mapped)) if tables else kept
            tables.append(Table(titles, _trimmed(cells), len(cells), kept := [], again := []))
            header, since_blank = cells, None
        else:
            kept.append(row)
    return tables, blank, named


def _taken(rows: list[Row], since_blank: int | None, *, cut: bool) -> list[Row]:
    """Take the titles of the next table, right above it, out of the rows of the table before.

    `cut`: what stands below a row without a blank one between may be a meeting that was cut off.
    """
    begin, first = len(rows), since_blank or 0
    while begin > first and _is_title(rows[begin - 1][1]):
        begin -= 1
    if cut and begin != since_blank:
        return []
    titles, rows[begin:] = rows[begin:], []
    return titles


def _lists_meetings(header: Sequence[str], mapped: Collection[str]) -> bool:
    """Tell whether the rows below a header are meetings. Those of a webinar report, which has such titles, are not."""
    known = {normalise(name) for name in mapped}
    return not missing(locate(header, {})) or any(normalise(name) in known for name in header)


def _is_title(cells: Sequence[str]) -> bool:
    """Tell a row that names the table below it, or says when it was made."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) == 1 or (len(filled) == 2 and filled[0].rstrip().endswith(":"))


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _is_again(cells: Sequence[str], header: Sequence[str]) -> bool:
    # Files that were joined have the byte order mark of the second one in the middle.
    return cells == header or (cells[0][:1] == "\ufeff" and (cells[0].strip('\ufeff"'), *cells[1:]) == header)
