"""Signed repositories of packages, and packages built from a directory."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.hosts.enclosure import Enclosure


def build(place: Enclosure, source: Path, facts: Mapping[str, str], shared: Mapping[str, Path], pool: Path) -> None:
    """Build a package of a directory and of shared files, where @NAME@ in its control file stands for a fact."""
    tree = pool / source.name
    shutil.copytree(source, tree)
    for path, file in shared.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, tree / path)
    control = tree / "DEBIAN/control"
    text = control.read_text()
    for name, value in facts.items():
        text = text.replace(f"@{name}@", value)
    control.write_text(text)
    place.run("chmod", "-R", "u=rwX,go=rX", tree)
    place.run("dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, pool)
    shutil.rmtree(tree)


def index(place: Enclosure, root: Path, pool: str, listed: Path, suite: Path, fields: Iterable[str]) -> None:
    """Write down which packages there are, below the root of the repository."""
    text = place.run("apt-ftparchive", "packages", pool, cwd=root)
    (listed / "Packages").write_text(text)
    (listed / "Packages.gz").write_bytes(gzip.compress(text.encode()))
    options = [f"-oAPT::FTPArchive::Release::{field}" for field in fields]
    (suite / "Release").write_text(place.run("apt-ftparchive", *options, "release", ".", cwd=suite))


def sign(place: Enclosure, key: Path, suite: Path) -> None:
    """Sign the index with a key that ends with the place."""
    keys = Path("/run/signing")
    gpg = ("gpg", "--homedir", keys, "--batch", "--quiet", "--passphrase", "")
    if place.tried("mkdir", "-m", "700", keys).returncode == 0:
        # The agent that keeps the key lives on, until the place is taken down.
        place.run(*gpg, "--quick-generate-key", "packages@example.org", "ed25519", "sign", "never")
    place.run(*gpg, "--clearsign", "--output", suite / "InRelease", suite / "Release")
    place.run(*gpg, "--yes", "--armor", "--output", key, "--export")
