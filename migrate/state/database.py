"""SQLite as this product uses it: how a file is opened, what a transaction is, and what its errors mean to people."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from migrate.core.errors import ConfigurationError, MigrateError, TargetError, TryLaterError
from migrate.shared import files

WAIT_SECONDS = 1.0

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_REFUSED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR}


def connect_for_writing(path: Path) -> sqlite3.Connection:
    """Open a file, and make it if it is not there. Nothing in it changes yet."""
    _create(path)
    return _connect(path, "mode=rw")


def connect_for_reading(path: Path) -> sqlite3.Connection:
    """Open a file without ever changing what it says; a file that is not there is like an empty one."""
    if not path.exists():
        return sqlite3.connect(":memory:", isolation_level=None)
    connection = _connect(path, "mode=rw")
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_schema")
    except sqlite3.Error as error:
        connection.close()
        if _code(error) not in _REFUSED or path.with_name(f"{path.name}-wal").exists():
            raise
        # SQLite wants to put a -shm file beside every file in WAL mode, and may not in a write-protected directory.
        # Without a -wal file nobody is writing, so the file itself is all there is.
        return _connect(path, "mode=ro&immutable=1")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection, mode: str = "IMMEDIATE") -> Iterator[None]:
    """Do all of the block or nothing; durable when it ends."""
    connection.execute(f"BEGIN {mode}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # Some errors, a full disk among them, have rolled back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn an error of SQLite or of the file system into one that a person can act on, naming `path`."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        # Python's module used in a wrong way: a bug, and to be seen as one.
        raise
    except sqlite3.Error as error:
        raise explain(path, error) from error
    except OSError as error:
        raise files.explain(path, error) from error
    except UnicodeDecodeError as error:
        # SQLite quotes what it cannot parse.
        raise damaged(path) from error


@contextmanager
def intact(path: Path) -> Iterator[None]:
    """Call the file damaged if what it holds cannot be read back."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(path) from error


def explain(path: Path, error: sqlite3.Error) -> MigrateError:
    """Return the product's error for one of SQLite."""
    code, extended = _code(error), getattr(error, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_FULL or extended == sqlite3.SQLITE_IOERR_SHMSIZE:
        return files.explain(path, OSError(errno.ENOSPC, str(error)))
    if code in _BUSY:
        return TryLaterError(
            f"{path}: another program is using it",
            hint="Close whatever has it open (a backup, an sqlite3 shell) and run the same command again.",
        )
    if code in _REFUSED:
        return TargetError(
            f"{path}: cannot be written ({error})",
            hint="Check that the file system is sound and writable, and that you own the site directory.",
        )
    # What is left can only come of a file that is not as this product wrote it: its statements are always the same.
    return damaged(path)


def damaged(path: Path, reason: str = "not all of it can be read") -> ConfigurationError:
    """Return the error for a file that is not, or no longer, a journal."""
    return ConfigurationError(
        f"{path}: is damaged; {reason}",
        hint="Put back a copy from a backup. Without one, move it away and plan again: events and rooms are found by "
        "their names, but runs made before can no longer be undone.",
    )


def _code(error: sqlite3.Error) -> int:
    # The lower byte; the rest tells variants apart. Python's own errors have none.
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


def _connect(path: Path, query: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{query}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=WAIT_SECONDS)


def _create(path: Path) -> None:
    # Only if it is missing: to close a file of an open database would drop the locks this process has on it.
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    # SQLite gives the files beside it the same mode.
    os.fchmod(descriptor, 0o600)
    os.close(descriptor)
