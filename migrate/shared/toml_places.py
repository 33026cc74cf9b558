"""In which line of a TOML file a setting stands: the reader of the standard library does not tell."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """Return the 1-based line where the value at `path` begins, or that of the nearest table above it.

    Found by reading ever more of the file until the value is there; so it is for telling faults, not for speed.
    """
    lines = text.splitlines(keepends=True)
    for depth in range(len(path), 0, -1):
        begins = 0
        for count in range(1, len(lines) + 1):
            try:
                found = tomllib.loads("".join(lines[:count]))
            except tomllib.TOMLDecodeError:
                continue  # in the middle of a value of several lines
            if _holds(found, path[:depth]):
                return _statement(lines, begins, count)
            begins = count
    return None


def _holds(found: Any, path: Sequence[str | int]) -> bool:
    for step in path:
        if isinstance(found, Mapping):
            if step not in found:
                return False
        elif not (isinstance(found, list) and isinstance(step, int) and step < len(found)):
            return False
        found = found[step]
    return True


def _statement(lines: Sequence[str], begins: int, ends: int) -> int:
    """Skip the blank lines and comments before a statement that ends in line `ends`."""
    return next((number + 1 for number in range(begins, ends) if lines[number].strip()[:1] not in ("", "#")), ends)
