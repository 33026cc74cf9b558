"""Problem: the data is wrong, the run goes on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem matters: an error keeps something out of the plan."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the data: what, where, and what to do about it.

    `code` is stable (docs/reference/problems.md lists all), `path` the file as it is called in the plan, `line` its
    1-based line. Messages never hold a secret.
    """

    code: str
    severity: Severity
    message: str
    path: str = ""
    line: int | None = None
    hint: str = ""
