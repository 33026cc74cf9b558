"""In which line of a TOML file a setting stands: the reader of the standard library does not tell."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Path = tuple[str | int, ...]

# How many lists inside of each other a value can go on in for more than one line.
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class _Statement:
    """A header of a table, or a setting: the lines it takes, and where what it says belongs."""

    line: int
    lines: tuple[str, ...]
    table: Path
    content: Mapping[str, Any]

    def reaches(self, path: Path) -> bool:
        return path[: len(self.table)] == self.table and _holds(self.content, path[len(self.table) :])

    def line_of(self, path: Path) -> int:
        """Return the line where what is at `path` begins: the first that has it, once its lists are closed."""
        inside = path[len(self.table) :]
        for count in range(1, len(self.lines)):
            for closing in range(_DEEPEST + 1):
                found = _read("".join(self.lines[:count]) + "]" * closing)
                if found is not None and _holds(found, inside):
                    return self.line + count - 1
        in_a_list = any(isinstance(step, int) for step in inside)
        return self.line + (len(self.lines) - 1 if in_a_list else 0)


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """Return the 1-based line where the value at `path` stands, or that of the nearest table above it."""
    statements = _statements(text)
    for depth in range(len(path), 0, -1):
        above = tuple(path[:depth])
        found = next((one for one in statements if one.table[:depth] == above or one.reaches(above)), None)
        if found:
            return found.line if found.table[:depth] == above else found.line_of(above)
    return None


@lru_cache(maxsize=2)
def _statements(text: str) -> tuple[_Statement, ...]:
    return tuple(_each_statement(text))


def _each_statement(text: str) -> Iterator[_Statement]:
    """Yield what can be read alone: that is what a statement is, and a part of one cannot."""
    table: Path = ()
    lists: dict[Path, int] = {}
    taken: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not taken and line.strip()[:1] in ("", "#"):
            continue
        taken.append(line + "\n")
        content = _read("".join(taken))
        if content is None:
            continue
        first = number - len(taken) + 1
        if taken[0].lstrip().startswith("["):
            table = _header(content, lists)
            content = {}
        yield _Statement(first, tuple(taken), table, content)
        taken = []


def _header(content: Any, lists: dict[Path, int]) -> Path:
    """Return the path of a table by its header alone; `lists` holds the place of the last one of each [[…]]."""
    path: Path = ()
    while content:
        ((name, content),) = content.items()
        path = (*path, name)
        if content == [{}]:
            lists[path] = lists.get(path, -1) + 1
            content = {}
        if path in lists:
            path = (*path, lists[path])
    return path


def _read(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
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
