"""The command preflight: whether the hosts are ready, before anything is changed there."""

from __future__ import annotations

import click

from migrate.cli import completing
from migrate.cli.command import AskReach, command, reaches_hosts
from migrate.cli.ending import Ending
from migrate.cli.session import Session


@command("preflight")
@click.argument("hosts", nargs=-1, metavar="[HOST]...", shell_complete=completing.hosts)
@click.pass_obj
@reaches_hosts
def preflight(session: Session, /, hosts: tuple[str, ...], ask_reach: AskReach) -> Ending:
    """Look whether the hosts are ready to be deployed, in seconds, and change nothing there.

    Names, ports, addresses, packages and the hosts themselves are looked at, from here and from the hosts of the group
    [vantage] of inventory.ini, if there is one.
    """
    from migrate.cli.preflighting import look_at

    return look_at(session, hosts, ask_reach)
