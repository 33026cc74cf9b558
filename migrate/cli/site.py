"""The site directory: everything about one migration, opened for a command."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import Any

from migrate import registry
from migrate.cli.session import Session
from migrate.config import Secrets, Settings, load_secrets, load_settings
from migrate.core.errors import ConfigurationError, UsageError
from migrate.core.journal import Journal, Run
from migrate.core.occ import Occ
from migrate.core.ports import Calendar, SiteFacts
from migrate.core.rooms import Target
from migrate.services.passwords import FILE as PASSWORDS
from migrate.services.passwords import passwords
from migrate.shared import hosts
from migrate.shared.files import Files
from migrate.state.lock import SiteLock
from migrate.state.sqlite import SqliteJournal

SETTINGS = "migrate.toml"
SECRETS = "secrets.toml"
STATE = "state.sqlite"
LOCK = ".lock"
PLAN = "plan.json"
RUNS = "runs"


def now() -> datetime:
    """Return the time, UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def directory(session: Session) -> Path:
    """Return the site directory, there or not. Raise UsageError if its name is no text: reports and plans hold it."""
    try:
        str(session.site).encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(session.site).decode(errors="replace")
        raise UsageError(f"{shown}: the name is not UTF-8", hint="Rename the directory, or choose another.") from error
    return session.site


def exists(session: Session) -> bool:
    """Tell whether there is a site directory."""
    return (directory(session) / SETTINGS).is_file()


@dataclass(frozen=True)
class Site:
    """One site directory and its adapters, made when they are asked for.

    `passwords` are those that were made for this one command, by account.
    """

    path: Path
    files: Files
    session: Session = field(default_factory=Session, repr=False)
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, session: Session) -> Site:
        """Open the site directory of the session; raise ConfigurationError if it is none."""
        if not exists(session):
            raise ConfigurationError(
                f"{session.site} is not a site directory: it has no {SETTINGS}",
                hint="Make one with: jitsi-migrate init --server meet.example.org",
            )
        return cls(session.site, Files(), session)

    @cached_property
    def settings(self) -> Settings:
        """What migrate.toml says."""
        return load_settings(self.path / SETTINGS)

    @cached_property
    def secrets(self) -> Secrets:
        """What secrets.toml says."""
        return load_secrets(self.path / SECRETS, may_ask=self.session.may_ask)

    @cached_property
    def target(self) -> Target:
        """The conferencing system of the settings."""
        return registry.adapter(Target, self.settings.target).open(self.tables["targets"], self._facts)

    @cached_property
    def calendar(self) -> Calendar:
        """The way out for events of the settings."""
        return registry.adapter(Calendar, self.settings.calendar).open(self.tables["calendars"], self._facts)

    @property
    def tables(self) -> dict[str, Any]:
        """What migrate.toml says of the chosen target and calendar."""
        chosen = {"targets": self.settings.target, "calendars": self.settings.calendar}
        return {section: self._own(section, name) for section, name in chosen.items()}

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What of the settings a plan depends on, secrets by fingerprint: it goes into the plan and its checksum."""
        settings = self.settings
        tables = {section: _plain(table) for section, table in self.tables.items()}
        return {"site": str(settings.site.id), "site_key": self.secrets.fingerprint, **tables}

    def journal(self, *, read_only: bool = False) -> SqliteJournal:
        """Open the journal."""
        return SqliteJournal.open(self.path / STATE, read_only=read_only)

    def hosts(self) -> hosts.HostBook:
        """Read hosts.csv; an absent one is empty."""
        path = self.path / hosts.FILE
        return hosts.read(path.read_bytes(), str(path)) if path.exists() else hosts.HostBook()

    def lock(self, command: str) -> SiteLock:
        """Return the lock by which one command holds the site."""
        return SiteLock(self.path / LOCK, command, now())

    @contextmanager
    def locked(self, command: str) -> Iterator[SqliteJournal]:
        """Hold the site for one command, and open its journal."""
        with self.lock(command), self.journal() as journal:
            yield journal

    def new_directory(self, folder: str, command: str) -> Path:
        """Make a directory for what a command leaves behind, named by the time."""
        stamp = f"{now():%Y%m%dT%H%M%SZ}-{command}"
        names = chain([stamp], (f"{stamp}-{number}" for number in count(2)))
        made = next(path for name in names if not (path := self.path / folder / name).exists())
        self.files.make_directory(made)
        return made

    def write_passwords(self, journal: Journal) -> list[str]:
        """Bring passwords.csv up to date, for its owner's eyes, and say so; none is left where no room takes one."""
        sheet = passwords(self.target, journal.snapshot().made.values()) if self.target.has_accounts else ""
        if sheet:
            self.files.write(self.path / PASSWORDS, sheet.encode())
            return [f"{self.path / PASSWORDS}: the passwords of rooms; give each to the host alone"]
        self.files.remove(self.path / PASSWORDS)
        return []

    def run_directory(self, run: str) -> Path:
        """Return where the reports of a run are, made if needed."""
        directory = self.path / RUNS / run
        self.files.make_directory(directory)
        return directory

    def new_run(self, command: str, plan: str) -> Run:
        """Return a run that begins now. Its id is the time, and a number if reports of that second are there."""
        started = now()
        stamp = f"{started:%Y%m%dT%H%M%SZ}"
        # The journal may have been lost, but not the reports.
        ids = chain([stamp], (f"{stamp}-{number}" for number in count(2)))
        return Run(next(name for name in ids if not (self.path / RUNS / name).exists()), command, plan, started)

    @cached_property
    def _facts(self) -> SiteFacts:
        key = self.secrets.site_key.get_secret_value().encode()
        return SiteFacts(self.path, self.settings.site.id, key, self.passwords, self._occ)

    def _occ(self) -> Occ:
        from migrate.cli.occ import open_occ

        # It is run while a bar shows how far the writing is.
        return open_occ(self.session, self, shows=False)

    def _own(self, section: str, name: str) -> Any:
        table = getattr(getattr(self.settings, section), name.replace("-", "_"), None)
        if table is None:
            raise ConfigurationError(
                f"{self.path / SETTINGS}: the table [{section}.{name}] is missing",
                hint="jitsi-migrate init --server meet.example.org shows a complete file.",
            )
        return table


def _plain(table: Any) -> dict[str, Any]:
    plain: dict[str, Any] = table.model_dump(mode="json")
    return plain
