"""Which releases were put where on a server, and which stand there now."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ansible.module_utils.jitsi_migrate_files import beside, put
from ansible.module_utils.jitsi_migrate_images import Image
from ansible.module_utils.jitsi_migrate_programs import tried
from ansible.module_utils.jitsi_migrate_refused import Refused
from ansible.module_utils.jitsi_migrate_unpacking import PROGRAM, Rights
from ansible.module_utils.jitsi_migrate_verifying import sha256

FORMAT, VERSION = "jitsi-migrate/releases", 1
PATIENCE = 30  # seconds for a program that tells its release

Record = dict[str, dict[str, str]]
"""What was put in place: release, checksum and digest of an image by path."""


class Telling(NamedTuple):
    """How a release tells which it is: a file in it, or a program with arguments, and a pattern with one group."""

    pattern: str
    file: str = ""
    arguments: Sequence[str] = ()

    def told(self, path: Path) -> str:
        """Return what stands in a place, "" if it does not tell."""
        if self.file:
            try:
                text = (path / self.file).read_text("utf-8", "replace")
            except (FileNotFoundError, NotADirectoryError):
                return ""
        else:
            text = _output(path, self.arguments)
        found = re.search(self.pattern, text)
        return found[1] if found else ""


def _output(path: Path, arguments: Sequence[str]) -> str:
    try:
        done = tried(str(path), *arguments, patience=PATIENCE)
    except OSError as error:
        raise Refused(
            f"it cannot be run on this host ({error.strerror}): is it for another kind of processor?"
        ) from None
    return f"{done.stdout}{done.stderr}"


class Standing(NamedTuple):
    """What is in the place: a release, "" for none, and whether it is the wanted one."""

    release: str
    wanted: bool


class Wanted(NamedTuple):
    """A release and its place, as the module is told."""

    name: str
    release: str
    path: str
    top: str
    telling: Telling
    setting: str
    address: str
    brought: str | None
    image: Image | None
    sha256: str
    signature: str
    key: str
    key_address: str
    fingerprint: str
    most: int
    rights: Rights
    record: Path

    @property
    def place(self) -> Path:
        """Where it shall be."""
        return Path(self.path)

    @property
    def download(self) -> Path:
        """The directory that the archive is fetched into."""
        directory: Path = beside(self.record.with_name(f"{self.place.name}.fetched"))
        return directory

    @property
    def source(self) -> str:
        """Where it comes from, for people."""
        return str(self.image) if self.image else self.address or f"the archive of {self.name} in the site directory"

    def standing(self, record: Record) -> Standing:
        """Return what is in the place. Raises Refused if it is what may not be replaced."""
        return _tree(self, record) if self.top else _program(self, record)


def _tree(wanted: Wanted, record: Record) -> Standing:
    place = wanted.place
    if not os.path.lexists(place) or (place.is_dir() and not place.is_symlink() and not any(place.iterdir())):
        return Standing("", wanted=False)
    found = wanted.telling.told(place)
    # What came with another release that is ours, or was put there by its own means, may be used.
    if wanted.path not in record and not (found and any(Path(known) in place.parents for known in record)):
        raise Refused(
            f"{place}: was not put there by this deployment, so it is not touched. Move it away, or choose "
            "another place"
        )
    if found != wanted.release:
        raise Refused(
            f"{place}: there is {wanted.name} {found or 'that does not tell its release'}, and {wanted.setting} is "
            f"{wanted.release}. Going from one release to another is no part of this: write what is there as "
            f"{wanted.setting}, or go there by Nextcloud's own means first"
        )
    return Standing(found, wanted=True)


def _program(wanted: Wanted, record: Record) -> Standing:
    place, ours = wanted.place, record.get(wanted.path)
    if not os.path.lexists(place):
        return Standing("", wanted=False)
    if ours is None or not place.is_file() or place.is_symlink():
        raise Refused(f"{place}: was not put there by this deployment, so it is not replaced. Move it away")
    same = sha256(place) == ours["sha256"] and place.stat().st_mode & 0o7777 == PROGRAM
    digest = wanted.image.digest if wanted.image else ""
    expected = ours["release"] == wanted.release and wanted.sha256 in ("", ours["sha256"]) and digest == ours["digest"]
    return Standing(ours["release"], same and expected)


def read_record(path: Path) -> Record:
    """Return what was put in place: nothing where there is no record."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise Refused(f"{path}: cannot be read. Remove it; what it tells of is then not known to be ours") from None
    if (data.get("format"), data.get("version")) != (FORMAT, VERSION):
        raise Refused(f"{path}: was written by another version of jitsi-migrate")
    return dict(data["releases"])


def write_record(path: Path, record: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep in mind what was put in place."""
    data = {"format": FORMAT, "version": VERSION, "releases": record}
    put(path, (json.dumps(data) + "\n").encode(), 0o600)
