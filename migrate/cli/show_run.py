"""What apply, undo and status report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from migrate.cli import site as sites
from migrate.cli.applying import Reported
from migrate.cli.output import Output
from migrate.cli.show_plan import verdict
from migrate.cli.text import shortened
from migrate.core.journal import Run
from migrate.core.plan import Action, Plan
from migrate.services.applying import Applied, Item, Result
from migrate.services.status import Status
from migrate.services.undoing import Undone, UndoReport

_PAST = {Action.CREATE: "created", Action.UPDATE: "updated", Action.DELETE: "deleted", Action.ADOPT: "adopted"}


def show_applied(output: Output, reported: Reported) -> None:
    """Print what apply did, where to look, and how to undo it."""
    applied, directory = reported.applied, reported.directory
    failed = [item for item in applied.items if item.result is Result.FAILED]
    if applied.resumed:
        output.line(f"Run {applied.run.id} was interrupted before and is completed now.")
    if failed:
        output.heading("Not done")
        output.table([[("!", "red"), shortened(item.change.meeting.topic, 40), item.reason] for item in failed])
    if unasked := [one for one in reported.mailed if one.invited.reason]:
        output.heading("Not mailed")
        output.table([[("!", "red"), shortened(one.room, 40), one.invited.reason] for one in unasked])
    output.heading("Written")
    output.table([[line] for line in applied.written] or [["nothing"]])
    output.table([[f"{directory / 'report.csv'}: old link, new link and what was lost, for every meeting"]])
    output.gap()
    output.verdict((_counted(applied), "bold"))
    if reported.mailed:
        output.line(f"{_people(sum(len(one.invited.addresses) for one in reported.mailed))} mailed by the server.")
    if any(item.change.action in _PAST for item in applied.items if item.result in (Result.DONE, Result.ALREADY)):
        output.suggest("Undo with:", "undo", applied.run.id)


def _counted(applied: Applied) -> str:
    parts = []
    for action, word in _PAST.items():
        number = sum(_is_done(item) for item in applied.items if item.change.action is action)
        parts.append(f"{number} {word}" * bool(number))
    parts.append(f"{applied.count(Result.KEPT)} unchanged" * bool(applied.count(Result.KEPT)))
    failed = applied.count(Result.FAILED)
    parts.append(f"{failed} not done" * bool(failed))
    done = ", ".join(part for part in parts if part) or "Nothing to do"
    return f"Run {applied.run.id}: {done}. {'All is done.' if not failed else 'The rest is done.'}"


def _people(number: int) -> str:
    return "1 person was" if number == 1 else f"{number} people were"


def _is_done(item: Item) -> bool:
    return item.result in (Result.DONE, Result.ALREADY)


def show_rehearsal(output: Output, plan: Plan, path: Path, guests: int) -> None:
    """Print that a plan can be applied, and how many would be mailed."""
    output.line(verdict(plan))
    if guests:
        output.line(f"The server would mail {guests} {'person' if guests == 1 else 'people'} without an account.")
    output.suggest("The plan fits the site. Apply it with:", "apply", str(path), *["--notify"] * bool(guests))


def show_undone(output: Output, report: UndoReport, run: Run, *, dry_run: bool) -> None:
    """Print what undo did, or would do, and what it kept."""
    kept = report.kept
    if kept:
        output.heading("Kept")
        output.table([[("!", "yellow"), shortened(item.topic, 40), item.reason] for item in kept])
    if report.written:
        output.heading("Written")
        output.table([[line] for line in report.written])
    output.gap()
    done, already = report.count(Result.DONE), report.count(Result.ALREADY)
    would = "would be undone" if dry_run else "undone"
    earlier = f", {already} {'was' if already == 1 else 'were'} undone before" * bool(already)
    rooms = sum(item.result is Result.DONE for item in report.rooms)
    with_rooms = f" with {rooms} {'room' if rooms == 1 else 'rooms'}" * bool(rooms)
    rest = f", {len(kept)} kept" * bool(kept)
    what = f"{done} {'change' if done == 1 else 'changes'}{with_rooms}"
    output.verdict((f"Run {run.id}: {what} {would}{earlier}{rest}.", "bold"))


def undone_to_json(report: UndoReport, run: Run) -> dict[str, Any]:
    """Return the report of an undo as JSON values."""
    return {
        "run": report.run.id,
        "undone": run.id,
        "written": list(report.written),
        "items": [_undone_item(item) for item in report.items],
        "rooms": [_undone_item(item) for item in report.rooms],
    }


def _undone_item(item: Undone) -> dict[str, str]:
    return {
        "key": item.key,
        "topic": item.topic,
        "action": item.action,
        "result": item.result.value,
        "reason": item.reason,
    }


def show_status(output: Output, status: Status, site: Path, exported: Path | None) -> None:
    """Print what the journal knows."""
    output.pairs(
        [
            ("site", str(site.resolve())),
            ("meetings", f"{status.meetings}, {status.events} with an event"),
            ("rooms", str(status.rooms)),
        ],
        indent=0,
    )
    if status.runs:
        output.heading("Runs")
        output.table(_runs(status))
    if status.tokens:
        output.heading("App passwords that are not revoked")
        known = [
            [token.account, token.host, f"id {token.id}" if token.id else "perhaps made"] for token in status.tokens
        ]
        output.table(known)
        output.suggest("Revoke them with:", "status", "--revoke")
    if exported:
        output.line(f"The journal was written to {exported}.")
    output.gap()
    interrupted = status.interrupted
    if interrupted:
        plan = site / sites.RUNS / interrupted.run.id / sites.PLAN
        again = ["undo", interrupted.run.plan] if interrupted.run.command == "undo" else ["apply", str(plan)]
        output.suggest(f"Run {interrupted.run.id} was interrupted. Complete it with:", *again)
    else:
        output.verdict("Nothing is open." if status.runs else "Nothing was applied yet.")


def _runs(status: Status) -> Sequence[Sequence[str]]:
    return [
        [
            item.run.id,
            item.run.command,
            f"undone {item.undone} of {item.done}" if item.state == "partly undone" else item.state,
            f"{item.done} done" + f", {item.failed} not done" * bool(item.failed),
        ]
        for item in status.runs
    ]
