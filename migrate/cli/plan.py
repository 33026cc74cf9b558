"""The command plan: what would happen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import click

from migrate.cli.command import command, may_reach_hosts
from migrate.cli.ending import Ending
from migrate.cli.session import Session


def _mapping(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> Mapping[str, str]:
    pairs = [value.partition("=") for value in values]
    for field, equals, header in pairs:
        if not (field and equals and header):
            raise click.BadParameter("write it as FIELD=HEADER, such as topic=Betreff", ctx, parameter)
    return {field.strip().replace("-", "_"): header for field, _, header in pairs}


def _day(ctx: click.Context, parameter: click.Parameter, value: datetime | None) -> date | None:  # noqa: ARG001
    return value.date() if value else None


@command("plan")
@click.argument("files", nargs=-1, required=True, metavar="FILES...", type=click.Path(path_type=Path))
@click.option(
    "--timezone",
    metavar="ZONE",
    help="The zone of times that have none, such as Europe/Berlin (default: as in migrate.toml).",
)
@click.option(
    "--date-order",
    type=click.Choice(["auto", "mdy", "dmy", "ymd"]),
    default="auto",
    show_default=True,
    help="The order of day and month in dates such as 03/04/2027.",
)
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="FIELD=HEADER",
    callback=_mapping,
    help='Name a column yourself, such as topic="Betreff". May be repeated.',
)
@click.option(
    "--since",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_day,
    help="Leave out dates before this one (default: today).",
)
@click.option(
    "--default-duration",
    type=click.IntRange(1, 1800),
    default=60,
    show_default=True,
    metavar="MINUTES",
    help="How long a meeting takes if the file does not tell.",
)
@click.option(
    "--from-history", is_flag=True, help="Guess series from lists of past meetings; apply then needs --accept-guesses."
)
@click.option(
    "--prune", is_flag=True, help="Delete meetings gone from the export, within the dates that the files cover."
)
@click.option("--take", type=click.Choice(["zoom"]), help="Let the export win where people changed the same event too.")
@click.option(
    "-o",
    "--output",
    "plan_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write the plan (default: plan.json in the site directory).",
)
@click.option(
    "--schedule",
    "schedule_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write what was understood as a schedule CSV, to correct it by hand.",
)
@click.option("--force", is_flag=True, help="Let --schedule replace a file that was changed or is something else.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 10 if changes are pending.")
@click.pass_obj
@may_reach_hosts
def plan(
    session: Session,
    /,
    files: tuple[Path, ...],
    plan_file: Path | None,
    schedule_file: Path | None,
    force: bool,
    detailed_exitcode: bool,
    **options: object,
) -> Ending:
    """Read Zoom exports and show what would happen.

    In a site directory the plan is written, and new hosts into hosts.csv; nothing else is changed.
    """
    from migrate.cli.planning import Outputs, make_plan
    from migrate.cli.show_plan import show_plan
    from migrate.core.errors import Exit

    made = make_plan(session, files, Outputs(plan_file, schedule_file, force), options)
    code = Exit.OK
    if detailed_exitcode and made.sealed.plan.pending:
        code = Exit.CHANGES_PENDING
    if made.sealed.plan.errors:
        code = Exit.PARTIAL
    return Ending(code, made.sealed.document, lambda output: show_plan(output, made))
