"""One file of a container image, from its registry, without anything that runs containers.

An image is named by its digest, a SHA-256 of what lists its layers by theirs: all that comes of it is checked by that
one number. How registries speak: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shutil
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import urlencode

from ansible.module_utils.jitsi_migrate_apt import proxies
from ansible.module_utils.jitsi_migrate_refused import Refused
from ansible.module_utils.jitsi_migrate_unpacking import PLAIN_FILES, damage_told, opened

PIECE = 1024 * 1024
PATIENCE = 30  # seconds without a byte
MOST_LISTED = 4 * PIECE
UNAUTHORIZED = 401
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
LISTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')


class Image(NamedTuple):
    """An image: the address of its repository below /v2 of a registry, its digest, and the file that is wanted."""

    repository: str
    digest: str
    file: str

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}"

    def extract(self, directory: Path, most: int) -> Path:
        """Return the file, in a directory that has room for layers."""
        registry = Registry(self.repository)
        layer, found = directory / "layer", directory / "archive"
        # The last layer that has a file is the one that counts.
        for listed in reversed(list(_layers(registry, self.digest))):
            registry.fetch(listed["digest"], layer, most)
            if _taken(layer, self.file, found, most):
                return found
        raise Refused(f"{self}: has no file {self.file}")


class Registry:
    """A repository of a registry. Whoever may read it without a name is given a token first."""

    def __init__(self, repository: str) -> None:
        self._repository = repository
        self._token = ""
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies(repository)))

    def listed(self, digest: str) -> dict[str, Any]:
        """Return a list of images or of layers."""
        with self._failures_told():
            with self._asked(f"manifests/{digest}") as answer:
                data = answer.read(MOST_LISTED)
            self._refuse_other(hashlib.sha256(data).hexdigest(), digest)
            return dict(json.loads(data))

    def fetch(self, digest: str, path: Path, most: int) -> None:
        """Write a layer into a file."""
        found, left = hashlib.sha256(), most
        with self._failures_told(), self._asked(f"blobs/{digest}") as answer, path.open("wb") as stream:
            while piece := answer.read(PIECE):
                left -= len(piece)
                if left < 0:
                    raise Refused(f"{self._repository}: a layer of the image has more than {most} bytes")
                found.update(piece)
                stream.write(piece)
        self._refuse_other(found.hexdigest(), digest)

    def _refuse_other(self, found: str, digest: str) -> None:
        if f"sha256:{found}" != digest:
            raise Refused(f"{self._repository}: gave sha256:{found} for {digest}, so nothing of it is used")

    def _asked(self, what: str) -> IO[bytes]:
        try:
            return self._open(what)
        except urllib.error.HTTPError as error:
            if error.code != UNAUTHORIZED or self._token:
                raise
            self._token = self._granted(dict(_CHALLENGE.findall(error.headers.get("WWW-Authenticate", ""))))
        return self._open(what)

    def _open(self, what: str) -> IO[bytes]:
        request = urllib.request.Request(f"{self._repository}/{what}", headers={"Accept": ", ".join(LISTS)})  # noqa: S310 - the settings know https only
        if self._token:
            # Layers are elsewhere, and whoever has them has no need of it.
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        answer: IO[bytes] = self._opener.open(request, timeout=PATIENCE)
        return answer

    def _granted(self, challenge: Mapping[str, str]) -> str:
        realm = challenge.get("realm", "")
        if realm.partition(":")[0] != self._repository.partition(":")[0]:
            raise Refused(f"{self._repository}: asks for a name and a password")
        asked = {name: challenge[name] for name in ("service", "scope") if name in challenge}
        with self._opener.open(f"{realm}?{urlencode(asked)}", timeout=PATIENCE) as answer:
            told = json.loads(answer.read(MOST_LISTED))
        return str(told.get("token") or told["access_token"])

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, HTTPException, ValueError, KeyError) as error:
            reason = getattr(error, "reason", None) or error
            raise Refused(f"{self._repository}: cannot be fetched by this host: {reason}") from None


def _layers(registry: Registry, digest: str) -> Iterator[dict[str, Any]]:
    """Yield the layers of an image, of that for this host's processor if there are several."""
    listed = registry.listed(digest)
    if "manifests" in listed:
        wanted = {"os": "linux", "architecture": ARCHITECTURES.get(platform.machine(), platform.machine())}
        fitting = [one for one in listed["manifests"] if wanted.items() <= one.get("platform", {}).items()]
        if not fitting:
            raise Refused(f"{digest}: has no image for {wanted['architecture']}")
        listed = registry.listed(fitting[0]["digest"])
    yield from listed.get("layers", ())


def _taken(layer: Path, file: str, into: Path, most: int) -> bool:
    """Take a file out of a layer, if that has it."""
    with damage_told(), opened(layer, most) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        for member in tar:
            if member.type in PLAIN_FILES and member.name.lstrip("./") == file.lstrip("/"):
                content = tar.extractfile(member)
                assert content is not None  # noqa: S101 - it is a plain file
                with into.open("wb") as found:
                    shutil.copyfileobj(content, found, PIECE)
                return True
    return False
