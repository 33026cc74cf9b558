"""The command destroy: what deploy made on the hosts goes again."""

from __future__ import annotations

import click

from migrate.cli import completing
from migrate.cli.command import AskReach, command, reaches_hosts
from migrate.cli.ending import Ending
from migrate.cli.session import Session


@command("destroy")
@click.argument("hosts", nargs=-1, metavar="[HOST]...", shell_complete=completing.hosts)
@click.option("--confirm", metavar="DOMAIN", help="Do it without a question: the server's domain, in full.")
@click.option("--check", "--dry-run", "check", is_flag=True, help="Show what would go, and remove nothing.")
@click.option("--diff", is_flag=True, help="Show what goes line by line. Secrets are not shown.")
@click.option("--with-certificates", is_flag=True, help="Remove certbot's certificates too.")
@click.pass_obj
@reaches_hosts
def destroy(
    session: Session, /, hosts: tuple[str, ...], confirm: str | None, ask_reach: AskReach, **options: bool
) -> Ending:
    """Remove from the hosts what `deploy` made there, and nothing else.

    Services stop; a bridge first waits until its meetings are over. Packages go that were installed for the server,
    and files that still are what was placed. Data, such as people's logins, stays on each host in an archive.
    """
    from migrate.cli.destroying import Wish, destroy_hosts

    return destroy_hosts(session, Wish(hosts, confirm, **options), ask_reach)
