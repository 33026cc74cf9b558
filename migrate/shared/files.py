"""Files that are whole or not there: every file this product writes goes through here."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from migrate.core.errors import MigrateError, TargetError, TryLaterError

_FULL = {errno.ENOSPC, errno.EDQUOT}


class Files:
    """Writes files atomically and durably.

    A class, and not functions, so that a test can stand between any two of its system calls.
    """

    def write(self, path: Path, data: bytes, mode: int = 0o600, *, durable: bool = True) -> None:
        """Replace `path` by `data`, all or nothing, durable when it returns unless it can be made again.

        Raises TryLaterError if the disk is full, TargetError if the file may not be written; nothing has changed then.
        """
        temporary = path.with_name(f".{path.name}.new")
        with reported(path):
            try:
                self._fill(temporary, data, mode, durable=durable)
                self._replace(temporary, path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            if durable:
                self._sync_directory(path.parent)

    def remove(self, path: Path) -> None:
        """Remove a file for good; no error if it is gone."""
        with reported(path):
            if path.exists():
                path.unlink(missing_ok=True)
                self._sync_directory(path.parent)

    def make_directory(self, path: Path) -> None:
        """Make a directory that only its owner can enter, and those above it. What exists is left as it is."""
        above = [directory for directory in path.parents if not directory.exists()]
        with reported(path):
            for directory in (*reversed(above), path):
                directory.mkdir(mode=0o700, exist_ok=True)

    def _fill(self, path: Path, data: bytes, mode: int, *, durable: bool) -> None:
        # A left-over of a killed run may have any mode: start from nothing, so that a secret is never readable.
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with open(descriptor, "wb") as stream:
            os.fchmod(descriptor, mode)
            stream.write(data)
            stream.flush()
            if durable:
                os.fsync(descriptor)

    def _replace(self, source: Path, target: Path) -> None:
        os.replace(source, target)

    def _sync_directory(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn an OSError into the error a person can act on, naming `path`."""
    try:
        yield
    except OSError as error:
        raise explain(path, error) from error


def explain(path: Path, error: OSError) -> MigrateError:
    """Return the product's error for a failed file operation."""
    if error.errno in _FULL:
        return TryLaterError(
            f"{path}: the disk is full; the file is as it was",
            hint="Free some space and run the same command again; it goes on where it stopped.",
        )
    return TargetError(
        f"{path}: cannot be written ({error.strerror})",
        hint="Check that the file system is writable and that you own the site directory.",
    )
