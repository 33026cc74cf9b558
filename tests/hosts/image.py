"""The disk of a fresh Debian 12 server, made once and kept outside the repository."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from tests.hosts.enclosure import enclosure

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SUITES = ("bookworm", "bookworm-updates", "bookworm-security")
PACKAGES = (
    "ca-certificates", "dbus", "iproute2", "libpam-systemd", "openssh-server", "procps", "python3", "python3-apt",
    "sudo", "systemd", "systemd-sysv",
)  # fmt: skip
RECIPE = (
    "--mode=root",
    "--variant=minbase",
    "--format=directory",
    f"--include={','.join(PACKAGES)}",
    *(f"--dpkgopt=path-exclude=/usr/share/{part}/*" for part in ("doc", "locale", "man")),
    "--dpkgopt=force-unsafe-io",
    # Each host has keys, a name and a repository of its own.
    '--customize-hook=rm -f "$1"/etc/ssh/ssh_host_* "$1"/etc/hostname "$1"/etc/resolv.conf',
    '--customize-hook=rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/apt.conf.d/99mmdebstrap',
)
DEBIAN = ("Created-By: Packages", "Origin: Debian", "Component: main")
PATIENCE = 300


def image() -> Path:
    """Return the directory of the disk, which nobody may write to."""
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jitsi-migrate-tests"
    kept.mkdir(parents=True, exist_ok=True)
    # A month brings enough of what Debian mends.
    recipe = "\0".join((*RECIPE, *SUITES, f"{datetime.now(UTC):%Y-%m}"))
    made = kept / f"debian-12-{sha256(recipe.encode()).hexdigest()[:16]}"
    with _alone(kept / "lock"):
        if not made.exists():
            _make(made)
    return made


def sources() -> list[str]:
    """Return where this machine's apt takes Debian 12 from."""
    listed = _output("apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", *DEBIAN)
    found = dict(line.split() for line in reversed(listed.splitlines()) if line.startswith(SUITES))
    if SUITES[0] not in found:
        raise OSError("apt knows no repository of Debian 12: apt-get update")
    return [f"deb [signed-by={KEYRING}] {found[suite]} {suite} main" for suite in SUITES if suite in found]


def _make(path: Path) -> None:
    unfinished = path.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    # How this machine reaches its repositories, such as by a proxy, is needed to reach them.
    ways = [
        line
        for line in _output("apt-config", "dump", "--no-empty", "Acquire").splitlines()
        if line.startswith(("Acquire::Check-", "Acquire::http", "Acquire::https", "Acquire::Retries"))
    ]
    options = [f"--aptopt={way}" for way in ways]
    # A build that is given up on ends as a whole, with all its mounts.
    with enclosure(network=False) as place:
        place.run("mmdebstrap", "--quiet", *RECIPE, *options, SUITES[0], unfinished, *sources(), within=PATIENCE)
    unfinished.rename(path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
