"""Unpacking an archive that somebody else made: whatever it holds, nothing comes of it outside one directory."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from ansible.module_utils.jitsi_migrate_files import gid_of, uid_of
from ansible.module_utils.jitsi_migrate_refused import Refused

# Nextcloud is about 30,000 files.
MOST_MEMBERS = 300_000
PIECE = 1024 * 1024
DIRECTORY, FILE, PROGRAM = 0o755, 0o644, 0o755
OPENERS: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
PLAIN_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE)
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
DAMAGED = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, ValueError)


class Rights(NamedTuple):
    """Whose the files are: root's, but those of `writable` and below are its owner's. "." is all."""

    owner: str
    writable: Collection[str]

    def ids(self, name: str) -> tuple[int, int]:
        """Return user and group of a file by its name in the directory."""
        if not any(part in (".", name) or name.startswith(f"{part}/") for part in self.writable):
            return os.geteuid(), os.getegid()
        uid, gid = uid_of(self.owner), gid_of(self.owner)
        if uid is None or gid is None:
            raise Refused(f"the server has no user and group {self.owner}: install the packages first")
        return uid, gid


def misowned(root: Path, rights: Rights) -> list[str]:
    """Return what of `writable` does not belong to its owner, as the directories themselves tell."""
    places = {name: root / name for name in rights.writable}
    return [name for name, place in places.items() if place.is_dir() and _owner(place) != rights.ids(name)]


def put_right(root: Path, rights: Rights, names: Collection[str]) -> None:
    """Give directories, and all that is in them, to the owner. They themselves come last: by them it is seen.

    A directory that is the owner's already may be made a link meanwhile, so none is come to by its path.
    """
    for name in names:
        for _, _, files, here in os.fwalk(root / name, topdown=False):
            for file in files:
                os.chown(file, *rights.ids(name), dir_fd=here, follow_symlinks=False)
            os.fchown(here, *rights.ids(name))


def _owner(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid


def unpack(archive: Path, top: str, into: Path, rights: Rights, most: int) -> None:
    """Make a new directory of the one directory that an archive holds. Only root can come to it before it is whole.

    `most` bytes may come out of it. Files get the modes that files of programs have. Links are made last, so that
    nothing is written through one.
    """
    into.mkdir(0o700)
    tree = Tree(into, rights)
    with damage_told(), opened(archive, most) as stream:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for count, member in enumerate(tar):
                if count >= MOST_MEMBERS:
                    raise Refused(f"it holds more than {MOST_MEMBERS} files")
                tree.add(tar, member, _name(member.name, top))
        # What follows the last member holds the checksum of it all.
        while stream.read(PIECE):
            pass
    tree.link()
    _own(into, rights, ".", DIRECTORY)


class Tree:
    """A directory that is filled."""

    def __init__(self, root: Path, rights: Rights) -> None:
        self._root = root
        self._rights = rights
        self._directories = {""}
        self._links: list[tuple[str, str]] = []

    def add(self, tar: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> None:
        """Add a member under its name in the directory, which is "" for the directory itself."""
        if member.isdir():
            self._directory(name)
        elif not name:
            raise Refused(f"{member.name} is no directory")
        elif member.issym():
            self._links.append((name, member.linkname))
        elif member.type in PLAIN_FILES:
            self._file(tar, member, name)
        else:
            raise Refused(f"{member.name} is neither a file, a directory nor a symbolic link")

    def link(self) -> None:
        """Make the links. Raises Refused if one leads out of the directory, be it by others."""
        for name, target in self._links:
            self._directory(name.rpartition("/")[0])
            with _twice(name):
                (self._root / name).symlink_to(target)
        root = os.path.realpath(self._root)
        for name, target in self._links:
            found = os.path.realpath(self._root / name)
            if target.startswith("/") or not f"{found}/".startswith(f"{root}/"):
                raise Refused(f"{name} is a link to {target}, which is outside")

    def _directory(self, name: str) -> None:
        # Whatever else has its name, such as a link to a directory, is in the way.
        if name in self._directories:
            return
        self._directory(name.rpartition("/")[0])
        with _twice(name):
            (self._root / name).mkdir()
        _own(self._root / name, self._rights, name, DIRECTORY)
        self._directories.add(name)

    def _file(self, tar: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> None:
        self._directory(name.rpartition("/")[0])
        content = tar.extractfile(member)
        assert content is not None  # noqa: S101 - it is a plain file
        with _twice(name):
            descriptor = os.open(self._root / name, NEW, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            shutil.copyfileobj(content, stream, PIECE)
        _own(self._root / name, self._rights, name, PROGRAM if member.mode & 0o100 else FILE)


class Bounded:
    """What comes out of a compressed file: no more than is believed of an archive, however small the file is."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self._stream = stream
        self._most = self._left = most

    def read(self, size: int) -> bytes:
        """Return so many bytes, or fewer at the end."""
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise Refused(f"it holds more than {self._most} bytes")
        return data


@contextmanager
def opened(archive: Path, most: int) -> Iterator[Any]:
    """Give what comes out of a compressed file, which is to be a tar archive."""
    with archive.open("rb") as stream:
        head = stream.read(6)
    for magic, opener in OPENERS.items():
        if head.startswith(magic):
            with opener(archive, "rb") as content:
                yield Bounded(content, most)
            return
    raise Refused("it is no tar archive that gzip, bzip2 or xz has compressed")


@contextmanager
def damage_told() -> Iterator[None]:
    """Say of what cannot be read that it is damaged."""
    try:
        yield
    except DAMAGED as error:
        raise Refused(f"it is damaged ({error})") from None
    except OSError as error:
        # What decompresses has no number for what it finds; the system has one for each of its errors.
        if error.errno is not None:
            raise
        raise Refused(f"it is damaged ({error})") from None


@contextmanager
def _twice(name: str) -> Iterator[None]:
    try:
        yield
    except (FileExistsError, NotADirectoryError):
        raise Refused(f"it holds {name} twice") from None


def _name(name: str, top: str) -> str:
    """Return a member's name in the one directory. Raises Refused if it is not in there."""
    parts = [part for part in name.split("/") if part != "."]
    while parts and not parts[-1]:
        parts.pop()
    if not all(parts) or ".." in parts or "\0" in name:
        raise Refused(f"{name!r} is no name of a file in an archive")
    if parts and parts[0] != top:
        raise Refused(f"it holds {name}, and should hold only {top}")
    return "/".join(parts[1:])


def _own(path: Path, rights: Rights, name: str, mode: int) -> None:
    # The owner first: to change it takes some rights away.
    os.chown(path, *rights.ids(name))
    path.chmod(mode)
