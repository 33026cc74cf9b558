"""status: what the journal knows, counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.core.app_passwords import Token
from migrate.core.journal import Journal, Run, StepState


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One run and how its steps ended; `undone` of those that were done are taken back."""

    run: Run
    done: int
    failed: int
    unknown: int
    undone_by: str = ""
    newest: bool = False
    undone: int = 0

    @property
    def state(self) -> str:
        """The run in a word or two."""
        if self.run.finished is None:
            return "interrupted" if self.newest else "given up"
        if not (self.undone or self.undone_by):
            return "finished"
        return "undone" if self.undone >= self.done else "partly undone"


@dataclass(frozen=True, slots=True)
class Status:
    """All of it: how many meetings and rooms there are, and the runs, oldest first.

    `tokens` are app passwords that a command could not revoke.
    """

    meetings: int
    events: int
    rooms: int
    runs: Sequence[RunStatus]
    tokens: Sequence[Token] = ()

    @property
    def interrupted(self) -> RunStatus | None:
        """The last run, if it did not finish."""
        return self.runs[-1] if self.runs and self.runs[-1].run.finished is None else None


def read_status(journal: Journal, tokens: Sequence[Token] = ()) -> Status:
    """Read the status from a journal."""
    snapshot = journal.snapshot()
    counts: dict[str, Counter[StepState]] = defaultdict(Counter)
    for step in journal.steps():
        counts[step.run][step.state] += 1
    known = journal.runs()
    undos: dict[str, list[Run]] = defaultdict(list)
    for run in known:
        if run.command == "undo":
            undos[run.plan].append(run)
    runs = [_status(run, counts, undos[run.id], known[-1]) for run in known]
    events = sum(bool(known.uids) for known in snapshot.bindings.values())
    return Status(len(snapshot.bindings), events, len(snapshot.rooms), runs, tokens)


def status_to_json(status: Status) -> dict[str, Any]:
    """Return the status as JSON values."""
    return {
        "meetings": status.meetings,
        "events": status.events,
        "rooms": status.rooms,
        "app_passwords": [
            {"host": token.host, "account": token.account, "id": token.id, "intended": token.intended.isoformat()}
            for token in status.tokens
        ],
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
                "undone": item.undone,
                "undone_by": item.undone_by or None,
            }
            for item in status.runs
        ],
    }


def _status(run: Run, counts: Mapping[str, Counter[StepState]], undos: Sequence[Run], newest: Run) -> RunStatus:
    done, failed, unknown = (counts[run.id][state] for state in (StepState.DONE, StepState.FAILED, StepState.INTENDED))
    finished = [undo.id for undo in undos if undo.finished]
    undone = sum(counts[undo.id][StepState.DONE] for undo in undos)
    return RunStatus(run, done, failed, unknown, finished[-1] if finished else "", run.id == newest.id, undone)
