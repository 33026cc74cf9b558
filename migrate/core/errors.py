"""Errors: the run stops. Each knows its exit code (docs/reference/exit-codes.md) and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """The exit codes, a contract. 1 (a bug) is never raised on purpose."""

    OK = 0
    BUG = 1
    USAGE = 2
    CONFIGURATION = 3
    INPUT = 4
    TARGET = 5
    PARTIAL = 6
    CHECK_FAILED = 7
    REFUSED = 8
    LOCKED = 9
    CHANGES_PENDING = 10
    TRY_LATER = 75
    INTERRUPTED = 130


class MigrateError(Exception):
    """The root. `message` says what and where, `hint` what to do next, `details` are further lines, all of them."""

    exit_code = Exit.BUG

    def __init__(self, message: str, *, hint: str = "", details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = tuple(details)

    def to_json(self) -> dict[str, Any]:
        """Return it for --json."""
        kind = Exit(self.exit_code).name.lower()
        return {"kind": kind, "message": self.message, "hint": self.hint, "details": list(self.details)}


def summed_up(words: Sequence[str], hints: Iterable[str], exit_code: Exit) -> MigrateError | None:
    """Return what several things come to, the first of them first; None if there is nothing."""
    if not words:
        return None
    error = MigrateError(words[0], hint=" ".join(dict.fromkeys(hints)), details=words[1:])
    error.exit_code = exit_code
    return error


class UsageError(MigrateError):
    """The command line asks for something that cannot be."""

    exit_code = Exit.USAGE


class ConfigurationError(MigrateError):
    """migrate.toml, secrets.toml or hosts.csv is missing or invalid. `details` lists every fault."""

    exit_code = Exit.CONFIGURATION


class InputError(MigrateError):
    """An input file cannot be read, or is not what can be planned from."""

    exit_code = Exit.INPUT


class TargetError(MigrateError):
    """What is written to (a server, a directory) cannot be reached or refuses us."""

    exit_code = Exit.TARGET


class RefusedError(MigrateError):
    """A safety rule says no: a stale plan, too many changes, errors without --partial."""

    exit_code = Exit.REFUSED


class LockedError(MigrateError):
    """Another run holds the site directory."""

    exit_code = Exit.LOCKED


class TryLaterError(MigrateError):
    """Nothing is wrong with the request; the same command may work later (a full disk, a busy server)."""

    exit_code = Exit.TRY_LATER
