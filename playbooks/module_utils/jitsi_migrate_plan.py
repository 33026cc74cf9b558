"""What a bundle places, what stands there now, and what is to do: nothing here changes the server."""

from __future__ import annotations

import json
import posixpath
import stat
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from ansible.module_utils.jitsi_migrate_files import gid_of, uid_of
from ansible.module_utils.jitsi_migrate_refused import Refused

FORMAT, VERSION = "jitsi-migrate/bundle", 1


class File(NamedTuple):
    """A file as the manifest tells it."""

    path: str
    sha256: str
    owner: str
    group: str
    mode: str
    validate: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    restart: tuple[str, ...] = ()
    reload: tuple[str, ...] = ()
    secrets: tuple[list[Any], ...] = ()  # first character, the one after the last, what to show instead


class Link(NamedTuple):
    """A symbolic link as the manifest tells it."""

    path: str
    target: str


class Placed(NamedTuple):
    """What a bundle places, or several placed, and the services that have not been told yet.

    `unchecked` are the places that a run changes, until the checks agree, and whether anything stood there before it.
    """

    files: list[File]
    links: list[Link]
    restart: tuple[str, ...] = ()
    reload: tuple[str, ...] = ()
    unchecked: Mapping[str, bool] = MappingProxyType({})

    @property
    def paths(self) -> set[str]:
        """All places."""
        return {file.path for file in self.files} | {link.path for link in self.links}


class Standing(NamedTuple):
    """What stands at a path now; without data and target it is neither a file nor a link."""

    uid: int
    gid: int
    mode: int
    data: bytes | None = None
    target: str | None = None


class Difference(NamedTuple):
    """What must become of a path, and why; what becomes None is removed."""

    path: str
    wanted: File | Link | None
    standing: Standing | None
    reasons: list[str]

    @property
    def needs_content(self) -> bool:
        """Whether it is a file to be written, and not only to be given its rights."""
        return isinstance(self.wanted, File) and not {"missing", "kind", "content"}.isdisjoint(self.reasons)


class Plan(NamedTuple):
    """All that is to do on this server."""

    differences: list[Difference]
    kept: list[str]
    restart: list[str]
    reload: list[str]
    checks: list[tuple[str, ...]]

    @property
    def new_files(self) -> list[File]:
        """The files whose content is needed."""
        return [item.wanted for item in self.differences if item.needs_content and isinstance(item.wanted, File)]

    def told(self) -> dict[str, Any]:
        """Return the plan as the module's result."""
        return {
            "files": {item.path: item.reasons for item in self.differences if item.wanted},
            "contents": [file.path for file in self.new_files],
            "removed": [item.path for item in self.differences if not item.wanted],
            "kept": self.kept,
            "restart": self.restart,
            "reload": self.reload,
        }


def read_manifest(manifest: Mapping[str, Any]) -> Placed:
    """Return what a manifest places. Fields that are not known are left aside."""
    if (manifest.get("format"), manifest.get("version")) != (FORMAT, VERSION):
        raise Refused("this is no manifest of a version that can be placed: render it with the same jitsi-migrate")
    counted = {key: value for key, value in manifest.items() if key != "checksum"}
    if digest(json.dumps(counted, sort_keys=True, ensure_ascii=False).encode()) != manifest.get("checksum"):
        raise Refused("the manifest is not as it was rendered: render it again")
    return placed_of(manifest)


def placed_of(data: Mapping[str, Any]) -> Placed:
    """Return the files and links of a manifest or a record."""
    return Placed(
        [_file(entry) for entry in data["files"]],
        [Link(entry["path"], entry["target"]) for entry in data["links"]],
    )


def _file(entry: Mapping[str, Any]) -> File:
    fields: dict[str, Any] = {
        name: tuple(entry[name]) if isinstance(entry[name], list) else entry[name]
        for name in File._fields
        if name in entry
    }
    return File(**fields)


def standing_at(path: str) -> Standing | None:
    """Return what stands at a path, nothing followed and nothing opened that is not a file."""
    try:
        status = Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    found = Standing(status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode))
    if stat.S_ISREG(status.st_mode):
        return found._replace(data=Path(path).read_bytes())
    return found._replace(target=str(Path(path).readlink())) if stat.S_ISLNK(status.st_mode) else found


def reasons(wanted: File | Link, standing: Standing | None) -> list[str]:
    """Return in what a path differs from what is wanted there."""
    if standing is None:
        return ["missing"]
    if isinstance(wanted, Link):
        return [] if standing.target == wanted.target else ["kind" if standing.target is None else "target"]
    if standing.data is None:
        return ["kind"]
    differs = {
        "content": digest(standing.data) != wanted.sha256,
        "owner": standing.uid != uid_of(wanted.owner),
        "group": standing.gid != gid_of(wanted.group),
        "mode": standing.mode != int(wanted.mode, 8),
    }
    return [reason for reason, true in differs.items() if true]


def plan_for(wanted: Placed, record: Placed) -> Plan:
    """Return what is to do: files first, then the links to them, then what is not wanted any more."""
    stale, kept = leftovers(wanted, record)
    items: list[File | Link] = [*wanted.files, *wanted.links]
    found = [(item, standing_at(item.path)) for item in items]
    compared = [Difference(item.path, item, standing, reasons(item, standing)) for item, standing in found]
    differences = [*(item for item in compared if item.reasons), *stale]
    changed = {item.path for item in differences}
    checks = {file.check for file in affected({*changed, *record.unchecked}, wanted, record) if file.check}
    return Plan(differences, kept, *services(affected(changed, wanted, record), record), sorted(checks))


def leftovers(wanted: Placed, record: Placed) -> tuple[list[Difference], list[str]]:
    """Return what is to be removed, links first, and what is not ours any more."""
    removed, kept = [], []
    links = links_of(record)
    for path in sorted(record.paths - wanted.paths, key=lambda path: (path not in links, path)):
        standing = standing_at(path)
        if standing and is_ours(path, standing, record):
            removed.append(Difference(path, None, standing, ["unwanted"]))
        elif standing:
            kept.append(path)
    return removed, kept


def is_ours(path: str, standing: Standing, record: Placed) -> bool:
    """Tell whether a path still is what a bundle placed there; an interrupted run leaves two answers."""
    if standing.data is not None:
        return any(file.path == path and file.sha256 == digest(standing.data) for file in record.files)
    return Link(path, standing.target or "") in record.links


def affected(changed: set[str], wanted: Placed, record: Placed) -> list[File]:
    """Return the files at paths that change, and those that changed links lead to."""
    links = {**links_of(record), **links_of(wanted)}
    targets = {target_of(path, links[path]) for path in changed & links.keys()}
    known = [*wanted.files, *(file for file in record.files if file.path not in wanted.paths)]
    return [file for file in known if file.path in changed | targets]


def services(files: Iterable[File], record: Placed) -> tuple[list[str], list[str]]:
    """Return the services to restart and to reload: those of changed files, and those that are still to be told."""
    files = list(files)
    restart = {*record.restart, *(name for file in files for name in file.restart)}
    reload = {*record.reload, *(name for file in files for name in file.reload)}
    return sorted(restart), sorted(reload - restart)


def target_of(path: str, target: str) -> str:
    """Return the path that a link leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def links_of(placed: Placed) -> dict[str, str]:
    """Return path to target."""
    return {link.path: link.target for link in placed.links}


def digest(data: bytes) -> str:
    """Return the checksum that manifests use."""
    return sha256(data).hexdigest()
