"""The journal as records for JSON Lines, for people and programs that do not speak SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from migrate.core.journal import Binding, Journal, RoomStep, Run, Step
from migrate.state.records import binding_to_json, record_to_json


def export(journal: Journal) -> Iterator[dict[str, Any]]:
    """Yield one record for everything the journal holds.

    In this order: runs, oldest first; steps, then those of rooms, by id; bindings, rooms and aliases by name. The text
    of an event as people had it may hold a passcode: it is left out, `found_event` tells that there is one.
    """
    snapshot = journal.snapshot()
    yield from map(_run, journal.runs())
    yield from map(_step, journal.steps())
    yield from map(_room_step, journal.room_steps())
    for _, binding in sorted(snapshot.bindings.items()):
        yield {"record": "binding", **_binding(binding)}
    for key, room in sorted(snapshot.rooms.items()):
        made = snapshot.made.get(key)
        yield {
            "record": "room",
            "key": key,
            "name": room.name,
            "url": room.url,
            "made": record_to_json(made) if made else None,
        }
    for name, key in sorted(snapshot.aliases.items()):
        yield {"record": "alias", "name": name, "key": key}


def _run(run: Run) -> dict[str, Any]:
    return {
        "record": "run",
        "id": run.id,
        "command": run.command,
        "plan": run.plan,
        "started": run.started.isoformat(),
        "finished": run.finished.isoformat() if run.finished else None,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "record": "step",
        "id": step.id,
        "run": step.run,
        "key": step.key,
        "action": step.action,
        "state": step.state.value,
        "reason": step.reason,
        "before": _binding(step.before) if step.before else None,
        "after": _binding(step.after) if step.after else None,
        "found_event": bool(step.before_text),
    }


def _room_step(step: RoomStep) -> dict[str, Any]:
    return {
        "record": "room step",
        "id": step.id,
        "run": step.run,
        "key": step.key,
        "action": step.action,
        "state": step.state.value,
        "reason": step.reason,
        "before": record_to_json(step.before) if step.before else None,
        "after": record_to_json(step.after) if step.after else None,
    }


def _binding(binding: Binding) -> dict[str, Any]:
    return {**binding_to_json(binding), "meeting": json.loads(binding.meeting)}
