"""Whose a server is: the deployment that came to it first leaves its name."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ansible.module_utils.jitsi_migrate_files import archive, put

OURS, ADOPTED = "ours", "adopted"
RECORDS = ("manifest.json", "packages.json")


def owner(directory: Path) -> str | None:
    """Return the domain that a server was taken for; nothing if nobody took it, "" if that is not known."""
    try:
        return str(json.loads((directory / OURS).read_text("utf-8"))["domain"])
    except FileNotFoundError:
        return "" if any((directory / name).exists() for name in RECORDS) else None
    except (ValueError, KeyError, TypeError):
        return ""


def take(directory: Path, domain: str) -> None:
    """Leave the mark that a server is ours."""
    made = {"domain": domain, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    put(directory / OURS, (json.dumps(made) + "\n").encode(), 0o644)


def save(directory: Path, places: Sequence[str], texts: Mapping[str, str]) -> Path:
    """Keep files and directories, and texts as further files, in an archive that only root can read."""
    kept = directory / ADOPTED
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = kept / time.strftime("%Y%m%dT%H%M%SZ.tar", time.gmtime())
    archive(path, places, texts)
    return path
