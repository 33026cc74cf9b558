"""A signed repository of packages, made for one run."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.hosts.enclosure import Enclosure

# Where hosts have it.
MOUNTED = Path("/srv/packages")
SOURCE = f"""\
Types: deb
URIs: {MOUNTED.as_uri()}
Suites: ./
Signed-By: {MOUNTED / "key.asc"}
"""


@dataclass(frozen=True)
class Package:
    """Stands in for a package that cannot be had, or is there to be installed."""

    name: str
    files: Mapping[str, str]
    version: str = "1.0"
    depends: str = ""
    scripts: Mapping[str, str] | None = None


def make_repository(place: Enclosure, path: Path, packages: tuple[Package, ...]) -> None:
    """Build the packages, index them and sign the index with a key that is used only here."""
    (path / "pool").mkdir(parents=True)
    for package in packages:
        _build(place, package, path)
    index = place.run("apt-ftparchive", "packages", "pool", cwd=path)
    (path / "Packages").write_text(index)
    (path / "Packages.gz").write_bytes(gzip.compress(index.encode()))
    (path / "Release").write_text(place.run("apt-ftparchive", "release", ".", cwd=path))
    _sign(place, path)


def _build(place: Enclosure, package: Package, path: Path) -> None:
    tree = path / package.name
    control = f"Package: {package.name}\nVersion: {package.version}\nArchitecture: all\n"
    control += f"Depends: {package.depends}\n" * bool(package.depends)
    control += "Maintainer: Nobody <nobody@example.org>\nDescription: made for a test\n"
    scripts = {f"DEBIAN/{name}": text for name, text in (package.scripts or {}).items()}
    for name, text in {"DEBIAN/control": control, **scripts, **package.files}.items():
        file = tree / name.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755 if text.startswith("#!") else 0o644)
    place.run("dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, path / "pool")
    shutil.rmtree(tree)


def _sign(place: Enclosure, path: Path) -> None:
    # The agent that keeps the key lives on, until the place is taken down.
    keys = Path("/run/signing")
    place.run("mkdir", "-m", "700", keys)
    gpg = ("gpg", "--homedir", keys, "--batch", "--quiet", "--passphrase", "")
    place.run(*gpg, "--quick-generate-key", "packages@example.org", "ed25519", "sign", "never")
    place.run(*gpg, "--clearsign", "--output", path / "InRelease", path / "Release")
    place.run(*gpg, "--armor", "--output", path / "key.asc", "--export")
