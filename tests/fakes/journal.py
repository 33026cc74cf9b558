"""A journal in memory, for tests of what stands on the port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from migrate.core.errors import RefusedError
from migrate.core.journal import Binding, Journal, Outcome, RoomOutcome, RoomStep, Run, Snapshot, Step, StepState
from migrate.core.naming import room_key
from migrate.core.rooms import Room

One = TypeVar("One", Step, RoomStep)


class MemoryJournal(Journal):
    """Keeps what it is given; a binding is the `after` of the newest step done on its key."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._steps: dict[int, Step] = {}
        self._room_steps: dict[int, RoomStep] = {}
        self._rooms: dict[str, Room] = {}
        self._aliases: dict[str, str] = {}

    def snapshot(self) -> Snapshot:
        """Read the state of all keys."""
        newest = {step.key: step.after for step in self._steps.values() if step.state is StepState.DONE}
        bindings: dict[str, Binding] = {key: binding for key, binding in newest.items() if binding}
        rooms = {step.key: step.after for step in self._room_steps.values() if step.state is StepState.DONE}
        made = {key: record for key, record in rooms.items() if record}
        return Snapshot(self._revision, bindings, dict(self._rooms), dict(self._aliases), made)

    def begin(self, run: Run, aliases: Mapping[str, str]) -> None:
        """Open a run, or open it again; then it keeps its start."""
        self._runs[run.id] = replace(self._runs.get(run.id, run), finished=None)
        self._aliases.update(aliases)

    def intend(self, run: str, steps: Sequence[Step]) -> Sequence[Step]:
        """Write down what will be done."""
        self._known(run)
        intended = [
            replace(step, run=run, id=number, state=StepState.INTENDED, reason="")
            for number, step in enumerate(steps, start=self._revision + 1)
        ]
        self._keep({room_key(step.key): step.after.room for step in intended if step.after})
        self._steps |= {step.id: step for step in intended}
        return intended

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Write down how steps ended, once."""
        still_open = {step.id for step in self._steps.values() if step.state is StepState.INTENDED}
        if len(still_open & {outcome.step for outcome in outcomes}) != len(outcomes):
            raise LookupError("a step that is not open was to be settled")
        for outcome in outcomes:
            step = self._steps[outcome.step]
            after = outcome.after or step.after
            self._steps[outcome.step] = replace(step, state=outcome.state, reason=outcome.reason, after=after)

    def intend_rooms(self, run: str, steps: Sequence[RoomStep]) -> Sequence[RoomStep]:
        """Write down what will be done with rooms."""
        self._known(run)
        self._keep({step.key: step.after.room for step in steps if step.after})
        intended = [
            replace(step, run=run, id=number, state=StepState.INTENDED, reason="")
            for number, step in enumerate(steps, start=self._revision + 1)
        ]
        self._room_steps |= {step.id: step for step in intended}
        return intended

    def settle_rooms(self, outcomes: Sequence[RoomOutcome]) -> None:
        """Write down how steps of rooms ended, once."""
        still_open = {step.id for step in self._room_steps.values() if step.state is StepState.INTENDED}
        if len(still_open & {outcome.step for outcome in outcomes}) != len(outcomes):
            raise LookupError("a step that is not open was to be settled")
        for outcome in outcomes:
            step = self._room_steps[outcome.step]
            done = outcome.state is StepState.DONE
            after = outcome.after if done else step.after
            self._room_steps[outcome.step] = replace(step, state=outcome.state, reason=outcome.reason, after=after)
            if done and after:
                self._keep({step.key: after.room})

    def room_steps(self, run: str | None = None, state: StepState | None = None, after: int = 0) -> Iterator[RoomStep]:
        """Return the steps of rooms there are now."""
        return _selected(self._room_steps, run, state, after)

    def finish(self, run: str, at: datetime) -> None:
        """Close a run."""
        self._runs[run] = replace(self._known(run), finished=at)

    def runs(self) -> Sequence[Run]:
        """Return all runs, oldest first."""
        return list(self._runs.values())

    def steps(self, run: str | None = None, state: StepState | None = None, after: int = 0) -> Iterator[Step]:
        """Return the steps there are now."""
        return _selected(self._steps, run, state, after)

    @property
    def _revision(self) -> int:
        return max((*self._steps, *self._room_steps), default=0)

    def _keep(self, rooms: Mapping[str, Room]) -> None:
        kept = self._rooms | rooms
        if len({room.name for room in kept.values()}) < len(kept):
            raise RefusedError("a room belongs to another meeting already")
        self._rooms = kept

    def _known(self, run: str) -> Run:
        if run not in self._runs:
            raise LookupError(f"run {run} was never begun")
        return self._runs[run]


def _selected(steps: Mapping[int, One], run: str | None, state: StepState | None, after: int) -> Iterator[One]:
    newer = [step for step in steps.values() if step.id > after]
    return iter([step for step in newer if run in (None, step.run) and state in (None, step.state)])
