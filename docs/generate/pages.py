"""The pages, and the two things in them that are written by a program: tables and terminal sessions."""

from __future__ import annotations

import re
from pathlib import Path

from docs.generate.sessions import rerun
from docs.generate.tables import TABLES

ROOT = Path(__file__).parents[2]

_TABLE = re.compile(r"^<!-- table: ([a-z-]+) -->\n.*?^<!-- end -->$", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """List the README and all pages but the decision records, which are history."""
    found = sorted((ROOT / "docs").rglob("*.md"))
    return [ROOT / "README.md", *(path for path in found if path.parent.name != "decisions")]


def renewed(text: str) -> str:
    """Return a page with its tables written and its sessions run again."""
    return rerun(retabled(text))


def retabled(text: str) -> str:
    """Return a page with its tables written again."""
    return _TABLE.sub(lambda match: f"<!-- table: {match[1]} -->\n\n{TABLES[match[1]]()}\n\n<!-- end -->", text)
