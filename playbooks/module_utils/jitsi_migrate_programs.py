"""Running the system's programs, and the locks by which those of apt and dpkg keep each other out."""

from __future__ import annotations

import fcntl
import struct
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from ansible.module_utils.jitsi_migrate_plan import Refused

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
    # Else it restarts services by itself, and shows news to nobody.
    "NEEDRESTART_MODE": "l",
    "APT_LISTCHANGES_FRONTEND": "none",
}
LOCKS = ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock")
_FLOCK = "hhqqi4x"  # type, whence, start, length, process: struct flock of fcntl(2) with 64 bits


def tried(*command: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program that may fail."""
    return subprocess.run(  # noqa: S603 - words of this module, without a shell
        command, input=text, capture_output=True, text=True, errors="replace", check=False, env=ENVIRONMENT
    )


def output(*command: str, text: str = "") -> str:
    """Return what a program prints that must not fail."""
    done = tried(*command, text=text)
    if done.returncode:
        raise Refused(f"{' '.join(command[:2])} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def wait_for_locks(seconds: int, paths: Sequence[str] = LOCKS) -> None:
    """Wait until nobody else installs anything."""
    deadline = time.monotonic() + seconds
    while True:
        found = [(path, holder(path)) for path in paths]
        held = [(path, process) for path, process in found if process]
        if not held:
            return
        if time.monotonic() >= deadline:
            path, process = held[0]
            raise Refused(
                f"{path}: held by {_name(process)} (process {process}) for {seconds} seconds. "
                "Run it again when that has ended"
            )
        time.sleep(min(1, max(deadline - time.monotonic(), 0.05)))


def holder(path: str) -> int:
    """Return the process that holds a lock, 0 if there is none."""
    try:
        with Path(path).open("rb") as stream:
            asked = struct.pack(_FLOCK, fcntl.F_WRLCK, 0, 0, 0, 0)
            kind, *_, process = struct.unpack(_FLOCK, fcntl.fcntl(stream, fcntl.F_GETLK, asked))
    except FileNotFoundError:
        return 0
    return 0 if kind == fcntl.F_UNLCK else int(process)


def _name(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text("utf-8").strip()
    except OSError:
        return "a program"
