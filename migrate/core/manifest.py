"""The manifest of a bundle: what to put where on a server, without the contents (docs/reference/bundle-format.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from migrate.core.bundle import Bundle, Content, Link, SecretSpan, ServerFile

FORMAT = "jitsi-migrate/bundle"
VERSION = 1


def data_of(file: ServerFile) -> bytes:
    """Return a file's content as it will be on the server."""
    return file.content.text.encode() if isinstance(file.content, Content) else file.content


def sha256_of(data: bytes) -> str:
    """Return the checksum of a file's content."""
    return sha256(data).hexdigest()


def manifest_of(bundle: Bundle) -> dict[str, Any]:
    """Return the manifest. It is the same for the same bundle, byte for byte, and holds no secret."""
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "host": bundle.host,
        "assumes": dict(sorted(bundle.assumes.items())),
        "files": [_entry(file) for file in sorted(bundle.files, key=lambda file: file.placement.path)],
        "links": [_link(link) for link in sorted(bundle.links, key=lambda link: link.path)],
    }
    return {**manifest, "checksum": checksum(manifest)}


def checksum(manifest: Mapping[str, Any]) -> str:
    """Return the checksum of a manifest, which does not count itself."""
    counted = {key: value for key, value in manifest.items() if key != "checksum"}
    return sha256(json.dumps(counted, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def spans(entry: Mapping[str, Any]) -> tuple[SecretSpan, ...]:
    """Return where the secrets of a manifest's file stand."""
    return tuple(SecretSpan(*span) for span in entry.get("secrets", ()))


def _entry(file: ServerFile) -> dict[str, Any]:
    place = file.placement
    entry: dict[str, Any] = {
        "path": place.path,
        "sha256": sha256_of(data_of(file)),
        "owner": place.owner,
        "group": place.group,
        "mode": place.mode,
        "validate": list(place.validate),
        "check": list(place.check),
        "restart": list(place.restart),
        "reload": list(place.reload),
    }
    if isinstance(file.content, Content) and file.content.secrets:
        entry["secrets"] = [[span.start, span.end, span.mask] for span in file.content.secrets]
    return entry


def _link(link: Link) -> dict[str, str]:
    return {"path": link.path, "target": link.target}
