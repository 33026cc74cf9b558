"""The command init: make a site directory."""

from __future__ import annotations

import click

from migrate.cli.command import command
from migrate.cli.ending import Ending
from migrate.cli.session import Session


@command("init")
@click.option(
    "--server", metavar="NAME", default="", help="The host name of the Jitsi Meet server, such as meet.example.org."
)
@click.pass_obj
def init(session: Session, server: str) -> Ending:
    """Make a site directory for one migration.

    It gets settings, secrets and an empty table of hosts. Files that are there already are left as they are.
    """
    from migrate.cli.output import Output
    from migrate.cli.site import SETTINGS, directory
    from migrate.services.initialising import initialise
    from migrate.shared.files import Files

    path = directory(session)
    if not server and session.may_ask and not (path / SETTINGS).exists():
        server = click.prompt("Host name of the Jitsi Meet server", default="", show_default=False, err=True)
    done = initialise(path, server, Files())

    def show(output: Output) -> None:
        output.table([["made" if name in done.made else "kept", name] for name in (*done.made, *done.kept)], indent=0)
        if server and "migrate.toml" in done.kept:
            output.line(f"migrate.toml was there: its server was not changed to {server}.")
        output.gap()
        if "migrate.toml" in done.made and not server:
            output.verdict("Now set the url of your server in migrate.toml, under [targets.jitsi].")
        else:
            output.suggest("Ready. Next:", "plan", "FILE.csv", "--timezone", "Europe/Berlin")

    return Ending(0, {"site": str(done.site), "made": list(done.made), "kept": list(done.kept)}, show)
