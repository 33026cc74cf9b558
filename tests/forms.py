"""The ways in which programs write the same rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

Rows = Sequence[Sequence[str]]

MARK = "\ufeff"


def written(rows: Rows, delimiter: str = ",", newline: str = "\r\n", *, all_quoted: bool = False) -> str:
    """Return the text of the rows, cells in quotes where they have to be."""

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if all_quoted or re.search(r'[,;\t\r\n"]', text) else text

    return "".join(delimiter.join(map(cell, row)) + newline for row in rows)


def padded(rows: Rows, beyond: int = 0) -> Rows:
    width = max(map(len, rows)) + beyond
    return [[*row, *[""] * (width - len(row))] for row in rows]


def header(rows: Rows) -> int:
    """Return where the header is: below the blank row, or first."""
    return next((place + 1 for place, row in enumerate(rows) if not row), 0)


def with_repeated_header(rows: Rows, mark: str = "") -> Rows:
    named, *others = rows[header(rows)]
    return [*rows[:-2], [mark + named, *others], *rows[-2:]]


def with_rows_between(rows: Rows, between: Sequence[str]) -> Rows:
    first = header(rows)
    return [*rows[:first], *(each for row in rows[first:] for each in (row, between))]


def with_two_more_columns(rows: Rows) -> Rows:
    return [[*row, "", ""] for row in rows]


def everything(rows: Rows) -> str:
    mended = with_rows_between(with_repeated_header(rows, MARK), [""] * 9)
    return MARK + written(padded(mended, 3), "\t", "\n", all_quoted=True).replace("e", "e\0")


FORMS: dict[str, Callable[[Rows], bytes]] = {
    "UTF-8 with a mark": lambda rows: (MARK + written(rows)).encode(),
    "UTF-16 LE with a mark": lambda rows: (MARK + written(rows)).encode("utf-16-le"),
    "UTF-16 BE with a mark": lambda rows: (MARK + written(rows)).encode("utf-16-be"),
    "UTF-16 LE": lambda rows: written(rows).encode("utf-16-le"),
    "UTF-16 BE": lambda rows: written(rows).encode("utf-16-be"),
    "a code page, with semicolons": lambda rows: written(rows, ";").encode("cp1252"),
    "tabs": lambda rows: written(rows, "\t").encode(),
    "UTF-16 LE with tabs": lambda rows: (MARK + written(rows, "\t")).encode("utf-16-le"),
    "padded": lambda rows: written(padded(rows)).encode(),
    "padded, with semicolons": lambda rows: written(padded(rows), ";").encode(),
    "rows of bare delimiters": lambda rows: written(with_rows_between(rows, [""] * 6)).encode(),
    "blank lines": lambda rows: written(with_rows_between(rows, [])).encode(),
    "NULs": lambda rows: written(rows).replace("e", "e\0").replace("0", "\x000").encode(),
    "spaces after delimiters": lambda rows: written(rows, ",  ").encode(),
    "LF": lambda rows: written(rows, newline="\n").encode(),
    "CR": lambda rows: written(rows, newline="\r").encode(),
    "no last line end": lambda rows: written(rows).rstrip().encode(),
    "all in quotes": lambda rows: written(rows, all_quoted=True).encode(),
    "all in quotes, with semicolons": lambda rows: written(rows, ";", all_quoted=True).encode(),
    "more columns": lambda rows: written(with_two_more_columns(rows)).encode(),
}
"""The rows as they are, and blank ones between them."""

JOINED: dict[str, Callable[[Rows], bytes]] = {
    "the header twice": lambda rows: written(with_repeated_header(rows)).encode(),
    "the header twice, with a mark": lambda rows: (MARK + written(with_repeated_header(rows, MARK))).encode(),
    "everything at once": lambda rows: everything(rows).encode("utf-16-le"),
}
"""The rows of one table, with its header once more before the last two."""


def renumbered(text: str, path: str) -> str:
    """Return the text with the lines of a file that it names as the first, the second and so on of them."""
    named = re.compile(rf'(?<={re.escape(path)}:)\d+|(?<=\bline )\d+|(?<="line": )\d+')
    order = {line: str(place) for place, line in enumerate(sorted({int(line) for line in named.findall(text)}))}
    return named.sub(lambda match: order[int(match[0])], text)
