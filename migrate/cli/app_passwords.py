"""App passwords for the accounts of hosts, made on the server for the time of one command."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from migrate.cli.session import Session
from migrate.cli.site import Site, now
from migrate.cli.text import visible
from migrate.core.errors import Exit, MigrateError, summed_up
from migrate.shared.credentials import read_credentials
from migrate.state.sqlite import SqliteJournal

if TYPE_CHECKING:  # most sites need none of it
    from migrate.services.app_passwords import AppPasswords


@contextmanager
def app_passwords(session: Session, site: Site, journal: SqliteJournal, accounts: Collection[str]) -> Iterator[Site]:
    """Return the site with the passwords that accounts lack; they are good until the end of the block.

    The site must be locked. What cannot be revoked then stays in the journal, and is tried again by the next command.
    """
    lacking = _without_password(site, accounts)
    if not lacking and not journal.tokens.open():
        yield site
        return
    server = _server(session, site, journal)
    _revoke(session, server)
    try:
        made = server.make(lacking)
        _warn("for some accounts no app password could be made", _lines(made.refused))
        yield replace(site, passwords=made.passwords)
    finally:
        _revoke(session, server)


def revoke_left(session: Session, site: Site, journal: SqliteJournal) -> None:
    """Revoke what an interrupted command left on the server. The site must be locked."""
    if journal.tokens.open():
        _revoke(session, _server(session, site, journal))


def who_looks_up(site: Site) -> list[str]:
    """Return the account that looks up others, if migrate.toml names one."""
    return [user for table in site.tables.values() if (user := getattr(table, "directory_user", None))]


def _without_password(site: Site, accounts: Collection[str]) -> list[str]:
    """Return for which of the accounts app passwords are to be made."""
    tables = [table for table in site.tables.values() if getattr(table, "app_passwords", False)]
    known = [read_credentials(site.path / table.credentials).keys() for table in tables]
    return sorted(account for account in accounts if any(account not in names for names in known))


def _server(session: Session, site: Site, journal: SqliteJournal) -> AppPasswords:
    from migrate.cli.occ import occ_host, open_occ
    from migrate.services.app_passwords import AppPasswords

    return AppPasswords(open_occ(session, site), journal.tokens, occ_host(site), now)


def _revoke(session: Session, server: AppPasswords) -> None:
    """Revoke all there is. What is left is told, and never hides how the command itself ended."""
    try:
        left = server.revoke()
        session.shortfall = _shortfall(session, left)
    except MigrateError as error:
        session.shortfall = _shortfall(session, {"": error.message})
    if session.shortfall:
        _warn(session.shortfall.message, session.shortfall.details, session.shortfall.hint)


def _shortfall(session: Session, left: Mapping[str, str]) -> MigrateError | None:
    hint = f"Revoke them later: {session.command_line('status', '--revoke')}"
    return summed_up(["app passwords are left on the server", *_lines(left)] if left else [], [hint], Exit.PARTIAL)


def _lines(reasons: Mapping[str, str]) -> list[str]:
    return [f"{account}: {why}" if account else why for account, why in reasons.items()]


def _warn(message: str, details: Sequence[str], hint: str = "") -> None:
    if details:
        click.echo(f"warning: {message}", err=True)
    for line in (*(f"  - {detail}" for detail in details), *(f"hint: {text}" for text in [hint] if text)):
        click.echo(visible(line), err=True)
