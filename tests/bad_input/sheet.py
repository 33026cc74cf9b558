"""A file of rows while it is being spoiled: cells that know which meeting they tell of, and how they are written."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal


class UnsuitedError(Exception):
    """A mutation finds nothing in a file that it could spoil."""


WRAPPINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "zip": lambda data: b"PK\x03\x04" + zlib.compress(data),
    "base64": base64.encodebytes,
    "hexadecimal": lambda data: data.hex().encode(),
    "html": lambda data: b"<html><table><tr>\n" + re.sub(rb"[,;\t\r\n]+", b"\n<td>", data) + b"</table></html>",
    "json": lambda data: json.dumps(re.split(r"[,;\t\r\n]+", data.decode("latin-1")), indent=1).encode(),
    "reversed": lambda data: data[::-1],
    "empty": lambda _: b"",
}
"""What files are that are not what their name says."""

_BREAK = re.compile(r"\r\n?|\n")


@dataclass(eq=False)
class Row:
    """`key` is that of the meeting in the unspoiled plan, empty if there is none. HEADER rows repeat the header.

    `start` is the instant that the row tells, None if it tells none or nobody can say which. `twin` is the key that the
    row would have without its number, empty if nothing else has it.
    """

    cells: list[str]
    key: str = ""
    is_header: bool = False
    start: float | None = None
    twin: str = ""

    def again(self) -> Row:
        return Row([*self.cells], self.key, self.is_header, self.start, self.twin)


@dataclass
class Form:
    """How rows become bytes.

    `newlines` take turns. `separator` is a first line such as `sep=;`. `nuls` are places, as shares of the text.
    `cut` is the share of the last row that is left, `wrapping` whatever else happens to the bytes of the whole file.
    """

    mark: bytes = b""
    encoding: str = "utf-8"
    delimiter: str = ","
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL
    newlines: tuple[str, ...] = ("\r\n",)
    separator: str = ""
    tail: str = ""
    ends_with_newline: bool = True
    nuls: tuple[float, ...] = ()
    cut: float | None = None
    wrapping: str = ""


@dataclass
class Sheet:
    """A file. `fields` say what the columns mean, empty where a column means nothing to us.

    `pattern` is that of its starts, empty where date and time have a cell each. `proofs` tells that so many dates prove
    the order of day and month that a few spoilt ones settle nothing. `kind` is what is held to be true of the file.
    `has_blocks`: each header row has a table of people somewhere below it. `beside` are files that are read with it.
    """

    name: str
    fields: list[str]
    header: list[str]
    rows: list[Row]
    form: Form = field(default_factory=Form)
    above: list[Row] = field(default_factory=list)
    pattern: str = ""
    proofs: bool = False
    kind: str = "schedule"
    has_blocks: bool = False
    beside: tuple[bytes, ...] = ()

    def copy(self) -> Sheet:
        rows, above = ([row.again() for row in several] for several in (self.rows, self.above))
        fields, header, form = [*self.fields], [*self.header], replace(self.form)
        return replace(self, fields=fields, header=header, form=form, rows=rows, above=above)

    @property
    def is_schedule(self) -> bool:
        return self.name == "schedule"

    def column(self, name: str) -> int:
        if name not in self.fields:
            raise UnsuitedError(name)
        return self.fields.index(name)

    def cell(self, row: Row, name: str) -> str:
        """Return the cell of a field, empty if the column or the cell is not there."""
        place = self.fields.index(name) if name in self.fields else len(row.cells)
        return row.cells[place] if place < len(row.cells) else ""

    def told(self) -> list[Row]:
        """Return the rows that are as wide as the header and tell of a meeting."""
        return [row for row in self.rows if row.key and len(row.cells) >= len(self.header)]

    def any_row(self, rng: Random, filled: str = "") -> Row:
        """Return one of the rows that tell of a meeting, in which the cell of a field is `filled`."""
        return self.some_rows(rng, 1, filled)[0]

    def some_rows(self, rng: Random, number: int, filled: str = "") -> list[Row]:
        rows = [row for row in self.told() if not filled or self.cell(row, filled)]
        if len(rows) < number:
            raise UnsuitedError(filled)
        return rng.sample(rows, number)

    def pad(self) -> None:
        """Give every row a cell for every column, so that columns can be moved."""
        for row in (*self.rows, *self.above):
            row.cells += [""] * (len(self.header) - len(row.cells))

    def records(self) -> Iterator[Row]:
        """Yield all that is written, from the first line on."""
        yield from self.above
        yield Row([], is_header=True)
        yield from self.rows

    def count(self) -> int:
        """Return how many rows are written, blank ones and those that are no part of the table included."""
        return bool(self.form.separator) + len([*self.records(), *self.form.tail.replace("\0", "").splitlines()])

    def count_blank(self) -> int:
        """Return how many of the rows have nothing in any cell."""
        written = [self.header if row.is_header else row.cells for row in self.records()]
        rows = [*written, *([line] for line in self.form.tail.replace("\0", "").splitlines())]
        return sum(not any(cell.replace("\0", "").strip() for cell in cells) for cells in rows)

    def lines(self) -> dict[int, Row]:
        """Return the rows by the line that each begins in."""
        line = 2 if self.form.separator else 1
        found = {}
        for row, text in self._texts():
            found[line] = row
            # Zero bytes are no text, and may stand within a line break.
            line += len(_BREAK.findall(text.replace("\0", "")))
        return found

    def data(self) -> bytes:
        form = self.form
        texts = [text for _, text in self._texts()]
        if not form.ends_with_newline and texts:
            texts[-1] = _BREAK.sub("", texts[-1]) if texts[-1].strip() else texts[-1]
        if form.separator:
            texts.insert(0, f"sep={form.separator}{form.newlines[0]}")
        *whole, last = texts
        begun = last.encode(form.encoding, self._errors)
        if form.cut is not None:
            begun = begun[: int(len(begun) * form.cut)]
        text = _with_nuls("".join(whole), form.nuls)
        data = form.mark + text.encode(form.encoding, self._errors) + begun + form.tail.encode(form.encoding)
        return WRAPPINGS[form.wrapping](data) if form.wrapping else data

    @property
    def _errors(self) -> str:
        # Bytes that are no text stand in cells as halves of surrogate pairs.
        return "surrogatepass" if self.form.encoding.startswith("utf-16") else "surrogateescape"

    def _texts(self) -> Iterator[tuple[Row, str]]:
        for number, row in enumerate(self.records()):
            cells = self.header if row.is_header else row.cells
            yield row, self._line(cells) + self.form.newlines[number % len(self.form.newlines)]

    def _line(self, cells: Iterable[str]) -> str:
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=self.form.delimiter, quoting=self.form.quoting).writerow(cells)
        return stream.getvalue().removesuffix("\r\n")


def _with_nuls(text: str, places: Iterable[float]) -> str:
    for place in places:
        at = int(len(text) * place)
        text = f"{text[:at]}\0{text[at:]}"
    return text
