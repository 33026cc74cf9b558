"""Every field of a manifest, and of what render prints for programs, is documented with its type."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import run
from tests.docs.prose import REFERENCE, fields
from tests.docs.test_formats import check, compare, paths
from tests.servers import DOMAIN, server, server_of

JSON = REFERENCE / "json-output.md"
# Their keys are not ours to list.
OPEN = ("assumes", "files[].secrets")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = server_of(tmp_path_factory.mktemp("site"), "three-bridges")
    assert run("--site", made, "render").code == 0
    return server(made, f'{DOMAIN}authentication.mode = "open"\n')


def test_every_field_of_a_manifest_is_documented(site: Path) -> None:
    manifests = [json.loads(path.read_text()) for path in site.glob("build/*/manifest.json")]
    found = [pair for manifest in manifests for pair in paths(manifest)]
    found = [(path, value) for path, value in found if not path.startswith(tuple(f"{name}." for name in OPEN))]
    check(found, fields(REFERENCE / "bundle-format.md"))


def test_what_render_prints_for_programs_is_documented(site: Path) -> None:
    data = run("--site", site, "render", "--dry-run", "--json").json["data"]
    assert data["abandoned"]
    compare([{**data, "variables": {}}], fields(JSON, "render"))
    assert data["variables"].keys() == data["hosts"][0]["files"][0].keys()


def test_what_render_prints_of_one_file_is_documented(site: Path) -> None:
    data = run("--site", site, "render", "--stdout", "jvb.conf", "--json").json["data"]
    compare([data], fields(JSON, "render --stdout"))
