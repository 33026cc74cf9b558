"""Bundles for a server that is a directory, and the module that places them."""

from __future__ import annotations

import base64
import grp
import json
import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrate.core.bundle import Bundle, Content, Link, Placement, SecretSpan, ServerFile
from migrate.core.manifest import data_of, manifest_of
from tests.playbooks.modules import Module

OWNER, GROUP = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
SECRET = "Xq7vPz2LmW9dKt4R"
MASK = "‹secret:0a1b2c3d›"
# The secret as it is and as it looks within a longer text in Base64, which depends on what stands before it.
TRACES = (SECRET, *(base64.b64encode(bytes(before) + SECRET.encode()).decode()[4:-4] for before in range(3)))


@dataclass(frozen=True)
class Server:
    """A directory in place of a server's root."""

    root: Path
    module: Module
    shown: list[str] = field(default_factory=list)  # all that the module ever said

    def path(self, name: str) -> Path:
        return self.root / name

    def file(self, name: str, text: str | bytes, mode: str = "0644", **placement: object) -> ServerFile:
        """Return a file of a bundle. What stands between « and » in its text is a secret, without them."""
        place = replace(Placement(str(self.path(name)), OWNER, GROUP, mode), **placement)  # type: ignore[arg-type]
        return ServerFile(place, text if isinstance(text, bytes) else marked(text))

    def link(self, name: str, target: str) -> Link:
        return Link(str(self.path(name)), target)

    def run(self, bundle: Bundle | None, *, killed_before: int = 0, **arguments: object) -> dict:
        """Run the module once. With `killed_before` it is killed before that one of its changes."""
        options = {"_ansible_check_mode": False, "_ansible_diff": True, "record": str(self.path("record.json"))}
        manifest = {"manifest": manifest_of(bundle)} if bundle else {}
        status, said = self.module.run({**options, **manifest, **arguments}, killed_before)
        self.shown.append(said)
        return {"killed": True} if status == -9 else json.loads(said)

    def place(self, *content: ServerFile | Link, check: bool = False, killed_before: int = 0) -> dict:
        """Compare and then place, as the role does."""
        bundle = bundle_of(*content)
        compared = self.run(bundle, state="compared", _ansible_check_mode=check)
        assert not compared.get("failed"), compared
        return self.run(
            bundle,
            contents=contents_of(bundle, compared["contents"]),
            _ansible_check_mode=check,
            killed_before=killed_before,
        )

    def tree(self) -> Mapping[str, tuple[object, ...]]:
        """Return all that stands on the server."""
        return {str(path.relative_to(self.root)): standing(path) for path in sorted(self.root.rglob("*"))}


def standing(path: Path) -> tuple[object, ...]:
    """Return what a path is."""
    status = path.lstat()
    rights = (oct(status.st_mode), status.st_uid, status.st_gid)
    if path.is_symlink():
        return (*rights, str(path.readlink()))
    return (*rights, path.read_bytes()) if path.is_file() else rights


def shows_the_secret(said: str) -> bool:
    """Tell whether a text holds the secret, be it in Base64."""
    return any(trace in said for trace in TRACES)


def marked(text: str) -> Content:
    """Return a content whose secrets stand between « and »."""
    spans, clear = [], ""
    for index, part in enumerate(text.replace("»", "«").split("«")):
        if index % 2:
            spans.append(SecretSpan(len(clear), len(clear) + len(part), MASK))
        clear += part
    return Content(clear, tuple(spans))


def bundle_of(*content: ServerFile | Link) -> Bundle:
    """Return a bundle of files and links."""
    files = tuple(item for item in content if isinstance(item, ServerFile))
    return Bundle("meet.example.org", {}, files, tuple(item for item in content if isinstance(item, Link)))


def contents_of(bundle: Bundle, paths: list[str]) -> dict[str, str]:
    """Return the contents of some files, as the module takes them."""
    files = (file for file in bundle.files if file.placement.path in paths)
    return {file.placement.path: base64.b64encode(data_of(file)).decode() for file in files}
