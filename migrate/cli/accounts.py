"""The command accounts: hosts of meetings get logins on the server."""

from __future__ import annotations

import click

from migrate.cli.command import AskReach, command, reaches_hosts
from migrate.cli.ending import Ending
from migrate.cli.session import Session


@command("accounts")
@click.option("--dry-run", is_flag=True, help="Show what would change in logins.csv, and do nothing.")
@click.option("--reset", multiple=True, metavar="LOGIN", help="Give a login another password. Can be repeated.")
@click.option("--prune", is_flag=True, help="Remove logins of people who are not in hosts.csv any more.")
@click.pass_obj
@reaches_hosts
def accounts(session: Session, /, reset: tuple[str, ...], *, dry_run: bool, prune: bool, ask_reach: AskReach) -> Ending:
    """Give everybody with an account in hosts.csv a login on the server.

    Logins and the passwords that people get first stand in logins.csv. Who has a login keeps it, and a password that
    was changed on the server stays.
    """
    from migrate.cli.giving_accounts import give_accounts

    return give_accounts(session, reset, ask_reach, prune=prune, dry_run=dry_run)
