"""The command init: make a site directory, and add a server to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrate.cli import completing
from migrate.cli.command import command
from migrate.cli.ending import Ending
from migrate.cli.session import Session

if TYPE_CHECKING:
    from migrate.cli.output import Output
    from migrate.services.initialising import Initialised


@command("init")
@click.argument("host", default="", metavar="[HOST]")
@click.option(
    "--server",
    metavar="NAME",
    default="",
    help="The host name of a server that exists already: links lead to it.",
)
@click.option(
    "--target",
    metavar="SYSTEM",
    default="jitsi",
    show_default=True,
    shell_complete=completing.targets,
    help="What --server is, such as nextcloud_talk.",
)
@click.option(
    "--product",
    metavar="PRODUCT",
    default="jitsi_meet",
    show_default=True,
    shell_complete=completing.products,
    help="What HOST shall be, such as nextcloud_talk.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be made, and write nothing.")
@click.pass_obj
def init(session: Session, host: str, server: str, target: str, product: str, dry_run: bool) -> Ending:
    """Make a site directory for one migration, and add the server HOST to it.

    It gets settings, secrets and an empty table of hosts. HOST, such as meet.example.org, is a server to be made, of
    Jitsi Meet or of another --product: its settings and secrets are added to the files, and its name to the inventory.
    Whatever is in files that are there already is left as it is.
    """
    from migrate.cli.site import SETTINGS, directory
    from migrate.core.errors import UsageError
    from migrate.services.initialising import initialise
    from migrate.shared.files import Files

    if target != "jitsi" and not server:
        raise UsageError(f"--target {target} wants --server", hint="Name the server: --server cloud.example.org")
    if host and server:
        raise UsageError("HOST is a server to be made, --server one that exists", hint="Give one of them.")
    if product != "jitsi_meet" and not host:
        raise UsageError(
            f"--product {product} wants HOST", hint="Name the server: jitsi-migrate init cloud.example.org"
        )
    path = directory(session)
    if not (host or server) and session.may_ask and not (path / SETTINGS).exists():
        server = click.prompt("Host name of the Jitsi Meet server", default="", show_default=False, err=True)
    new, moving_to = None, None
    if host:
        from migrate.cli.adding import new_server, target_of

        new = new_server(product, host)
        moving_to = target_of(product, new.domain)
    elif target != "jitsi":
        from migrate.cli.adding import new_target

        moving_to = new_target(target, server)
    done = initialise(path, new.domain if new else server, Files(), new, target=moving_to, dry_run=dry_run)
    data = {"site": str(done.site), "made": list(done.made), "added": list(done.added), "kept": list(done.kept)}
    return Ending(0, {**data, "dry_run": dry_run}, lambda output: _show(output, done, host, server, dry_run=dry_run))


def _show(output: Output, done: Initialised, host: str, server: str, *, dry_run: bool) -> None:
    words = {"made": done.made, "added to": done.added, "kept": done.kept}
    output.table([[word, name] for word, names in words.items() for name in names], indent=0)
    if server and "migrate.toml" in done.kept:
        output.line(f"migrate.toml was there: its server was not changed to {server}.")
    output.gap()
    if not (done.made or done.added):
        output.line("Nothing to do: all of it was there.")
    if dry_run:
        output.verdict("Only a look: nothing was written.")
    elif host:
        output.suggest("Read the settings of the server in migrate.toml. Then:", "render")
    elif "migrate.toml" in done.made and not server:
        output.verdict("Now set the url of your server in migrate.toml, under [targets.jitsi].")
    else:
        output.suggest("Ready. Next:", "plan", "FILE.csv", "--timezone", "Europe/Berlin")
