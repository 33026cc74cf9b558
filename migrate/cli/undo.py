"""The command undo: put back what a run changed."""

from __future__ import annotations

import click

from migrate.cli.command import command, may_reach_hosts
from migrate.cli.ending import Ending
from migrate.cli.session import Session


@command("undo")
@click.argument("run", metavar="RUN")
@click.option("--dry-run", is_flag=True, help="Say what would be undone; write nothing.")
@click.pass_obj
@may_reach_hosts
def undo(session: Session, /, run: str, dry_run: bool) -> Ending:
    """Put back what a run of apply changed. RUN is its name in `status`, or `last` for the newest.

    What people changed since is kept and named.
    """
    from migrate.cli.app_passwords import app_passwords
    from migrate.cli.output import progress
    from migrate.cli.show_run import show_undone, undone_to_json
    from migrate.cli.site import Site, now
    from migrate.core.errors import Exit
    from migrate.services.undoing import Undoer

    site = Site.open(session)
    with site.locked("undo") as journal, app_passwords(session, site, journal, site.hosts().accounts) as site:
        undoer = Undoer(site.target, site.calendar, journal, now)
        found = undoer.find(run)
        opened = site.new_run("undo", found.id)
        if dry_run:
            report = undoer.preview(found, opened)
        else:
            with progress(session, "undoing") as tell:
                report = undoer.undo(found, opened, tell)
            site.run_directory(report.run.id)
            site.write_passwords(journal)
    code = Exit.PARTIAL if report.kept else Exit.OK
    return Ending(
        code, undone_to_json(report, found), lambda output: show_undone(output, report, found, dry_run=dry_run)
    )
