"""status: what the journal knows, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from migrate.core.ports import Journal, Run, StepState


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One run and how its steps ended."""

    run: Run
    done: int
    failed: int
    unknown: int
    undone_by: str = ""
    newest: bool = False

    @property
    def state(self) -> str:
        """The run in one word."""
        if self.run.finished is None:
            return "interrupted" if self.newest else "given up"
        return "undone" if self.undone_by else "finished"


@dataclass(frozen=True, slots=True)
class Status:
    """All of it: how many meetings and rooms there are, and the runs, oldest first."""

    meetings: int
    events: int
    rooms: int
    runs: Sequence[RunStatus]

    @property
    def interrupted(self) -> RunStatus | None:
        """The last run, if it did not finish."""
        return self.runs[-1] if self.runs and self.runs[-1].run.finished is None else None


def read_status(journal: Journal) -> Status:
    """Read the status from a journal."""
    snapshot = journal.snapshot()
    counts: dict[str, Counter[StepState]] = {}
    for step in journal.steps():
        counts.setdefault(step.run, Counter())[step.state] += 1
    undone = {run.plan: run.id for run in journal.runs() if run.command == "undo" and run.finished}
    known = journal.runs()
    runs = [_status(run, counts.get(run.id, Counter()), undone.get(run.id, ""), known[-1]) for run in known]
    bindings = snapshot.bindings.values()
    return Status(len(snapshot.bindings), sum(bool(known.uids) for known in bindings), len(snapshot.rooms), runs)


def status_to_json(status: Status) -> dict[str, Any]:
    """Return the status as JSON values."""
    return {
        "meetings": status.meetings,
        "events": status.events,
        "rooms": status.rooms,
        "runs": [
            {
                "run": item.run.id,
                "command": item.run.command,
                "state": item.state,
                "started": item.run.started.isoformat(),
                "finished": item.run.finished.isoformat() if item.run.finished else None,
                "done": item.done,
                "failed": item.failed,
                "unknown": item.unknown,
                "undone_by": item.undone_by or None,
            }
            for item in status.runs
        ],
    }


def _status(run: Run, counts: Counter[StepState], undone_by: str, newest: Run) -> RunStatus:
    done, failed, unknown = (counts[state] for state in (StepState.DONE, StepState.FAILED, StepState.INTENDED))
    return RunStatus(run, done, failed, unknown, undone_by, run.id == newest.id)
