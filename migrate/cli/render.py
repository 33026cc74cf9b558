"""The command render: settings become the files of every server."""

from __future__ import annotations

import click

from migrate.cli import completing
from migrate.cli.command import command
from migrate.cli.ending import Ending
from migrate.cli.session import Session


@command("render")
@click.argument("hosts", nargs=-1, metavar="[HOST]...", shell_complete=completing.hosts)
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--stdout", "wanted", metavar="FILE", help="Print one file, such as jvb.conf, and write nothing.")
@click.option("--show-secrets", is_flag=True, help="With --stdout: print secrets too.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 10 if anything is new, changed or gone.")
@click.pass_obj
def render(
    session: Session,
    /,
    hosts: tuple[str, ...],
    wanted: str | None,
    dry_run: bool,
    show_secrets: bool,
    detailed_exitcode: bool,
) -> Ending:
    """Make the files of every server from migrate.toml and inventory.ini.

    They go to build/HOST, to be read before anything is deployed. What changes since the last time is shown; secrets
    are not.
    """
    from migrate.cli.rendering import print_file, render_bundles
    from migrate.cli.show_render import show_render
    from migrate.core.errors import Exit, UsageError

    if show_secrets and wanted is None:
        raise UsageError("--show-secrets belongs to --stdout", hint="The files in build/ hold the secrets.")
    if wanted is not None:
        return print_file(session, hosts, wanted, show_secrets=show_secrets)
    done = render_bundles(session, hosts, dry_run=dry_run)
    code = Exit.CHANGES_PENDING if detailed_exitcode and done.pending else Exit.OK
    return Ending(code, done.to_json(), lambda output: show_render(output, done))
