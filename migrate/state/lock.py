"""The lock of a site directory: one run at a time, and none that a dead run could leave behind."""

from __future__ import annotations

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from migrate.core.errors import LockedError
from migrate.shared.files import reported

_HOLDER_MAX = 500


class SiteLock:
    """Holds a site directory while the block runs.

    The kernel frees the lock when the process ends, however it ends. The file stays: were it removed, two runs could
    each hold a file of that name. `command` and `started` tell the next one who holds it.
    """

    def __init__(self, path: Path, command: str, started: datetime) -> None:
        self._path = path
        self._command = command
        self._started = started

    def __enter__(self) -> Self:
        """Take the lock or raise LockedError at once; TargetError or TryLaterError if the file cannot be written."""
        with reported(self._path):
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                self._take()
            except BaseException:
                os.close(self._descriptor)
                raise
        return self

    def __exit__(self, *exception: object) -> None:
        os.close(self._descriptor)

    def _take(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._held() from None
        holder = {"pid": os.getpid(), "started": self._started.astimezone(UTC).isoformat(), "command": self._command}
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(holder).encode(), 0)

    def _held(self) -> LockedError:
        try:
            holder = json.loads(os.pread(self._descriptor, _HOLDER_MAX, 0))
            since = datetime.fromisoformat(holder["started"])
            who = f"another run ({holder['command']}, process {holder['pid']:d}, since {since:%Y-%m-%d %H:%M:%S} UTC)"
        except (KeyError, TypeError, ValueError):
            # Taken just now, or by something else.
            who = "another run"
        return LockedError(
            f"{self._path.parent}: {who} is at work here",
            hint="Wait until it has ended and run the same command again. "
            "If it hangs, end its process: nothing is lost.",
        )
