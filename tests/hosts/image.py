"""The disk of a fresh Debian 12 server."""

from __future__ import annotations

from pathlib import Path

from tests.hosts.cache import SUITES, kept, output, sources
from tests.hosts.enclosure import enclosure

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
PATIENCE = 300


def image() -> Path:
    """Return the directory of the disk."""
    return kept("debian-12", RECIPE, _make)


def _make(path: Path) -> None:
    # How this machine reaches its repositories, such as by a proxy, is needed to reach them.
    ways = [
        line
        for line in output("apt-config", "dump", "--no-empty", "Acquire").splitlines()
        if line.startswith(("Acquire::Check-", "Acquire::http", "Acquire::https", "Acquire::Retries"))
    ]
    options = [f"--aptopt={way}" for way in ways]
    # A build that is given up on ends as a whole, with all its mounts.
    with enclosure(network=False) as place:
        place.run("mmdebstrap", "--quiet", *RECIPE, *options, SUITES[0], path, *sources(), within=PATIENCE)
