"""What is wrong with the rows of a file, collected row by row."""

from __future__ import annotations

import re

from migrate.core.problem import Problem, Severity

_SHOWN = 60
_SECRET = re.compile(r"\b(pwd|zak|tk|icsToken)=[^&\s]*", re.IGNORECASE)


class Faults:
    """The problems of one file.

    Every fault of a row is reported, not the first. `column` is the column in hand, for formats where a message must
    name it; `faulty` are those columns of the row in hand that have an error.
    """

    def __init__(self, path: str) -> None:
        self.problems: list[Problem] = []
        self.faulty: set[str] = set()
        self.line = 0
        self.column = ""
        self.path = path

    def next_row(self, line: int) -> None:
        """Take the row that begins in `line` in hand."""
        self.line, self.column = line, ""
        self.faulty.clear()

    @property
    def sound(self) -> bool:
        """Tell whether the row in hand is without errors so far."""
        return not self.faulty

    def error(self, code: str, message: str, hint: str = "") -> None:
        """Report what keeps the row out."""
        self.faulty.add(self.column)
        self._add(code, Severity.ERROR, message, hint)

    def warn(self, code: str, message: str, hint: str = "") -> None:
        """Report what is doubtful about the row."""
        self._add(code, Severity.WARNING, message, hint)

    def note(self, code: str, message: str, hint: str = "") -> None:
        """Report what a person may like to know."""
        self._add(code, Severity.INFO, message, hint)

    def _add(self, code: str, severity: Severity, message: str, hint: str) -> None:
        where = f"{self.column}: " if self.column else ""
        self.problems.append(Problem(code, severity, where + message, self.path, self.line, hint))


def show(cell: str) -> str:
    """Return a cell for a message: on one line, nothing in it steers a terminal, no secret of a link, cut if long."""
    shown = repr(_SECRET.sub(r"\1=…", cell[:_SHOWN]))
    return shown if len(cell) <= _SHOWN and len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
