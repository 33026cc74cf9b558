"""Cells that no spreadsheet takes for a formula."""

from __future__ import annotations

# The last four are the wide forms, which East Asian spreadsheets take for the narrow ones.
_STARTS = tuple("=+-@\t\r'\uff1d\uff0b\uff0d\uff20")


def guard(cell: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(_STARTS) else cell


def unguard(cell: str) -> str:
    """Return the text of a guarded cell."""
    return cell.removeprefix("'")
