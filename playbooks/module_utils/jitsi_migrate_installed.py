"""Packages as dpkg knows them, and those that we brought."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any, NamedTuple

from ansible.module_utils.jitsi_migrate_files import put
from ansible.module_utils.jitsi_migrate_programs import output, tried
from ansible.module_utils.jitsi_migrate_refused import Refused

FORMAT, VERSION = "jitsi-migrate/packages", 1
JOURNAL = Path("/var/lib/dpkg/updates")
QUERY = ("dpkg-query", "--show", r"--showformat=${Package}\t${Version}\t${db:Status-Want}\t${db:Status-Status}\n")


class Package(NamedTuple):
    """A package that dpkg knows more of than its name."""

    version: str
    is_held: bool
    status: str

    @property
    def is_whole(self) -> bool:
        """Whether it is installed, with nothing left to do."""
        return self.status == "installed"


class Record(NamedTuple):
    """What we brought: destroy takes exactly that away."""

    installed: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    release: str = ""  # the pattern that `versions` were found by
    versions: tuple[tuple[str, str], ...] = ()


def packages() -> dict[str, Package]:
    """Return what is installed, or half installed."""
    return packages_of(output(*QUERY))


def packages_of(listed: str) -> dict[str, Package]:
    """Return the packages of what QUERY prints."""
    found = {}
    for line in listed.splitlines():
        name, version, want, status = line.split("\t")
        if status not in ("not-installed", "config-files"):
            found[name] = Package(version, want == "hold", status)
    return found


def interrupted(known: dict[str, Package]) -> list[str]:
    """Return what an installation left half way."""
    journal = ["dpkg"] * (JOURNAL.is_dir() and any(path.name.isdigit() for path in JOURNAL.iterdir()))
    return [*journal, *(f"{name} {package.status}" for name, package in known.items() if not package.is_whole)]


def complete() -> None:
    """Let dpkg complete what it can. What is missing for the rest only apt can get."""
    tried("dpkg", "--configure", "-a", "--force-confdef", "--force-confold")


def hold(names: Collection[str]) -> None:
    """Keep others from changing these packages."""
    if names:
        output("dpkg", "--set-selections", text="".join(f"{name} hold\n" for name in sorted(names)))


def read_record(path: Path) -> Record:
    """Return what we brought so far."""
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if (data["format"], data["version"]) != (FORMAT, VERSION):
            raise Refused(f"{path}: was written by another version of jitsi-migrate")
        versions = tuple((name, version) for name, version in sorted(data["versions"].items()))
        return Record(tuple(data["installed"]), tuple(data["files"]), data["release"], versions)
    except FileNotFoundError:
        return Record()
    except (ValueError, KeyError, TypeError):
        raise Refused(f"{path}: cannot be read. Remove it; destroy then leaves the packages installed") from None


def keep(path: Path, record: Record) -> None:
    """Write down what we brought."""
    fields = {"format": FORMAT, "version": VERSION, **record._asdict(), "versions": dict(record.versions)}
    put(path, (json.dumps(fields) + "\n").encode(), 0o600)
