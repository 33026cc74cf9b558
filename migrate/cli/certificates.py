"""The command certificates: how long the hosts' certificates last."""

from __future__ import annotations

import click

from migrate.cli import completing
from migrate.cli.command import AskReach, command, reaches_hosts
from migrate.cli.ending import Ending
from migrate.cli.session import Session


@command("certificates")
@click.argument("hosts", nargs=-1, metavar="[HOST]...", shell_complete=completing.hosts)
@click.option("--days", metavar="N", type=click.IntRange(0), default=25, show_default=True, help="What each must last.")
@click.pass_obj
@reaches_hosts
def certificates(session: Session, /, hosts: tuple[str, ...], days: int, ask_reach: AskReach) -> Ending:
    """Show how many days the certificates of the hosts have left, and change nothing.

    All are renewed by themselves when they have 30 days left, so fewer than --days tell that this fails. The exit code
    is 7 then, for a monitoring system.
    """
    from migrate.cli.reading_certificates import read_certificates

    return read_certificates(session, hosts, days, ask_reach)
