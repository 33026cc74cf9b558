"""What every variant's deployment is rendered to, kept for review in tests/data. `make golden` rewrites it.

A variant is a folder with one folder for each of its hosts. There stand its files as on the server, secrets masked, and
manifest.jsonl, which tells how they stand there, one in a line. vars.yml of a variant is what the playbooks are told.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from migrate.core.bundle import Bundle, Content, Product, ServerFile
from tests import clouds
from tests.deployments import VARIANTS, variant

_DATA = Path(__file__).with_name("data")
FOLDER, CLOUDS = _DATA / "deployment", _DATA / "clouds"


def rendered(name: str, folder: Path = FOLDER) -> dict[str, str]:
    """Return a variant's texts by their place in its folder."""
    product: Product = clouds.variant(name).product if folder == CLOUDS else variant(name)
    found = {"vars.yml": product.variables().masked}
    for host in product.hosts():
        found |= {f"{host}/{place}": text for place, text in _host(product.bundle(host))}
    return found


def kept(name: str, folder: Path = FOLDER) -> dict[str, str]:
    """Return the texts that are kept of a variant."""
    files = (path for path in (folder / name).rglob("*") if path.is_file())
    return {str(path.relative_to(folder / name)): path.read_text("utf-8") for path in files}


def write() -> None:
    """Keep what is rendered now, and nothing else."""
    every = ((FOLDER, VARIANTS), (CLOUDS, clouds.VARIANTS))
    texts = {
        folder / name / place: text
        for folder, names in every
        for name in names
        for place, text in rendered(name, folder).items()
    }
    for folder, _ in every:
        shutil.rmtree(folder, ignore_errors=True)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _host(bundle: Bundle) -> Iterator[tuple[str, str]]:
    yield "manifest.jsonl", "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in _manifest(bundle))
    for file in bundle.files:
        if isinstance(file.content, Content):
            yield file.placement.path.lstrip("/"), file.content.masked


def _manifest(bundle: Bundle) -> Iterator[dict[str, object]]:
    yield {"assumes": dict(bundle.assumes)}
    yield from map(_placed, bundle.files)
    yield from map(asdict, bundle.links)


def _placed(file: ServerFile) -> dict[str, object]:
    said = {name: value for name, value in asdict(file.placement).items() if value}
    # A picture is no text to review: its sum tells whether it is the same.
    return said if isinstance(file.content, Content) else {**said, "sha256": sha256(file.content).hexdigest()}


if __name__ == "__main__":
    write()
