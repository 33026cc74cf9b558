"""init: a site directory with settings, secrets and empty tables, made once and never overwritten."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from migrate.core.errors import UsageError
from migrate.shared import hosts
from migrate.shared.files import Files
from migrate.shared.resources import project_text
from migrate.shared.templates import render

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+{_LABEL}(?::\d{{1,5}})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Initialised:
    """What init did: the files it made, those that were there already, and whether a server was named."""

    site: Path
    made: tuple[str, ...]
    kept: tuple[str, ...]
    server: str


def initialise(site: Path, server: str, files: Files) -> Initialised:
    """Make what is missing of a site directory. Raises UsageError if `server` is not a host name."""
    if server and not _HOST_NAME.fullmatch(server):
        raise UsageError(f"{server!r} is not a host name", hint="Give the name alone: --server meet.example.org")
    files.make_directory(site)
    contents: dict[str, Callable[[], str]] = {
        "migrate.toml": lambda: (
            render("site/migrate.toml.j2", id=str(uuid.uuid4()), url=f"https://{server.lower()}" if server else "").text
        ),
        "secrets.toml": lambda: render("site/secrets.toml.j2", site_key=secrets.token_hex(32)).text,
        "inventory.ini": lambda: project_text("inventory.example"),
        hosts.FILE: lambda: hosts.dump(hosts.HostBook()),
        ".gitignore": lambda: render("site/gitignore.j2").text,
    }
    missing = [name for name in contents if not (site / name).exists()]
    for name in missing:
        files.write(site / name, contents[name]().encode())
    return Initialised(site, tuple(missing), tuple(name for name in contents if name not in missing), server)
