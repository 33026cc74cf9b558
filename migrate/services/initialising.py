"""init: a site directory with settings, secrets and empty tables. What is there is kept; a server is added to it."""

from __future__ import annotations

import re
import secrets
import shlex
import tomllib
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE
from typing import Any

from migrate.core.errors import ConfigurationError, UsageError
from migrate.shared import hosts
from migrate.shared.files import Files
from migrate.shared.resources import project_text
from migrate.shared.templates import render
from migrate.shared.vault import is_sealed

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+{_LABEL}(?::\d{{1,5}})?", re.IGNORECASE)

_SETTINGS, _SECRETS, _INVENTORY = "migrate.toml", "secrets.toml", "inventory.ini"
_NAMES = (_SETTINGS, _SECRETS, _INVENTORY, hosts.FILE, ".gitignore")


@dataclass(frozen=True)
class NewServer:
    """A server to add: its product's table in migrate.toml and secrets.toml, and how it gets into an inventory.

    `others` are the tables of other products, which a site directory cannot have beside it: their hosts would be the
    same, and so would their files.
    """

    table: str
    others: tuple[str, ...]
    label: str
    domain: str
    settings: str
    secrets: str
    listed: Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class NewTarget:
    """The system that meetings move to, if it is not Jitsi Meet: its table in migrate.toml, and where calendars are."""

    name: str
    settings: str
    calendars_url: str


@dataclass(frozen=True, slots=True)
class Initialised:
    """What init did: the files it made, those that it added to, and those that are as they were."""

    site: Path
    made: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...]


def initialise(
    site: Path,
    server: str,
    files: Files,
    new: NewServer | None = None,
    *,
    target: NewTarget | None = None,
    dry_run: bool = False,
) -> Initialised:
    """Make what is missing of a site directory, with links to `server`; add a new server to it.

    Raises UsageError if `server` is not a host name or the directory has another server, ConfigurationError if a file
    cannot be added to; nothing was written then.
    """
    check_name(server)
    texts = {name: content for name in _NAMES if (content := _data(site / name)) is not None}
    after = _fresh(texts, server, target) | texts
    if new:
        after |= _with_server(after, site, new)
    changed = [name for name in _NAMES if after[name] != texts.get(name)]
    if not dry_run:
        files.make_directory(site)
        # The settings last: where they have the server, nothing is missing.
        for name in sorted(changed, key=lambda name: name == _SETTINGS):
            files.write(site / name, after[name], _mode(site / name))
    return Initialised(
        site,
        made=tuple(name for name in changed if name not in texts),
        added=tuple(name for name in changed if name in texts),
        kept=tuple(name for name in _NAMES if name not in changed),
    )


def check_name(server: str) -> None:
    """Raise UsageError if a server is named that is not a host name."""
    if server and not _HOST_NAME.fullmatch(server):
        raise UsageError(f"{server!r} is not a host name", hint="Give the name alone: --server meet.example.org")


def _fresh(texts: Collection[str], server: str, target: NewTarget | None) -> dict[str, bytes]:
    """Return what the files hold that are not there."""
    url = f"https://{server.lower()}" if server else ""
    contents: dict[str, Callable[[], str]] = {
        _SETTINGS: lambda: _settings(url, target),
        _SECRETS: lambda: render("site/secrets.toml.j2", site_key=secrets.token_hex(32)).text,
        _INVENTORY: lambda: project_text("inventory.example"),
        hosts.FILE: lambda: hosts.dump(hosts.HostBook()),
        ".gitignore": lambda: render("site/gitignore.j2").text,
    }
    return {name: content().encode() for name, content in contents.items() if name not in texts}


def _settings(url: str, target: NewTarget | None) -> str:
    calendars_url = target.calendars_url if target else ""
    page = render(
        "site/migrate.toml.j2",
        id=str(uuid.uuid4()),
        url=url,
        target=target.name if target else "jitsi",
        calendar="caldav" if calendars_url else "ics",
        calendars_url=calendars_url,
    ).text
    return _appended(page, target.settings) if target else page


def _with_server(files: Mapping[str, bytes], site: Path, new: NewServer) -> dict[str, bytes]:
    """Return the files that a server is added to. What has its table already is as it was."""
    texts = {name: _decoded(files[name], site / name) for name in (_SETTINGS, _SECRETS, _INVENTORY)}
    tables = _tables(texts[_SETTINGS], site / _SETTINGS)
    known = tables.get(new.table)
    _refuse_other_products(tables, site, new)
    if known is None:
        texts[_SETTINGS] = _appended(texts[_SETTINGS], new.settings)
    else:
        _refuse_another(known, site, new)
    if is_sealed(texts[_SECRETS]):
        if known is None:
            raise _sealed(site, new)
    elif new.table not in _tables(texts[_SECRETS], site / _SECRETS):
        texts[_SECRETS] = _appended(texts[_SECRETS], new.secrets)
    texts[_INVENTORY] = new.listed(texts[_INVENTORY], str(site / _INVENTORY))
    return {name: text.encode() for name, text in texts.items()}


def _refuse_another(known: Any, site: Path, new: NewServer) -> None:
    domain = str(known.get("domain", new.domain) if isinstance(known, dict) else new.domain)
    if domain.lower() != new.domain:
        raise UsageError(
            f"{site / _SETTINGS} has a {new.label} server already: {domain}",
            hint=f"A site directory has one. Make another: jitsi-migrate --site DIRECTORY init {new.domain}",
        )


def _refuse_other_products(tables: Collection[str], site: Path, new: NewServer) -> None:
    if found := [table for table in new.others if table in tables]:
        raise UsageError(
            f"{site / _SETTINGS} has the table [{found[0]}]: it is the site of another server",
            hint=f"A site directory has one. Make another: jitsi-migrate --site DIRECTORY init {new.domain} "
            f"--product {new.table}",
        )


def _sealed(site: Path, new: NewServer) -> ConfigurationError:
    path = str(site / _SECRETS)
    commands = (
        ("ansible-vault", "decrypt", path),
        ("jitsi-migrate", "--site", str(site), "init", new.domain, "--product", new.table),
        ("ansible-vault", "encrypt", path),
    )
    return ConfigurationError(
        f"{path} is sealed by ansible-vault, and the server needs new secrets in it",
        hint=f"Unseal it, run this again and seal it: {' && '.join(map(shlex.join, commands))}",
    )


def _appended(text: str, page: str) -> str:
    end = "" if text.endswith("\n") or not text else "\n"
    return f"{text}{end}\n{page}"


def _tables(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{path}: {error}", hint="It must be TOML before a server can be added.") from error


def _data(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read ({error.strerror})", hint="It must be a file that you may read."
        ) from error


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: {error}", hint="It must be in UTF-8.") from error


def _mode(path: Path) -> int:
    """Return the rights of a new file: those of the old one, but nobody else's for secrets."""
    return S_IMODE(path.stat().st_mode) if path.exists() and path.name != _SECRETS else 0o600
