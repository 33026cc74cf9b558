"""The command apply: do what a plan says."""

from __future__ import annotations

from pathlib import Path

import click

from migrate.cli.command import command, may_reach_hosts
from migrate.cli.ending import Ending
from migrate.cli.session import Session


@command("apply")
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--partial", is_flag=True, help="Apply although some rows have errors; they stay out.")
@click.option("--allow-large-change", is_flag=True, help="Apply although over 30 % of the meetings change.")
@click.option("--accept-guesses", is_flag=True, help="Apply what was only guessed from past meetings too.")
@click.option(
    "--notify",
    is_flag=True,
    help="Also let the server mail those who are invited and have no account; nobody can take that back.",
)
@click.option("--dry-run", is_flag=True, help="Check the plan against the site and say what would be done.")
@click.pass_obj
@may_reach_hosts
def apply(
    session: Session,
    /,
    plan_file: Path,
    partial: bool,
    allow_large_change: bool,
    accept_guesses: bool,
    notify: bool,
    dry_run: bool,
) -> Ending:
    """Do exactly what a plan says. If it is interrupted, the same command completes it.

    Nobody is mailed by it, unless --notify asks for that; it can be given later too, with the same plan.
    """
    from migrate.cli.applying import apply_plan, rehearse
    from migrate.cli.show_run import show_applied, show_rehearsal
    from migrate.core.errors import Exit
    from migrate.services.applying import Permissions, Result

    allowed = Permissions(partial=partial, large_change=allow_large_change, guesses=accept_guesses)
    if dry_run:
        plan, guests = rehearse(session, plan_file, allowed, notify=notify)
        data = {"pending": plan.pending, "mails": guests}
        return Ending(Exit.OK, data, lambda output: show_rehearsal(output, plan, plan_file, guests))
    done = apply_plan(session, plan_file, allowed, notify=notify)
    failed = done.applied.count(Result.FAILED) or any(one.invited.reason for one in done.mailed)
    return Ending(Exit.PARTIAL if failed else Exit.OK, done.report, lambda output: show_applied(output, done))
