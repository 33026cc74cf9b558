"""What apt would do, and what keeps it from it; neither its files nor its locks are touched."""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible.module_utils.jitsi_migrate_foreign import ENVIRONMENT, said

LOCKS = ("/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock")
# Without these apt would write its caches anew, which is a change.
UNCACHED = ("-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=")
PATIENCE = 60
SCHEDULED = re.compile(r"^(Inst|Remv) (\S+)(?: \[([^]]+)\])?(?: \(([^ )]+))?", re.MULTILINE)
CANDIDATE = re.compile(r"^(\S+):\n  Installed: (\S+)\n  Candidate: (\S+)", re.MULTILINE)


def state(packages: Sequence[str]) -> dict[str, Any]:
    """Return what would happen if the packages were installed."""
    known = candidates(packages)
    lacking = [name for name in packages if known.get(name, "(none)") == "(none)"]
    return {
        "lacking": lacking,
        "candidates": known,
        "held": held(),
        "interrupted": interrupted(),
        "locked": locked(),
        **simulated([name for name in packages if name not in lacking]),
    }


def held() -> list[str]:
    """Return the packages that shall stay as they are. apt-mark would tell the same, and write apt's caches."""
    rows = (
        row.split("\t") for row in said("dpkg-query", "-W", "-f", "${db:Status-Want}\t${Package}\n", "*").splitlines()
    )
    return [row[1] for row in rows if row[0] == "hold"]


def candidates(packages: Sequence[str]) -> dict[str, str]:
    """Return the version that apt would install of each package it knows."""
    told = said("apt-cache", *UNCACHED, "policy", *packages) if packages else ""
    return {found[1]: found[3] for found in CANDIDATE.finditer(told)}


def simulated(packages: Sequence[str]) -> dict[str, Any]:
    """Return what apt says that it would install and remove, and its refusal."""
    if not packages:
        return {"removes": [], "refusal": ""}
    command = ["apt-get", *UNCACHED, "-s", "-qq", "--no-install-recommends", "install", *packages]
    try:
        done = subprocess.run(  # noqa: S603 - words of the settings, each checked there, without a shell
            command, stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"removes": [], "refusal": str(error)}
    told = done.stdout.decode("utf-8", "replace")
    errors = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.startswith("E: ")]
    refusal = " ".join(line[3:] for line in errors) if done.returncode else ""
    return {"removes": [found[2] for found in SCHEDULED.finditer(told) if found[1] == "Remv"], "refusal": refusal}


def interrupted() -> list[str]:
    """Return the packages that dpkg has half installed."""
    rows = said("dpkg-query", "-W", "-f", "${db:Status-Abbrev}\t${Package}\n").splitlines()
    half = [row.partition("\t")[2] for row in rows if row[1:2] in ("H", "U", "F", "W", "t") or row[2:3] == "R"]
    updates = Path("/var/lib/dpkg/updates")
    return half or (["dpkg"] if updates.is_dir() and any(one.name.isdigit() for one in updates.iterdir()) else [])


def locked() -> str:
    """Return the program that is at work with apt or dpkg, by asking who holds the locks."""
    for path in LOCKS:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            kind, _, _, _, process = struct.unpack("hhqqi4x", fcntl.fcntl(descriptor, fcntl.F_GETLK, asked))
        finally:
            os.close(descriptor)
        if kind != fcntl.F_UNLCK:
            return _named(process)
    return ""


def _named(process: int) -> str:
    try:
        return f"{Path(f'/proc/{process}/comm').read_text().strip()}, process {process}"
    except OSError:
        return f"process {process}"
