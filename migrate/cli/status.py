"""The command status: what was done so far."""

from __future__ import annotations

import json
from pathlib import Path

import click

from migrate.cli.command import command, may_reach_hosts
from migrate.cli.ending import Ending
from migrate.cli.session import Session


@command("status")
@click.option(
    "--export",
    "export_file",
    metavar="FILE",
    type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
    help="Write the journal as JSON Lines; - is standard output.",
)
@click.option("--force", is_flag=True, help="Let --export replace a file that differs.")
@click.option("--revoke", is_flag=True, help="Revoke app passwords that an interrupted command left on the server.")
@click.pass_obj
@may_reach_hosts
def status(session: Session, /, export_file: Path | None, *, force: bool, revoke: bool) -> Ending:
    """Show what was done so far.

    Meetings, runs, and what an interrupted run needs to be completed.
    """
    from migrate.cli.app_passwords import revoke_left
    from migrate.cli.replacing import check_other
    from migrate.cli.show_run import show_status
    from migrate.cli.site import Site
    from migrate.services.status import read_status, status_to_json
    from migrate.shared.files import Files
    from migrate.state.export import export

    site = Site.open(session)
    if revoke:
        with site.locked("status") as journal:
            revoke_left(session, site, journal)
    with site.journal(read_only=True) as journal:
        found = read_status(journal, journal.tokens.open())
        lines = (
            "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in export(journal)) if export_file else ""
        )
        if export_file and str(export_file) == "-":
            return Ending(0, {}, lambda output: output.raw(lines))
        if export_file:
            if not force:
                check_other(export_file, lines.encode())
            Files().write(export_file, lines.encode())
    return Ending(0, status_to_json(found), lambda output: show_status(output, found, site.path, export_file))
