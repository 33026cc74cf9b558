"""The plan: what would be done, change by change, as a document a person can read before it is applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from migrate.core.document import meeting_from_json, meeting_to_json
from migrate.core.features import Loss
from migrate.core.meeting import Meeting
from migrate.core.ports import Reading
from migrate.core.problem import Problem, Severity
from migrate.core.rooms import Room, RoomPlan

FORMAT = "jitsi-migrate/plan"
VERSION = 1

LIMIT_SHARE = 0.3
LIMIT_FROM = 10


class Action(StrEnum):
    """What happens to one key."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"
    DELETE = "delete"
    ADOPT = "adopt"
    """An event that is there already is taken over as it is; no second one is made."""
    CONFLICT = "conflict"
    """Export and people both changed it; it stays untouched."""


WRITING = frozenset({Action.CREATE, Action.UPDATE, Action.DELETE, Action.ADOPT})


@dataclass(frozen=True, slots=True)
class EventRef:
    """Where the event of a change is: its UIDs (the meeting's first), collection and SEQUENCE."""

    uids: tuple[str, ...]
    collection: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A property of an event that export and calendar tell differently; empty where a side has none.

    `name`: as in iCalendar. `occurrence`: the one date it is about, empty for the event as a whole.
    """

    name: str
    export: str
    calendar: str
    occurrence: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One key and what happens to it.

    `before` is the meeting as journalled. `room_plan`: what its room shall be, where rooms are made. `expects` is the
    fingerprint of the event as the plan saw it, empty if there was none: a target that looks otherwise at apply fails
    this item alone. `why` explains a keep or a conflict. `guess`: no file says so, it only seems likely from meetings
    of the past. `differs`: both sides of a conflict.
    """

    action: Action
    key: str
    meeting: Meeting
    room: Room | None = None
    event: EventRef | None = None
    before: Meeting | None = None
    expects: str = ""
    why: str = ""
    losses: tuple[Loss, ...] = ()
    guess: bool = False
    differs: tuple[Difference, ...] = ()
    room_plan: RoomPlan | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """The safety limit: how many of the journalled meetings would change, and whether that is too many."""

    journalled: int
    changing: int
    emptied: tuple[str, ...] = ()

    @property
    def exceeded(self) -> bool:
        """Tell whether over 30 % of ten or more would change, or a source that had meetings has none."""
        too_many = self.journalled >= LIMIT_FROM and self.changing > LIMIT_SHARE * self.journalled
        return too_many or bool(self.emptied)


@dataclass(frozen=True, slots=True)
class Input:
    """A file and what was understood of it."""

    path: str
    sha256: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a plan file holds but its checksum, which is made over the file."""

    created: datetime
    product: str
    target: str
    calendar: str
    since: date
    journal_revision: int
    settings: Mapping[str, Any]
    inputs: Sequence[Mapping[str, Any]]
    changes: Sequence[Change]
    problems: Sequence[Problem]
    limit: Limit
    aliases: Mapping[str, str] = field(default_factory=dict)
    server: Mapping[str, str] = field(default_factory=dict)

    def count(self, action: Action) -> int:
        """Count the changes of one action."""
        return sum(change.action is action for change in self.changes)

    @property
    def guesses(self) -> int:
        """Count what apply would write of what is only guessed."""
        return sum(change.guess and change.action in WRITING for change in self.changes)

    @property
    def pending(self) -> int:
        """Count what apply would write."""
        return sum(change.action in WRITING for change in self.changes)

    @property
    def errors(self) -> int:
        """Count the problems that keep something out of the plan."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)


def to_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as JSON values, without `checksum`; changes are in order of their keys."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "created": plan.created.isoformat(),
        "product": plan.product,
        "journal_revision": plan.journal_revision,
        "target": plan.target,
        "calendar": plan.calendar,
        "server": dict(plan.server),
        "since": plan.since.isoformat(),
        "settings": plan.settings,
        "inputs": list(plan.inputs),
        "changes": [change_to_json(change) for change in sorted(plan.changes, key=lambda change: change.key)],
        "aliases": dict(plan.aliases),
        "problems": [problem_to_json(problem) for problem in plan.problems],
        "limit": {
            "journalled": plan.limit.journalled,
            "changing": plan.limit.changing,
            "emptied": list(plan.limit.emptied),
            "exceeded": plan.limit.exceeded,
        },
        "summary": summary(plan.changes, plan.problems),
    }


