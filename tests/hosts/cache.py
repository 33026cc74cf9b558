"""What tests fetch from outside: made once a month, and kept outside the repository."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SUITES = ("bookworm", "bookworm-updates", "bookworm-security")
_DEBIAN = ("Created-By: Packages", "Origin: Debian", "Component: main")


def kept(name: str, recipe: tuple[str, ...], make: Callable[[Path], None]) -> Path:
    """Return the directory that follows the recipe, which nobody may write to. Unless it is there, it is made."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jitsi-migrate-tests"
    cache.mkdir(parents=True, exist_ok=True)
    # A month brings enough of what Debian mends.
    told = "\0".join((*recipe, *SUITES, f"{datetime.now(UTC):%Y-%m}"))
    path = cache / f"{name}-{sha256(told.encode()).hexdigest()[:16]}"
    with _alone(cache / f"{name}.lock"):
        if not path.exists():
            unfinished = path.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.rename(path)
    return path


def sources() -> list[str]:
    """Return where this machine's apt takes Debian 12 from, its first suite first."""
    listed = output("apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", *_DEBIAN)
    found = dict(line.split() for line in reversed(listed.splitlines()) if line.startswith(SUITES))
    if SUITES[0] not in found:
        raise OSError("apt knows no repository of Debian 12: apt-get update")
    return [f"deb [signed-by={KEYRING}] {found[suite]} {suite} main" for suite in SUITES if suite in found]


def output(*command: str) -> str:
    """Return what a program of this machine prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
