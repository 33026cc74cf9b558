"""Files that are no schedule and offer nothing to guess from: one of each kind and layout."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path

from tests.bad_input.sheet import Form, Row, Sheet

_DATA = Path(__file__).parents[1] / "data" / "refused"
# Lists of past meetings have bases of their own, and of text nothing can be spoilt.
_OTHER = ("active-hosts", "history", "_with_meeting", "unknown_empty", "unknown_text", "japanese_code_page")


@cache
def unfit() -> tuple[Sheet, ...]:
    """Return all files, whose first table can be spoilt cell by cell, and whatever is below it as rows."""
    paths = sorted(path for path in _DATA.glob("*.csv") if not any(word in path.stem for word in _OTHER))
    return tuple(map(_sheet, paths))


def _sheet(path: Path) -> Sheet:
    data = path.read_bytes()
    try:
        text, encoding = data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = data.decode("cp1252"), "cp1252"
    form = Form(encoding=encoding, delimiter=";" if text.count(";") > text.count(",") else ",")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter))
    first = next((place for place, cells in enumerate(rows) if sum(map(bool, cells)) > 2), 0)
    header, below = rows[first], rows[first + 1 :]
    told = [Row(cells, "row" if any(cells) else "") for cells in below]
    sheet = Sheet(path.stem, [""] * len(header), header, told, form, above=[Row(cells) for cells in rows[:first]])
    sheet.kind, sheet.has_blocks = "unfit", any(not row.key or len(row.cells) != len(header) for row in told)
    return sheet
