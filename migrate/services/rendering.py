"""render: bundles are compared with those of last time, shown, and written."""

from __future__ import annotations

import difflib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from migrate.core.bundle import Bundle, Content, ServerFile
from migrate.core.errors import RefusedError
from migrate.core.manifest import FORMAT, VERSION, checksum, data_of, manifest_of, sha256_of, spans
from migrate.shared.files import Files, reported

BUILD = "build"
VARIABLES = "vars.yml"
_MANIFEST = "manifest.json"
_FILES = "files"
_NOT_COMPARED = "(the last one is not as it was written, so it is not shown: it may hold secrets)\n"
# What a manifest tells of a server beside its files.
_BESIDE = ("assumes", "links")

Manifest = Mapping[str, Any]


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
    """What rendering does to the bundle of one host. `first`: there was none.

    `beside` are changes that are in no file: to links, and to what the files need of the server.
    """

    host: str
    files: tuple[FileChange, ...]
    checksum: str
    first: bool = False
    beside: tuple[str, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether anything changes."""
        return self.first or bool(self.beside) or any(file.change is not Change.SAME for file in self.files)

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
        last, new = self._last(bundle.host), manifest_of(bundle)
        before, after = _entries(last), _entries(new)
        contents = {file.placement.path: file for file in bundle.files}
        changes = [self._compare(bundle.host, contents[path], before.get(path), after[path]) for path in after]
        gone = sorted({*before, *self._on_disk(bundle.host)} - after.keys())
        return HostChange(
            bundle.host,
            (*changes, *(FileChange(path, Change.GONE) for path in gone)),
            new["checksum"],
            first=not last,
            beside=tuple(_beside(last, new)) if last else (),
        )

    def write(self, bundle: Bundle, change: HostChange) -> None:
        """Write what `change` tells. The manifest is last: until then the old one stands."""
        directory = self._directory(bundle.host)
        contents = {file.placement.path: data_of(file) for file in bundle.files}
        # First what goes: a file may be where a directory comes.
        for file in change.files:
            if file.change is Change.GONE:
                self._remove(directory / _FILES / file.path.lstrip("/"))
        self._prune(directory / _FILES)
        for file in change.files:
            if file.change in (Change.NEW, Change.CHANGED):
                self._write(directory / _FILES / file.path.lstrip("/"), contents[file.path], durable=False)
        text = json.dumps(manifest_of(bundle), indent=2, ensure_ascii=False) + "\n"
        self._write(directory / _MANIFEST, text.encode())

    def compare_variables(self, variables: str) -> FileChange:
        """Tell what changes in what the playbooks need to know."""
        try:
            before = (self.site / BUILD / VARIABLES).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return FileChange(VARIABLES, Change.NEW)
        if before == variables:
            return FileChange(VARIABLES, Change.SAME)
        return FileChange(VARIABLES, Change.CHANGED, _unified(before, variables, VARIABLES))

    def write_variables(self, variables: str) -> None:
        """Write what the playbooks need to know."""
        self._write(self.site / BUILD / VARIABLES, variables.encode())

    def abandoned(self, hosts: Iterable[str]) -> list[str]:
        """Return the hosts that there are files of, but that are not among `hosts`."""
        known = set(hosts)
        build = self.site / BUILD
        found = {path.parent.name for name in (_MANIFEST, _FILES) for path in build.glob(f"*/{name}")}
        return sorted(found - known)

    def remove(self, host: str) -> None:
        """Remove the bundle of a host."""
        with reported(self._directory(host)):
            shutil.rmtree(self._directory(host))

    def _directory(self, host: str) -> Path:
        return self.site / BUILD / host

    def _write(self, path: Path, data: bytes, *, durable: bool = True) -> None:
        self.files.make_directory(path.parent)
        if not path.is_file() or path.read_bytes() != data:
            self.files.write(path, data, durable=durable)

    def _remove(self, path: Path) -> None:
        # A run that was killed may have made a directory of it already.
        if path.is_symlink() or not path.is_dir():
            self.files.remove(path)

    def _prune(self, root: Path) -> None:
        for directory in sorted(root.rglob("*"), reverse=True):
            if directory.is_dir() and not any(directory.iterdir()):
                with reported(directory):
                    directory.rmdir()

    def _on_disk(self, host: str) -> Iterator[str]:
        root = self._directory(host) / _FILES
        return (f"/{path.relative_to(root)}" for path in root.rglob("*") if not path.is_dir())

    def _last(self, host: str) -> Manifest:
        """Return the last manifest; an empty one if there is none that can be believed."""
        try:
            manifest = json.loads((self._directory(host) / _MANIFEST).read_bytes())
        except (OSError, ValueError):
            return {}
        if not isinstance(manifest, dict) or (manifest.get("format"), manifest.get("version")) != (FORMAT, VERSION):
            return {}
        return manifest if manifest.get("checksum") == checksum(manifest) else {}

    def _compare(self, host: str, file: ServerFile, last: Manifest | None, new: Manifest) -> FileChange:
        path = file.placement.path
        try:
            before = (self._directory(host) / _FILES / path.lstrip("/")).read_bytes()
        except OSError:
            return FileChange(path, Change.NEW)
        if last == new and before == data_of(file):
            return FileChange(path, Change.SAME)
        if not last and before == data_of(file):
            return FileChange(path, Change.NEW)
        return FileChange(path, Change.CHANGED, "".join(_diff(before, file, last, new)))


def refuse_other_bundles(changes: Sequence[HostChange], variables: FileChange) -> None:
    """Raise RefusedError unless what stands in build/ is what the settings say now."""
    stale = [change.host for change in changes if change.pending]
    if variables.change is not Change.SAME:
        stale.append(f"build/{variables.path}")
    if not stale:
        return
    never = all(change.first for change in changes)
    raise RefusedError(
        "nothing is rendered yet" if never else "the settings, or what stands in build/, changed since it was rendered",
        hint="Render, read what changed, then deploy: jitsi-migrate render",
        details=[] if never else stale,
    )


def _entries(manifest: Manifest) -> dict[str, Manifest]:
    return {entry["path"]: entry for entry in manifest.get("files", ())}


def _diff(before: bytes, file: ServerFile, last: Manifest | None, new: Manifest) -> Iterator[str]:
    for key in ("owner", "group", "mode", "validate", "check", "restart", "reload"):
        # A manifest of an earlier program has no check.
        old_value = last.get(key, []) if last else new[key]
        if old_value != new[key]:
            yield f"({key}: {_shown(old_value)} becomes {_shown(new[key])})\n"
    if before == data_of(file) or not isinstance(file.content, Content):
        return
    # Where the file is not what the manifest tells, nobody knows where its secrets stand.
    if last is None or sha256_of(before) != last["sha256"]:
        yield _NOT_COMPARED
        return
    old = Content(before.decode(errors="replace"), spans(last)).masked
    yield _unified(old, file.content.masked, file.placement.path)


def _unified(before: str, after: str, name: str) -> str:
    # Lines end at a newline and nowhere else: other characters that could end one are part of a value.
    old, new = (text.removesuffix("\n").split("\n") for text in (before, after))
    return "".join(f"{line}\n" for line in difflib.unified_diff(old, new, "last", name, n=2, lineterm=""))


def _beside(last: Manifest, new: Manifest) -> Iterator[str]:
    for key in _BESIDE:
        before, after = (_flat(manifest.get(key, {})) for manifest in (last, new))
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                yield f"{name}: {_shown(before.get(name))} becomes {_shown(after.get(name))}"


def _flat(value: Any) -> Mapping[str, str]:
    return value if isinstance(value, dict) else {link["path"]: f"a link to {link['target']}" for link in value}


def _shown(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value or "") or "nothing"


def find_files(bundles: Sequence[Bundle], wanted: str) -> list[tuple[str, ServerFile]]:
    """Return host and file for each file whose path is `wanted` or ends in it."""
    ending = "/" + wanted.lstrip("/")
    return [(bundle.host, file) for bundle in bundles for file in bundle.files if file.placement.path.endswith(ending)]
