"""What a run did, for people and programs: old link -> new link, losses, who must do what."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from migrate.core.plan import Action, Change
from migrate.services.applying import Applied, Item
from migrate.shared.formulas import guard

COLUMNS = (
    "result",
    "action",
    "topic",
    "host",
    "first_start",
    "rule",
    "old_link",
    "new_link",
    "losses",
    "reason",
    "key",
)


def to_json(applied: Applied) -> dict[str, Any]:
    """Return the report as JSON values."""
    return {
        "run": applied.run.id,
        "plan": applied.run.plan,
        "resumed": applied.resumed,
        "written": list(applied.written),
        "items": [_item(item) for item in applied.items],
    }


def to_file(report: Mapping[str, Any]) -> bytes:
    """Return the report as a JSON file."""
    return orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def to_csv(report: Mapping[str, Any]) -> str:
    """Return the report as CSV; a cell that a spreadsheet would take for a formula gets a leading apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for row in report["items"]:
        cells = {**row, "losses": "; ".join(loss["message"] for loss in row["losses"])}
        writer.writerow([guard(str(cells[name] if cells[name] is not None else "")) for name in COLUMNS])
    return stream.getvalue()


def _item(item: Item) -> dict[str, Any]:
    change = item.change
    meeting = change.meeting
    return {
        "result": item.result.value,
        "action": change.action.value,
        "key": change.key,
        "topic": meeting.topic,
        "host": str(meeting.host),
        "first_start": meeting.start.isoformat() if meeting.start else None,
        "rule": meeting.rrule,
        "old_link": meeting.old_link,
        "new_link": _new_link(change),
        "losses": [{"feature": loss.feature, "message": loss.message, "hint": loss.hint} for loss in change.losses],
        "reason": item.reason,
    }


def _new_link(change: Change) -> str | None:
    return (change.room.url or None) if change.room and change.action is not Action.DELETE else None


def losses_by_cause(changes: Iterable[Change]) -> list[tuple[str, str, list[Change]]]:
    """Group losses as people fix them: (message, hint, the changes that have it), the commonest first."""
    grouped: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        for loss in change.losses:
            grouped.setdefault((loss.message, loss.hint), []).append(change)
    ordered = sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(message, hint, found) for (message, hint), found in ordered]
