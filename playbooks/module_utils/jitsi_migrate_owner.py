"""Whose a server is: the deployment that came to it first leaves its name."""

from __future__ import annotations

import io
import json
import os
import tarfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

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
    _write(directory / OURS, (json.dumps(made) + "\n").encode(), 0o644)


def save(directory: Path, places: Sequence[str], texts: Mapping[str, str]) -> Path:
    """Keep files and directories, and texts as further files, in an archive that only root can read."""
    kept = directory / ADOPTED
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    archive = kept / time.strftime("%Y%m%dT%H%M%SZ.tar", time.gmtime())
    made = archive.with_name(f".{archive.name}~")
    made.unlink(missing_ok=True)
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for place in dict.fromkeys(places):
                if os.path.lexists(place):
                    tar.add(place)
            for name, text in texts.items():
                _add(tar, name, text.encode())
        stream.flush()
        os.fsync(stream.fileno())
    made.replace(archive)
    _sync(kept)
    return archive


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(data), 0o600, int(time.time())
    tar.addfile(member, io.BytesIO(data))


def _write(path: Path, data: bytes, mode: int) -> None:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}~")
    made.unlink(missing_ok=True)
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as stream:
        os.fchmod(descriptor, mode)
        stream.write(data)
        stream.flush()
        os.fsync(descriptor)
    made.replace(path)
    _sync(path.parent)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
