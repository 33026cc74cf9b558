"""The locks by which those who install packages keep each other out."""

from __future__ import annotations

import fcntl
import struct
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ansible.module_utils.jitsi_migrate_refused import Refused

LOCKS = ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock")
_FLOCK = "hhqqi4x"  # type, whence, start, length, process: struct flock of fcntl(2) with 64 bits


def wait_for_locks(seconds: int, paths: Sequence[str] = LOCKS) -> None:
    """Wait until nobody else installs anything."""
    deadline = time.monotonic() + seconds
    while held := next(holders(paths), None):
        if time.monotonic() >= deadline:
            path, name, process = held
            raise Refused(
                f"{path}: held by {name} (process {process}) for {seconds} seconds. Run it again when that has ended"
            )
        time.sleep(min(1, max(deadline - time.monotonic(), 0.05)))


def holders(paths: Sequence[str] = LOCKS) -> Iterator[tuple[str, str, int]]:
    """Yield the locks that are held, and by whom. Neither they nor their times change."""
    for path in paths:
        process = _holder(path)
        if process:
            yield path, _name(process), process


def _holder(path: str) -> int:
    try:
        with Path(path).open("rb") as stream:
            asked = struct.pack(_FLOCK, fcntl.F_WRLCK, 0, 0, 0, 0)
            kind, *_, process = struct.unpack(_FLOCK, fcntl.fcntl(stream, fcntl.F_GETLK, asked))
    except (FileNotFoundError, PermissionError):
        return 0
    return 0 if kind == fcntl.F_UNLCK else int(process)


def _name(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text("utf-8").strip()
    except OSError:
        return "a program"
