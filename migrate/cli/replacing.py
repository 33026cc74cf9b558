"""Files that a command is asked to write: they never take the place of something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from migrate.core.errors import InputError, RefusedError, UsageError
from migrate.core.plan import FORMAT

_PLAN = re.compile(rb'\s*\{\s*"format"\s*:\s*"' + re.escape(FORMAT.encode()) + b'"')


def check_outputs(inputs: Sequence[Path], plan: Path | None, schedule: Path | None) -> None:
    """Raise UsageError if an output is one of the inputs or the other output, RefusedError if `plan` is no plan now."""
    for output in filter(None, (plan, schedule)):
        if any(_same(output, path) for path in inputs):
            raise UsageError(f"{output}: is read, so it cannot be written too", hint="Choose another name.")
    if plan and schedule and _same(plan, schedule):
        raise UsageError(f"{plan}: cannot be plan and schedule at once", hint="Choose two names.")
    if plan and (there := _contents(plan)) and not _PLAN.match(there):
        raise RefusedError(f"{plan}: is there already and is no plan", hint="Choose another name, or move it away.")


def check_other(path: Path, data: bytes) -> None:
    """Raise RefusedError if the file is there and has something else in it."""
    if _contents(path) not in (b"", data):
        raise RefusedError(
            f"{path}: is there already, and differs from what would be written",
            hint="Choose another name, or replace it with --force.",
        )


def _same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _contents(path: Path) -> bytes:
    """Return what is in a file, nothing if there is none."""
    if not path.exists():
        return b""
    if not path.is_file():
        raise UsageError(f"{path}: is no file", hint="Choose another name.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", hint="Choose another name.") from error
