"""A plan as a person reads it: what was understood, what would happen, what is lost, what is wrong, what next."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from migrate.cli.output import Output
from migrate.cli.planning import MadePlan
from migrate.cli.text import shortened
from migrate.cli.what_changes import what_changes
from migrate.cli.when import when
from migrate.core.naming import room_key
from migrate.core.plan import WRITING, Action, Change, Plan
from migrate.core.problem import Problem, Severity
from migrate.services.report import losses_by_cause
from migrate.shared.kinds import USERS

MOST_ROWS = 40
MOST_NAMES = 3
MARKS = {
    Action.CREATE: ("+", "green"),
    Action.UPDATE: ("~", "yellow"),
    Action.DELETE: ("-", "red"),
    Action.ADOPT: ("=", "cyan"),
    Action.CONFLICT: ("!", "red"),
    Action.KEEP: (" ", "dim"),
}
_SEVERITIES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with byte order mark", "cp1252": "Windows-1252"}
_ROWS = {
    "in_meetings": "in meetings",
    "merged": "merged (told twice)",
    "before_since": "before {since}",
    "header": "header",
    "blank": "blank",
    "not_a_schedule": "not part of the schedule",
    "problems": "with errors",
}


def show_plan(output: Output, made: MadePlan) -> None:
    """Print a plan."""
    plan = made.sealed.plan
    for source in plan.inputs:
        _input(output, source, plan)
    _rooms_made(output, plan)
    _changes(output, plan)
    _guesses(output, plan)
    _losses(output, plan)
    _problems(output, plan.problems)
    _next(output, made)


def _input(output: Output, source: Mapping[str, Any], plan: Plan) -> None:
    output.heading(source["path"])
    order = ": ".join(filter(None, (source["date_order"], source["date_order_reason"])))
    window = source["window"]
    encoding = _ENCODINGS.get(source["encoding"], source["encoding"])
    rows = [("kind", source["kind"]), ("written in", f"{encoding}, delimiter {_delimiter(source['delimiter'])}")]
    if source["kind"] != USERS:
        rows += [
            ("dates", order),
            ("zone", source["timezone"] or "each time has its own"),
            ("covers", f"{window['from']} to {window['to']}" if window else "no dates"),
        ]
    rows.append(("columns", ", ".join(f"{field} ← {header}" for field, header in source["columns"].items())))
    if source["unused_columns"]:
        rows.append(("not used", ", ".join(source["unused_columns"])))
    output.pairs([*rows, ("rows", _rows(source["rows"], plan))])


def _rows(counts: Mapping[str, int], plan: Plan) -> str:
    parts = [f"{counts[name]} {label.format(since=plan.since)}" for name, label in _ROWS.items() if counts[name]]
    return f"{counts['read']} = {' + '.join(parts)}" if parts else str(counts["read"])


def _changes(output: Output, plan: Plan) -> None:
    shown = [change for change in plan.changes if output.verbose or change.action is not Action.KEEP or change.why]
    if not shown:
        return
    output.heading("Changes")
    limit = len(shown) if output.verbose else MOST_ROWS
    topic_width = max(16, output.width // 2 - 4)
    rows: list[Sequence[str | tuple[str, str]]] = [
        [MARKS[change.action], shortened(change.meeting.topic, topic_width), _detail(change)]
        for change in shown[:limit]
    ]
    lines = [what_changes(change, everything=output.verbose) for change in shown[:limit]]
    output.table(rows, notes={place: told for place, told in enumerate(lines) if told})
    if len(shown) > limit:
        output.line((f"and {len(shown) - limit} more: -v lists all", "dim"), indent=2)
    output.line((_legend({change.action for change in shown}), "dim"), indent=2)


def _detail(change: Change) -> str:
    remark = "a guess" if change.guess else change.why
    return f"{when(change.meeting)} ({remark})" if remark else when(change.meeting)


def _legend(actions: set[Action]) -> str:
    return "  ".join(
        f"{MARKS[action][0]} {action.value}" for action in Action if action in actions and action is not Action.KEEP
    )


def _rooms_made(output: Output, plan: Plan) -> None:
    """Print what the server is, and what kinds of rooms it will have."""
    if not plan.server:
        return
    output.heading("Where to")
    new = {room_key(change.key): change.room_plan for change in plan.changes if _makes_room(change)}
    kinds = Counter(one.summary for one in new.values() if one)
    rooms = [(f"{many} new {'room' if many == 1 else 'rooms'}", kind) for kind, many in kinds.most_common()]
    output.pairs([*plan.server.items(), *rooms])


def _makes_room(change: Change) -> bool:
    return change.action in WRITING and bool(change.room_plan) and not (change.room and change.room.url)


def _guesses(output: Output, plan: Plan) -> None:
    guessed = [change for change in plan.changes if change.guess]
    if not guessed:
        return
    output.heading("What is guessed")
    limit = len(guessed) if output.verbose else MOST_ROWS
    for change in guessed[:limit]:
        output.line((shortened(change.meeting.topic, output.width - 4), "bold"), indent=2)
        for reason in change.meeting.assumptions:
            output.line((reason, "dim"), indent=4)
    if len(guessed) > limit:
        output.line((f"and {len(guessed) - limit} more: -v lists all", "dim"), indent=2)


def _losses(output: Output, plan: Plan) -> None:
    grouped = losses_by_cause(plan.changes)
    if not grouped:
        return
    output.heading("What is lost")
    for message, hint, changes in grouped:
        count = f"{len(changes)} {'meeting' if len(changes) == 1 else 'meetings'}"
        output.line((count, "bold"), f": {message}", indent=2)
        output.line((_names(changes, everything=output.verbose), "dim"), indent=4)
        if hint:
            output.line(("→ ", "cyan"), hint, indent=4)


def _names(changes: Sequence[Change], *, everything: bool) -> str:
    limit = len(changes) if everything else MOST_NAMES
    names = [shortened(change.meeting.topic, 40) for change in changes[:limit]]
    more = f" and {len(changes) - limit} more" if len(changes) > limit else ""
    return ", ".join(names) + more


def _problems(output: Output, problems: Sequence[Problem]) -> None:
    if not problems:
        return
    output.heading("Problems")
    for problem in _sorted(problems):
        place = f"{problem.path}:{problem.line}: " if problem.line else f"{problem.path}: " if problem.path else ""
        output.line((problem.severity.value, _SEVERITIES[problem.severity]), f" {place}{problem.message}", indent=2)
        if problem.hint:
            output.line(("→ ", "cyan"), problem.hint, indent=4)


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    order = list(_SEVERITIES)
    return sorted(problems, key=lambda problem: (order.index(problem.severity), problem.path, problem.line or 0))


def _next(output: Output, made: MadePlan) -> None:
    plan = made.sealed.plan
    if made.new_hosts:
        hosts = "host was" if made.new_hosts == 1 else "hosts were"
        output.heading(f"{made.new_hosts} new {hosts} added to hosts.csv")
    if made.schedule:
        output.line("What was understood is in ", str(made.schedule), " to correct and plan again.")
    output.gap()
    output.verdict((verdict(plan), "bold"))
    if plan.calendar == "":
        output.suggest("Only a look: there is no site directory. Next:", "init", "--server", "meet.example.org")
    elif plan.pending and made.path:
        flags = ["--partial"] * bool(plan.errors) + ["--allow-large-change"] * plan.limit.exceeded
        flags += ["--accept-guesses"] * bool(plan.guesses)
        output.suggest("Next:", "apply", _short(made.path), *flags)


def verdict(plan: Plan) -> str:
    """Say in one line what a plan comes to."""
    counts = [
        f"{plan.count(action)} to {action.value}" for action in Action if plan.count(action) and action in MARKS_OF_WORK
    ]
    kept = plan.count(Action.KEEP)
    if plan.guesses:
        counts.append(f"{plan.guesses} of these only guessed")
    if plan.count(Action.CONFLICT):
        counts.append(f"{plan.count(Action.CONFLICT)} in conflict")
    parts = [", ".join(counts) or "Nothing to do", f"{kept} unchanged" * bool(kept)]
    errors = plan.errors
    parts.append(f"{errors} {'problem keeps' if errors == 1 else 'problems keep'} meetings out" * bool(errors))
    if plan.limit.emptied:
        parts.append(_emptied(plan.limit.emptied))
    if replace(plan.limit, emptied=()).exceeded:
        parts.append("more would change than the safety limit allows")
    return "; ".join(part for part in parts if part) + "."


def _emptied(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - MOST_NAMES} more" if len(paths) > MOST_NAMES else ""
    return f"no meeting was found in {', '.join(paths[:MOST_NAMES])}{more}, though the journal has some"


MARKS_OF_WORK = (Action.CREATE, Action.UPDATE, Action.DELETE, Action.ADOPT)


def _delimiter(character: str) -> str:
    return {",": "comma", ";": "semicolon", "\t": "tab"}.get(character, character)


def _short(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.pardir) else relative
