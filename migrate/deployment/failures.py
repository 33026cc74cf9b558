"""What the failures of tasks mean: a table (migrate/data/failures.toml) turns them into words and exit codes."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from migrate.core.errors import Exit
from migrate.core.playbook import Failure, HostResult
from migrate.shared.resources import data_text

_TABLE = "failures.toml"
# What a module may say at length is in the log.
_LONGEST = 400


def explain(result: HostResult) -> Failure:
    """Return what a failed task means."""
    text = f"{result.message}\n{result.output}"
    return next(told for kind in _kinds() if (told := kind.told(result, text)))


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of failure, and by what it is known."""

    code: str
    exit_code: Exit
    matches: re.Pattern[str]
    module: re.Pattern[str]
    state: str = ""
    message: str = ""
    hint: str = ""

    @classmethod
    def of(cls, entry: Mapping[str, str]) -> _Kind:
        """Return an entry of the table."""
        words = {name: entry.get(name, "") for name in ("state", "message", "hint")}
        matches, module = (re.compile(entry.get(name, fits)) for name, fits in (("matches", ""), ("module", ".*")))
        return cls(entry["code"], Exit[entry["exit"].upper()], matches, module, **words)

    def told(self, result: HostResult, text: str) -> Failure | None:
        """Return this failure in words, None if it is another."""
        found = self.matches.search(text)
        if not found or not self.module.fullmatch(result.module) or self.state not in ("", result.state):
            return None
        words = defaultdict(lambda: "…", host=result.host, **_words(found))
        message = self.message.format_map(words) if self.message else _own(result)
        return Failure(self.code, message, self.hint.format_map(words), self.exit_code)


def _words(found: re.Match[str]) -> dict[str, str]:
    """Return the groups that were found; a number at the end of a name tells alternatives apart."""
    groups = ((name.rstrip("0123456789"), value) for name, value in found.groupdict().items())
    return {name: value for name, value in groups if value}


def _own(result: HostResult) -> str:
    """Return the words of the module itself, those of its program if it has none."""
    generic = not result.message or result.message == "non-zero return code"
    words = (result.output.strip().rpartition("\n")[2] if generic else "") or result.message or "no reason is given"
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


@cache
def _kinds() -> tuple[_Kind, ...]:
    return tuple(map(_Kind.of, tomllib.loads(data_text(_TABLE))["failure"]))
