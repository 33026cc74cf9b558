"""Jitsi's library for browsers, as it was published to npm by somebody else, and what it needs."""

from __future__ import annotations

import tarfile
from base64 import b64encode
from hashlib import sha512
from pathlib import Path
from typing import NamedTuple

from tests.hosts.cache import kept
from tests.hosts.enclosure import enclosure
from tests.readers import program


class Package(NamedTuple):
    """A package, its digest as npm writes it, and the one file of it that is wanted."""

    name: str
    digest: str
    file: str


PACKAGES = (
    Package(
        "@lyno/lib-jitsi-meet@2.6726.2",
        "cTrKBgy4ZHD6vyFTOAOx5ylyzjWs3ft6MLhmchu9zRq7uLr8omD4lE2fmSfoyoSqMjFc/3sU9XLYXiJ21hqQuw==",
        "lib-jitsi-meet.min.js",
    ),
    Package(
        "jquery@3.8.0",
        "AOYt0viqPysMUTq45O8gF9DuOnBT3Il/8WtM/TT8z/2QeGsZ70ImwSJtNFxznn2R71v8yIgaEunOGo82OY/f0g==",
        "dist/jquery.min.js",
    ),
)


def library() -> Path:
    """Return the directory of the files."""
    return kept("library", tuple(map(str, PACKAGES)), _make)


def _make(path: Path) -> None:
    """Fetch them without what they name as their needs: it is in them already."""
    path.mkdir()
    npm = program("npm", "npm")
    with enclosure(network=False) as place:
        for package in PACKAGES:
            packed = path / place.run(npm, "pack", "--silent", package.name, cwd=path).strip()
            assert b64encode(sha512(packed.read_bytes()).digest()).decode() == package.digest, package.name
            with tarfile.open(packed) as archive:
                (path / Path(package.file).name).write_bytes(archive.extractfile(f"package/{package.file}").read())
            packed.unlink()
