"""The signaling server taken out of a container image, from a registry that asks for a token as the public ones do."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import platform
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.playbooks.modules import Module
from tests.readers import program

FILE = "/usr/bin/signaling"
SCRIPT = b"#!/bin/sh\necho 'signaling version 2.1.1~docker/go1.26'\n"
HERE = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
NAME = "/v2/people/signaling"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Registry(ThreadingHTTPServer):
    """A registry with one repository, which sends whoever wants a layer to another address."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.blobs: dict[str, bytes] = {}
        self.open_to_all = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def add(self, data: bytes) -> str:
        self.blobs[digest(data)] = data
        return digest(data)

    def layer(self, **files: bytes) -> dict[str, object]:
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w") as tar:
            for name, data in files.items():
                member = tarfile.TarInfo(name.replace("__", "/"))
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        return {"digest": self.add(gzip.compress(made.getvalue()))}

    def image(self, *layers: dict[str, object], architecture: str = HERE) -> str:
        manifest = self.add(json.dumps({"layers": layers}).encode())
        listed = [
            {"digest": "sha256:none", "platform": {"os": "linux", "architecture": "s390x"}},
            {"digest": manifest, "platform": {"os": "linux", "architecture": architecture}},
        ]
        return self.add(json.dumps({"manifests": listed}).encode())


class Answers(BaseHTTPRequestHandler):
    """Answers as registries do."""

    server: Registry

    def do_GET(self) -> None:
        path, _, asked = self.path.partition("?")
        kind, found = path.split("/")[-2], self.server.blobs.get(path.rpartition("/")[2], b"")
        named = self.headers.get("Authorization") == "Bearer of-the-tests"
        if path == "/token" and self.server.open_to_all:
            self._answer(200, json.dumps({"token": "of-the-tests"} if "scope=repository" in asked else {}).encode())
        elif path == "/token":
            self._answer(401, b"")
        elif kind == "elsewhere":
            self._answer(400 if "Authorization" in self.headers else 200, found)
        elif not named:
            realm = f'Bearer realm="{self.server.address}/token",service="here",scope="repository:people:pull"'
            self._answer(401, b"", **{"WWW-Authenticate": realm})
        elif not found or not path.startswith(NAME):
            self._answer(404, b"")
        elif kind == "blobs":
            self._answer(307, b"", Location=f"/elsewhere/{path.rpartition('/')[2]}")
        else:
            self._answer(200, found)

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Module]:
    if not Path("/usr/lib/apt/apt-helper").exists():
        program("apt-config", "apt")
    with Module("archive", tmp_path_factory.mktemp("module") / "answer") as module:
        yield module


def run(module: Module, place: Path, registry: Registry, image: str) -> dict[str, Any]:
    wanted = {
        "name": "the signaling server",
        "release": "2.1.1",
        "setting": "releases.signaling",
        "path": str(place / "server/signaling"),
        "telling": {"arguments": ["-version"], "pattern": r"version v?(\d+\.\d+\.\d+)"},
        "image": {"repository": f"{registry.address}{NAME}", "digest": image, "file": FILE},
        "record": str(place / "server/releases.json"),
    }
    answer: dict[str, Any] = json.loads(module.run(wanted)[1])
    return answer


def test_a_program_is_taken_out_of_the_last_layer_that_has_it(
    module: Module, tmp_path: Path, registry: Registry
) -> None:
    older = registry.layer(usr__bin__signaling=b"older", usr__bin__sh=b"shell")
    image = registry.image(older, registry.layer(usr__bin__signaling=SCRIPT), registry.layer(entrypoint=b""))
    assert run(module, tmp_path, registry, image)["changed"]
    assert (tmp_path / "server/signaling").read_bytes() == SCRIPT
    assert sorted(path.name for path in (tmp_path / "server").iterdir()) == ["releases.json", "signaling"]
    registry.blobs.clear()
    assert not run(module, tmp_path, registry, image)["changed"]


def test_another_image_of_the_same_release_is_another_program(
    module: Module, tmp_path: Path, registry: Registry
) -> None:
    rebuilt = SCRIPT + b"# rebuilt\n"
    for data in (SCRIPT, rebuilt):
        assert run(module, tmp_path, registry, registry.image(registry.layer(usr__bin__signaling=data)))["changed"]
    assert (tmp_path / "server/signaling").read_bytes() == rebuilt


@pytest.mark.parametrize("what", ["list", "layers", "layer"])
def test_whatever_a_registry_gives_instead_is_refused(
    module: Module, tmp_path: Path, registry: Registry, what: str
) -> None:
    layer = registry.layer(usr__bin__signaling=SCRIPT)
    image = registry.image(layer)
    changed = {"list": image, "layer": str(layer["digest"])}
    changed["layers"] = next(name for name in registry.blobs if name not in changed.values())
    registry.blobs[changed[what]] = registry.blobs[changed[what]] + b" "
    assert f"for {changed[what]}, so nothing of it is used" in run(module, tmp_path, registry, image)["msg"]
    assert not (tmp_path / "server/signaling").exists()


def test_what_an_image_lacks_is_told(module: Module, tmp_path: Path, registry: Registry) -> None:
    nothing = registry.image(registry.layer(other=b""))
    foreign = registry.image(registry.layer(usr__bin__signaling=SCRIPT), architecture="mips")
    assert f"has no file {FILE}" in run(module, tmp_path, registry, nothing)["msg"]
    assert f"has no image for {HERE}" in run(module, tmp_path, registry, foreign)["msg"]
    assert "cannot be fetched by this host: Not Found" in run(module, tmp_path, registry, f"sha256:{'0' * 64}")["msg"]


def test_a_registry_that_wants_a_name_is_told(module: Module, tmp_path: Path, registry: Registry) -> None:
    image = registry.image(registry.layer(usr__bin__signaling=SCRIPT))
    registry.open_to_all = False
    assert "cannot be fetched by this host: Unauthorized" in run(module, tmp_path, registry, image)["msg"]
