"""What apt would do, and what keeps it from it; neither its files nor its locks are touched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ansible.module_utils.jitsi_migrate_apt import LEAN, REMOVED
from ansible.module_utils.jitsi_migrate_installed import QUERY, interrupted, packages_of
from ansible.module_utils.jitsi_migrate_locks import holders
from ansible.module_utils.jitsi_migrate_programs import PATIENCE, said, tried
from ansible.module_utils.jitsi_migrate_refused import Refused

# Without these apt would write its caches anew, which is a change.
UNCACHED = ("-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=")
CANDIDATE = re.compile(r"^(\S+):\n  Installed: (\S+)\n  Candidate: (\S+)", re.MULTILINE)


def state(packages: Sequence[str]) -> dict[str, Any]:
    """Return what would happen if the packages were installed."""
    versions, known = candidates(packages), packages_of(said(*QUERY))
    lacking = [name for name in packages if versions.get(name, "(none)") == "(none)"]
    return {
        "lacking": lacking,
        "held": [name for name, package in known.items() if package.is_held],
        "interrupted": interrupted(known),
        "locked": next((f"{name}, process {process}" for _, name, process in holders()), ""),
        **simulated([name for name in packages if name not in lacking]),
    }


def candidates(packages: Sequence[str]) -> dict[str, str]:
    """Return the version that apt would install of each package it knows."""
    told = said("apt-cache", *UNCACHED, "policy", *packages) if packages else ""
    return {found[1]: found[3] for found in CANDIDATE.finditer(told)}


def simulated(packages: Sequence[str]) -> dict[str, Any]:
    """Return what apt says that it would install and remove, and its refusal."""
    if not packages:
        return {"removes": [], "refusal": ""}
    try:
        done = tried("apt-get", *UNCACHED, *LEAN, "-s", "-qq", "install", *packages, patience=PATIENCE)
    except (OSError, Refused) as error:
        return {"removes": [], "refusal": str(error)}
    errors = [line for line in done.stderr.splitlines() if line.startswith("E: ")]
    refusal = " ".join(line[3:] for line in errors) if done.returncode else ""
    return {
        "removes": REMOVED.findall(done.stdout),
        "refusal": refusal,
    }
