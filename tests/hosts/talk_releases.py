"""The releases of Nextcloud, its apps and the signaling server as their makers publish them, of stand-ins."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

from tests.hosts.debian import debian
from tests.hosts.enclosure import Enclosure

NEXTCLOUD = Path(__file__).parents[1] / "cloud/stub_nextcloud"
SIGNALING = Path(__file__).with_name("stubs") / "stub_signaling.py"
PUBLISHED = "releases"


@dataclass(frozen=True)
class Releases:
    """Archives and a program in a directory that is served, and the key that signs the first of them."""

    path: Path
    address: str

    @property
    def key(self) -> str:
        """The key, in ASCII armor."""
        return (self.path / "nextcloud.asc").read_text("ascii")

    @property
    def settings(self) -> str:
        """The tables that name all of them, at their addresses."""
        program = sha256((self.path / "signaling").read_bytes()).hexdigest()
        tables = {
            "nextcloud": {"address": f"{self.address}/nextcloud-34.0.2.tar.bz2", "key": "nextcloud.asc"},
            "talk": {"address": f"{self.address}/spreed-v24.0.4.tar.gz"},
            "calendar": {"address": f"{self.address}/calendar-v6.5.4.tar.gz"},
            "signaling": {"address": f"{self.address}/signaling", "sha256": program},
        }
        return "".join(
            f"archives.{name}.{key} = {json.dumps(value)}\n" for name, of in tables.items() for key, value in of.items()
        )


def make_releases(place: Enclosure, served: Path, address: str) -> Releases:
    """Make them below a directory that is served at an address."""
    path = served / PUBLISHED
    path.mkdir()
    made = Releases(path, f"{address}/{PUBLISHED}")
    server, apps = NEXTCLOUD, {"spreed": "spreed-v24.0.4", "calendar": "calendar-v6.5.4"}
    _pack(path / "nextcloud-34.0.2.tar.bz2", "nextcloud", server, leaving_out={f"apps/{name}" for name in apps})
    for name, archive in apps.items():
        _pack(path / f"{archive}.tar.gz", name, server / "apps" / name)
    _sign(place, path / "nextcloud-34.0.2.tar.bz2", path / "nextcloud.asc")
    make_signaling(place, path / "signaling")
    return made


def make_signaling(place: Enclosure, path: Path) -> None:
    """Make the program: the stand-in, with Debian's own in it."""
    (package,) = debian().glob("pool/*/nextcloud-spreed-signaling_*.deb")
    unpacked = path.with_suffix(".unpacked")
    place.run("dpkg-deb", "--extract", package, unpacked)
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.write(SIGNALING, "__main__.py")
        archive.write(unpacked / "usr/bin/nextcloud-spreed-signaling-server", "signaling")
    path.write_bytes(b"#!/usr/bin/python3 -I\n" + packed.getvalue())
    path.chmod(0o755)
    shutil.rmtree(unpacked)


def _pack(path: Path, top: str, tree: Path, leaving_out: set[str] = frozenset()) -> None:
    def kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        inside = member.name.removeprefix(f"{top}/")
        return None if inside in leaving_out or "__pycache__" in inside else member

    with tarfile.open(path, f"w:{path.suffix.removeprefix('.')}") as archive:
        archive.add(tree, top, filter=kept)


def _sign(place: Enclosure, archive: Path, key: Path) -> None:
    """Sign with a key of its own, which ends with the place."""
    keys = Path("/run/releases")
    place.run("mkdir", "-m", "700", keys)
    gpg = ("gpg", "--homedir", keys, "--batch", "--quiet", "--passphrase", "")
    place.run(*gpg, "--quick-generate-key", "releases@example.org", "rsa3072", "sign", "never")
    place.run(*gpg, "--armor", "--output", f"{archive}.asc", "--detach-sign", archive)
    place.run(*gpg, "--armor", "--output", key, "--export")
