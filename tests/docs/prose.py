"""Pages as tests read them: their tables, and the commands in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from migrate.shared.schedule_format import MARKER

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"

_CODE = re.compile(r"`([^`]+)`")
_INLINE = re.compile(r"(?:`|^ {4})(jitsi-migrate [^`\n]*)", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def rows(page: Path, heading: str = "") -> list[list[str]]:
    """Return the cells of the tables right below a heading, without their head; of the whole page if none is given."""
    return [row for title, row in _tables(page) if not heading or title == heading]


def codes(page: Path, heading: str = "") -> list[str]:
    """Return the first code in each row of a table."""
    return [code(row[0]) for row in rows(page, heading)]


def code(cell: str) -> str:
    """Return the first code in a text, empty if there is none."""
    found = _CODE.search(cell)
    return found[1] if found else ""


def fields(page: Path, *documents: str) -> dict[str, str]:
    """Return path -> type of the fields that a page documents.

    A heading names a document, or a path in it, or both: "apply", "`error`", "apply: `items[]`". Without `documents`,
    those count that have a path only, or whose heading begins with "The".
    """
    found = {}
    for title, row in _tables(page):
        document = title.partition("`")[0].strip(" :")
        wanted = document in documents if documents else not document or document.startswith("The ")
        if wanted and len(row) == 3:
            found[".".join(filter(None, (code(title), code(row[0]))))] = row[1]
    return found


def _tables(page: Path) -> Iterator[tuple[str, list[str]]]:
    title, ruled = "", False
    for line in _FENCE.sub("", page.read_text("utf-8")).splitlines():
        if line.startswith("#"):
            title = line.lstrip("#").strip()
        if line.startswith("| ---"):
            ruled = True
        elif not line.startswith("|"):
            ruled = False
        elif ruled:
            yield title, [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def command_lines() -> list[tuple[str, ...]]:
    """Return every command line of ours that stands in a page, outside of the sessions, which run anyway."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    found = [shlex.split(line) for page in pages for line in _INLINE.findall(_FENCE.sub("", page.read_text("utf-8")))]
    return sorted({tuple(line) for line in found if " ".join(line) != MARKER and "COMMAND" not in line})
