"""render: bundles are compared with those of last time, shown, and written."""

from __future__ import annotations

import difflib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

from migrate.core.bundle import Bundle, Content, ServerFile
from migrate.core.manifest import FORMAT, data_of, manifest_of, spans
from migrate.shared.files import Files, reported

BUILD = "build"
VARIABLES = "vars.yml"
_MANIFEST = "manifest.json"
_FILES = "files"


class Change(StrEnum):
    """What rendering does to a file of the last bundle."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of a server: `diff` is unified, with masks for secrets; empty where there is nothing to compare."""

    path: str
    change: Change
    diff: str = ""


@dataclass(frozen=True, slots=True)
class HostChange:
    """What rendering does to the bundle of one host. `first`: there was none."""

    host: str
    files: tuple[FileChange, ...]
    checksum: str
    first: bool = False

    def count(self, change: Change) -> int:
        """Count files by what happens to them."""
        return sum(file.change is change for file in self.files)


@dataclass(frozen=True)
class Workshop:
    """The directory build/ of a site: the bundles of all hosts, and what the playbooks need to know."""

    site: Path
    files: Files

    def compare(self, bundle: Bundle) -> HostChange:
        """Tell what a bundle changes, without writing."""
        last = self._last(bundle.host)
        manifest = manifest_of(bundle)
        ordered = sorted(bundle.files, key=lambda file: file.placement.path)
        changes = [self._compare(bundle.host, file, last.get(file.placement.path)) for file in ordered]
        kept = {file.placement.path for file in bundle.files}
        gone = [FileChange(path, Change.GONE) for path in last if path not in kept]
        return HostChange(bundle.host, (*changes, *gone), manifest["checksum"], first=not last)

    def write(self, bundle: Bundle, change: HostChange) -> None:
        """Write what `change` tells. The manifest is last: until then the old one stands."""
        directory = self._directory(bundle.host)
        contents = {file.placement.path: data_of(file) for file in bundle.files}
        for file in change.files:
            path = directory / _FILES / file.path.lstrip("/")
            match file.change:
                case Change.GONE:
                    self.files.remove(path)
                case Change.NEW | Change.CHANGED:
                    self.files.make_directory(path.parent)
                    self.files.write(path, contents[file.path], durable=False)
        text = json.dumps(manifest_of(bundle), indent=2, ensure_ascii=False) + "\n"
        self._write(directory / _MANIFEST, text)

    def write_variables(self, variables: Content) -> None:
        """Write what the playbooks need to know."""
        self._write(self.site / BUILD / VARIABLES, variables.text)

    def abandoned(self, hosts: Iterable[str]) -> list[str]:
        """Return the hosts that there are bundles of, but that are not among `hosts`."""
        known = set(hosts)
        found = (self.site / BUILD).glob(f"*/{_MANIFEST}")
        return sorted(path.parent.name for path in found if path.parent.name not in known)

    def remove(self, host: str) -> None:
        """Remove the bundle of a host."""
        with reported(self._directory(host)):
            shutil.rmtree(self._directory(host))

    def _directory(self, host: str) -> Path:
        return self.site / BUILD / host

    def _write(self, path: Path, text: str) -> None:
        self.files.make_directory(path.parent)
        if not path.is_file() or path.read_bytes() != text.encode():
            self.files.write(path, text.encode())

    def _last(self, host: str) -> Mapping[str, Mapping[str, Any]]:
        try:
            manifest = json.loads((self._directory(host) / _MANIFEST).read_bytes())
        except (OSError, ValueError):
            return {}
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            return {}
        return {entry["path"]: entry for entry in manifest["files"]}

    def _compare(self, host: str, file: ServerFile, last: Mapping[str, Any] | None) -> FileChange:
        path = file.placement.path
        try:
            before = (self._directory(host) / _FILES / path.lstrip("/")).read_bytes()
        except OSError:
            return FileChange(path, Change.NEW)
        if before == data_of(file):
            return FileChange(path, Change.SAME if last else Change.NEW)
        return FileChange(path, Change.CHANGED, "".join(_diff(before, file, last)))


def _diff(before: bytes, file: ServerFile, last: Mapping[str, Any] | None) -> Iterator[str]:
    if not isinstance(file.content, Content):
        return
    # Where the file is not what the manifest tells, nobody knows where its secrets stand.
    if last is None or sha256(before).hexdigest() != last["sha256"]:
        yield "(the last one was changed by hand, so it is not shown: it may hold secrets)\n"
        return
    old = Content(before.decode(), spans(last)).masked
    new = file.content.masked
    yield from difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), "last", file.placement.path, n=2
    )


def find_files(bundles: Sequence[Bundle], wanted: str) -> list[tuple[str, ServerFile]]:
    """Return host and file for each file whose path is `wanted` or ends in it."""
    ending = "/" + wanted.lstrip("/")
    return [(bundle.host, file) for bundle in bundles for file in bundle.files if file.placement.path.endswith(ending)]
