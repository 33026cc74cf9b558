"""What ansible-runner tells of a run, in our words and without secrets."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from migrate.core.playbook import Event, HostResult, State, TaskStarted
from migrate.shared.masking import Masking

_STATES = {
    "runner_on_ok": State.OK,
    "runner_on_skipped": State.SKIPPED,
    "runner_on_failed": State.FAILED,
    "runner_on_unreachable": State.UNREACHABLE,
}
_STEERING = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_COMPLAINT = re.compile(r"\[?ERROR\]?!?:? *")
# What Ansible says before it says what happened.
_PREAMBLE = re.compile(r"^(Task failed: |Action failed: |Module failed: )+")
_PRINTED = ("module_stderr", "module_stdout", "stderr", "stdout")


def event_of(raw: Mapping[str, Any], masking: Masking) -> Event | None:
    """Return the event, None if it is of a kind that nobody asked for."""
    data = raw.get("event_data") or {}
    if raw.get("event") == "runner_on_start":
        return TaskStarted(data["host"], _task(data))
    state = _STATES.get(raw.get("event", ""))
    return _result(data, state, masking) if state else None


def complaint(raw: Mapping[str, Any]) -> str:
    """Return what Ansible says is wrong with no task in hand; nothing if it says no such thing."""
    # It breaks its lines to the width of a terminal that is not there.
    said = " ".join(_STEERING.sub("", raw.get("stdout") or "").split())
    known = raw.get("event") in ("error", "verbose") and _COMPLAINT.match(said)
    return said[known.end() :] if known else ""


def _result(data: Mapping[str, Any], state: State, masking: Masking) -> HostResult:
    returned = masking.deep(data.get("res") or {})
    if state is State.OK and returned.get("changed"):
        state = State.CHANGED
    if state is State.FAILED and data.get("ignore_errors"):
        state = State.OK
    parts = [returned, *_items(returned)]
    return HostResult(
        host=data["host"],
        task=masking(_task(data)),
        state=state,
        seconds=float(data.get("duration") or 0),
        module=str(data.get("task_action", "")).rpartition(".")[2],
        message="; ".join(dict.fromkeys(filter(None, map(_message, parts)))),
        output="\n".join(text for part in parts for text in _printed(part)),
        diff="".join(text for part in parts for text in _diffs(part)),
        data=returned,
        ended=datetime.fromisoformat(data["end"]).timestamp(),
    )


def _task(data: Mapping[str, Any]) -> str:
    role, task = data.get("role"), data.get("task", "")
    return f"{role} : {task}" if role else str(task)


def _items(returned: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the results of a loop's rounds that matter: if any failed, those."""
    rounds = [part for part in returned.get("results") or () if isinstance(part, dict)]
    return [part for part in rounds if part.get("failed")] or rounds


def _message(returned: Mapping[str, Any]) -> str:
    found = returned.get("msg") or ""
    text = "\n".join(map(str, found)) if isinstance(found, list) else str(found)
    return _PREAMBLE.sub("", text.strip())


def _printed(returned: Mapping[str, Any]) -> Iterator[str]:
    for name in _PRINTED:
        if text := str(returned.get(name) or "").strip():
            yield text


def _diffs(returned: Mapping[str, Any]) -> Iterator[str]:
    """Yield diffs as texts: a module shows one itself, or what was and what will be."""
    found = returned.get("diff") or ()
    for part in found if isinstance(found, list) else [found]:
        if not isinstance(part, dict):
            continue
        if part.get("prepared"):
            yield f"{str(part['prepared']).rstrip()}\n"
        elif "before" in part and "after" in part:
            yield from _unified(part)


def _unified(part: Mapping[str, Any]) -> Iterator[str]:
    before, after = (_lines(part[name]) for name in ("before", "after"))
    old, new = (str(part.get(f"{name}_header") or name) for name in ("before", "after"))
    for line in difflib.unified_diff(before, after, old, new, n=2, lineterm=""):
        yield f"{line}\n"


def _lines(value: Any) -> list[str]:
    text = value if isinstance(value, str) else json.dumps(value, indent=2, sort_keys=True)
    return text.removesuffix("\n").split("\n") if text else []
