"""Reading and writing files of the server: whatever is written is there as a whole, or not at all."""

from __future__ import annotations

import grp
import io
import os
import pwd
import tarfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def text_of(path: Path | str) -> str:
    """Return what is in a file, as well as it can be read; nothing where it cannot."""
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError:
        return ""


def beside(path: Path) -> Path:
    """Return where a file is written first: a name that programs leave out when they read all of a directory."""
    return path.with_name(f".{path.name}.jitsi-migrate~")


def put(path: Path, data: bytes, mode: int, uid: int | None = None, gid: int | None = None) -> None:
    """Put a file in its place, whole, and make the directory that it lacks."""
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    write(beside(path), data, mode, uid, gid)
    beside(path).replace(path)
    sync([path.parent])


def write(path: Path, data: bytes, mode: int, uid: int | None = None, gid: int | None = None) -> None:
    """Write a file that nobody but its final readers can ever read."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, NEW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            set_rights(descriptor, mode, uid, gid)
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
    except OSError as error:  # which does not know the file's name
        raise OSError(error.errno, error.strerror, str(path.parent)) from error


def archive(path: Path, places: Iterable[str], texts: Mapping[str, str]) -> None:
    """Keep files and directories, and texts as further files, in an archive for root alone.

    It is compressed if its name says so.
    """
    write(beside(path), b"", 0o600)
    with beside(path).open("wb") as stream:
        compression: Literal["w:gz", "w"] = "w:gz" if path.suffix == ".gz" else "w"
        with tarfile.open(fileobj=stream, mode=compression, format=tarfile.PAX_FORMAT) as tar:
            for place in dict.fromkeys(places):
                if os.path.lexists(place):
                    tar.add(place)
            for name, text in texts.items():
                _add(tar, name, text.encode())
        stream.flush()
        os.fsync(stream.fileno())
    beside(path).replace(path)
    sync([path.parent])


def sync(directories: Iterable[Path]) -> None:
    """Wait until the names in some directories are on the disk."""
    for path in sorted(directories):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def set_rights(descriptor: int, mode: int, uid: int | None, gid: int | None) -> None:
    """Give a file its owner, group and mode. The owner first: to change it takes some rights away."""
    os.fchown(descriptor, -1 if uid is None else uid, -1 if gid is None else gid)
    os.fchmod(descriptor, mode)


def uid_of(name: str) -> int | None:
    """Return a user's number, or None where there is no such user yet."""
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def gid_of(name: str) -> int | None:
    """Return a group's number, or None where there is no such group yet."""
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(data), 0o600, int(time.time())
    tar.addfile(member, io.BytesIO(data))
