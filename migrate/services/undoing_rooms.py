"""undo, for rooms: what a run made goes if nobody used it, what it changed becomes what it was."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from migrate.core.journal import Journal, RoomRecord, RoomStep, Run, StepState
from migrate.core.plan import Action
from migrate.core.rooms import Room, RoomFound, RoomWrite, Target
from migrate.services.room_steps import RoomMove, execute, look
from migrate.services.steps import UNDO
from migrate.services.writers import writers


@dataclass(frozen=True, slots=True)
class RoomBack:
    """One room of an undone run: what becomes of it, or why it stays as it is. `already`: it was undone before."""

    key: str
    record: RoomRecord
    move: RoomMove | None = None
    reason: str = ""
    already: bool = False


@dataclass(frozen=True, slots=True)
class RoomUndoer:
    """Takes back what a run did to rooms. `held` are those that events lead to all the same, or may again."""

    target: Target
    journal: Journal
    run: Run

    def backs(self, held: Iterable[Room]) -> list[RoomBack]:
        """Return what becomes of each room that the run wrote."""
        steps = self._steps()
        if not steps:
            return []
        # A room that was made anew has the name of the one that is gone, but not its link.
        located = {self.target.locate(room) for room in held}
        wrote = writers(self.journal.room_steps(state=StepState.DONE), self.journal.runs())
        found = look(self.target, [record for step in steps.values() if (record := step.after)])
        return [
            self._back(step, step.after, wrote[key], found.get(step.after.room.name), located)
            for key, step in steps.items()
            if step.after
        ]

    def undo(self, backs: Iterable[RoomBack], opened: str, wrote: Callable[[], None]) -> list[RoomBack]:
        """Carry it out; return each with the reason where it could not be done."""
        backs = list(backs)
        moves = [back.move for back in backs if back.move]
        reasons = {
            step.key: step.reason
            for step in execute(self.target, self.journal, opened, moves, wrote)
            if step.state is StepState.FAILED or step.reason
        }
        return [replace(back, reason=reasons.get(back.key, back.reason)) for back in backs]

    def _back(
        self, step: RoomStep, after: RoomRecord, runs: list[str], found: RoomFound | None, held: Collection[Room]
    ) -> RoomBack:
        back = RoomBack(step.key, after)
        if self.run.id not in runs:
            return replace(back, already=True, reason="was undone before")
        if reason := self._kept_because(step, after, runs[-1], found, held):
            return replace(back, reason=reason)
        made = step.action == Action.CREATE
        undo = RoomStep(step.key, Action.DELETE if made else UNDO, after, step.before)
        traits = None if made or not step.before else _before(step.before, after, found)
        write = RoomWrite(after.room.name, after.owner, traits, found)
        return replace(back, move=RoomMove(undo, write))

    def _kept_because(
        self, step: RoomStep, after: RoomRecord, writer: str, found: RoomFound | None, held: Collection[Room]
    ) -> str:
        """Say why a room stays as it is; empty if it does not."""
        if writer != self.run.id:
            return f"run {writer} changed the room later; undo that one first"
        if step.action == Action.ADOPT:
            return "the room was there before the run"
        if step.action == Action.UPDATE:
            return "" if found else "its room was deleted by people"
        if self.target.locate(after.room) in held:
            # Forgotten, a room that people deleted would be made anew by the next run.
            return f"an event leads to the room; {'it stays' if found else 'people deleted it'}"
        if found is None:
            return ""
        if found.used:
            return "people used the room since; it stays"
        return "" if found.traits == after.found else "people changed the room since; it stays"

    def _steps(self) -> dict[str, RoomStep]:
        """Return what the run did, a step for each room: of one that it wrote in parts from the first to the last."""
        whole: dict[str, RoomStep] = {}
        for step in self.journal.room_steps(self.run.id, StepState.DONE):
            first = whole.get(step.key, step)
            whole[step.key] = replace(step, action=first.action, before=first.before)
        return whole


def _before(before: RoomRecord, after: RoomRecord, found: RoomFound | None) -> dict[str, object]:
    """Return what a room shall have again: what it had, where the run asked for something else and it is that now.

    What people had changed before, the run left as it was. Of what nobody knew before, it stays too.
    """
    now = found.traits if found else {}
    had = {**before.asked, **before.found}
    back = {}
    for name, value in after.asked.items():
        is_ours = now.get(name, value) == value
        if is_ours and name in had and before.asked.get(name) != value:
            back[name] = had[name]
        else:
            back[name] = now.get(name, value)
    return back