def from_json(value: Mapping[str, Any]) -> Plan:
    """Return the plan of `to_json`. Raises KeyError, ValueError or TypeError if it is not one."""
    return Plan(
        created=datetime.fromisoformat(value["created"]),
        product=value["product"],
        target=value["target"],
        calendar=value["calendar"],
        since=date.fromisoformat(value["since"]),
        journal_revision=value["journal_revision"],
        settings=value["settings"],
        inputs=value["inputs"],
        changes=[change_from_json(item) for item in value["changes"]],
        problems=[problem_from_json(item) for item in value["problems"]],
        limit=Limit(value["limit"]["journalled"], value["limit"]["changing"], tuple(value["limit"]["emptied"])),
        aliases=value["aliases"],
        server=value["server"],
    )


def summary(changes: Iterable[Change], problems: Iterable[Problem]) -> dict[str, Any]:
    """Count changes by action and problems by severity; all are named, those with none too."""
    actions = Counter(change.action for change in changes)
    severities = Counter(problem.severity for problem in problems)
    return {
        **{action.value: actions[action] for action in Action},
        "problems": {severity.value: severities[severity] for severity in Severity},
    }


def change_to_json(change: Change) -> dict[str, Any]:
    """Return one change as JSON values."""
    event = change.event
    return {
        "action": change.action.value,
        "key": change.key,
        "meeting": meeting_to_json(change.meeting),
        "room": _room_to_json(change.room, change.room_plan) if change.room else None,
        "event": {
            "uid": event.uids[0],
            "singles": list(event.uids[1:]),
            "calendar": event.collection,
            "sequence": event.sequence,
        }
        if event
        else None,
        "before": meeting_to_json(change.before) if change.before else None,
        "expects": {"fingerprint": change.expects} if change.expects else None,
        "why": change.why,
        "losses": [{"feature": loss.feature, "message": loss.message, "hint": loss.hint} for loss in change.losses],
        "guess": change.guess,
        "differs": [
            {"property": each.name, "export": each.export, "calendar": each.calendar, "occurrence": each.occurrence}
            for each in change.differs
        ],
    }


def change_from_json(value: Mapping[str, Any]) -> Change:
    """Return the change of `change_to_json`."""
    room, event, before, expects = value["room"], value["event"], value["before"], value["expects"]
    return Change(
        action=Action(value["action"]),
        key=value["key"],
        meeting=meeting_from_json(value["meeting"]),
        room=Room(room["name"], room["url"] or "") if room else None,
        event=EventRef((event["uid"], *event["singles"]), event["calendar"], event["sequence"]) if event else None,
        before=meeting_from_json(before) if before else None,
        expects=expects["fingerprint"] if expects else "",
        why=value["why"],
        losses=tuple(Loss(loss["feature"], loss["message"], loss["hint"]) for loss in value["losses"]),
        guess=value.get("guess", False),
        differs=tuple(
            Difference(each["property"], each["export"], each["calendar"], each["occurrence"])
            for each in value.get("differs", ())
        ),
        room_plan=RoomPlan(room["owner"], room["traits"], room["summary"]) if room and room.get("owner") else None,
    )


def _room_to_json(room: Room, plan: RoomPlan | None) -> dict[str, Any]:
    """Return a room as JSON values; who owns it and what it shall have only where rooms are made."""
    return {
        "name": room.name,
        "url": room.url or None,
        **({"owner": plan.owner, "traits": dict(plan.traits), "summary": plan.summary} if plan else {}),
    }


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """Return one problem as JSON values."""
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "path": problem.path,
        "line": problem.line,
        "message": problem.message,
        "hint": problem.hint,
    }


def problem_from_json(value: Mapping[str, Any]) -> Problem:
    """Return the problem of `problem_to_json`."""
    return Problem(
        value["code"], Severity(value["severity"]), value["message"], value["path"], value["line"], value["hint"]
    )


def input_to_json(source: Input) -> dict[str, Any]:
    """Return what was understood of a file as JSON values."""
    reading = source.reading
    window, rows = reading.window, reading.rows
    return {
        "path": source.path,
        "sha256": source.sha256,
        "kind": reading.kind,
        "columns": dict(reading.columns),
        "unused_columns": list(reading.unused_columns),
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "timezone": reading.timezone,
        "date_order": reading.date_order,
        "date_order_reason": reading.date_order_reason,
        "window": {"from": window.first.isoformat(), "to": window.last.isoformat()} if window else None,
        "rows": {
            "read": rows.read,
            "blank": rows.blank,
            "header": rows.header,
            "in_meetings": rows.in_meetings,
            "merged": rows.merged,
            "before_since": rows.before_since,
            "not_a_schedule": rows.not_a_schedule,
            "problems": rows.problems,
        },
    }
