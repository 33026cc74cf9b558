"""undo: put back what a run changed, where it is still what the run wrote."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from migrate.core.document import load_meeting
from migrate.core.errors import UsageError
from migrate.core.journal import Binding, Journal, Run, Step, StepState
from migrate.core.plan import Action
from migrate.core.ports import Calendar
from migrate.core.rooms import Room, Target
from migrate.services.applying import Counting, Progress, Result
from migrate.services.events import Found, Place, look
from migrate.services.room_steps import recover as recover_rooms
from migrate.services.steps import UNDO, Move, batches, execute, recover, restored, steps_by_key, unused
from migrate.services.undoing_rooms import RoomBack, RoomUndoer
from migrate.services.writers import writers


@dataclass(frozen=True, slots=True)
class Undone:
    """One key of the undone run: what it is called, what the run had done, and how undoing it ended."""

    key: str
    topic: str
    action: str
    result: Result
    reason: str = ""


@dataclass(frozen=True, slots=True)
class UndoReport:
    """A finished undo."""

    run: Run
    items: Sequence[Undone]
    written: Sequence[str] = ()
    rooms: Sequence[Undone] = ()
    """Where rooms are made: those that the run made or changed."""

    def count(self, *results: Result) -> int:
        """Count the items that ended so."""
        return sum(item.result in results for item in self.items)

    @property
    def kept(self) -> Sequence[Undone]:
        """What stays as it is, events and rooms."""
        return [item for item in (*self.items, *self.rooms) if item.result in (Result.KEPT, Result.FAILED)]


@dataclass(frozen=True, slots=True)
class Undoer:
    """Undoes runs of apply from the journal: events first, then the rooms that no event leads to any more."""

    target: Target
    calendar: Calendar
    journal: Journal
    clock: Callable[[], datetime]

    def find(self, name: str) -> Run:
        """Return the run of that id, or the newest apply for `last`; raise UsageError if there is none.

        The newest, undone or not: otherwise the same command, typed again, would undo one run after the other.
        """
        applies = [run for run in self.journal.runs() if run.command == "apply"]
        if name == "last" and applies:
            return applies[-1]
        for run in applies:
            if run.id == name:
                return run
        known = [run.id for run in applies]
        raise UsageError(
            f"there is no run {name} that could be undone",
            hint=f"Runs of apply: {', '.join(known)}" if known else "Nothing was applied yet.",
        )

    def undo(self, run: Run, opened: Run, progress: Progress) -> UndoReport:
        """Undo a run, or what an interrupted undo left of it. `opened` is the run to open if there is none."""
        runs = self.journal.runs()
        opened = next((known for known in runs if _continues(known, run)), unused(opened, runs))
        recover_rooms(self.target, self.journal)
        recover(self.calendar, self.journal, mend=True, resumed=opened.id)
        undone = self._steps(run)
        moves, items = self._moves(run, undone.values())
        self.journal.begin(opened, {})
        tell = Counting(progress, len(moves))
        for batch in batches(self.calendar, moves):
            with tell.exactly(len(batch)):
                steps = execute(self.calendar, self.journal, opened.id, batch, tell)
            items += [_undone(undone[step.key], Result.of(step), step.reason) for step in steps]
        written = self.calendar.finish()
        rooms = [_room_undone(back) for back in self._undo_rooms(run, opened)]
        self.journal.finish(opened.id, self.clock())
        return UndoReport(opened, sorted(items, key=lambda item: item.key), written, rooms)

    def preview(self, run: Run, opened: Run) -> UndoReport:
        """Return what `undo` would do now, and write nothing."""
        undone = self._steps(run)
        moves, items = self._moves(run, undone.values())
        items += [_undone(undone[move.step.key], Result.DONE) for move in moves]
        back = {item.key: undone[item.key].before for item in items if item.result is Result.DONE}
        backs = RoomUndoer(self.target, self.journal, run).backs(self._held(run, back))
        return UndoReport(opened, sorted(items, key=lambda item: item.key), rooms=list(map(_room_undone, backs)))

    def _undo_rooms(self, run: Run, opened: Run) -> list[RoomBack]:
        undoer = RoomUndoer(self.target, self.journal, run)
        return undoer.undo(undoer.backs(self._held(run, {})), opened.id, lambda: None)

    def _held(self, run: Run, back: Mapping[str, Binding | None]) -> Iterator[Room]:
        """Yield the rooms that events lead to when those of some keys are put back, or may if other runs are undone."""
        yield from (known.room for known in {**self.journal.snapshot().bindings, **back}.values() if known)
        wrote = writers(self.journal.steps(state=StepState.DONE), self.journal.runs())
        for step in self.journal.steps(state=StepState.DONE):
            if step.before and step.run != run.id and step.run in wrote[step.key]:
                yield step.before.room

    def _moves(self, run: Run, steps: Collection[Step]) -> tuple[list[Move], list[Undone]]:
        wrote = writers(self.journal.steps(state=StepState.DONE), self.journal.runs())
        live = look(self.calendar, {step.key: _written_at(step) for step in steps})
        moves, items = [], []
        for step in steps:
            found, writer = live[step.key], wrote[step.key]
            if run.id not in writer:
                items.append(_undone(step, Result.ALREADY, "was undone before"))
            elif reason := _kept_because(step, writer[-1], found):
                items.append(_undone(step, Result.KEPT, reason))
            else:
                moves.append(self._back(step, found))
        return moves, items

    def _steps(self, run: Run) -> dict[str, Step]:
        """Return what a run did, a step for each key; where an undo put back a part, what that left of it."""
        steps = steps_by_key(self.journal, run.id)
        undos = {known.id for known in self.journal.runs() if known.command == "undo" and known.plan == run.id}
        for step in self.journal.steps(state=StepState.DONE):
            if step.run in undos and step.reason:
                steps[step.key] = replace(steps[step.key], after=step.after)
        return steps

    def _back(self, step: Step, live: Found) -> Move:
        at = live.place if live.fingerprint else None
        # What was taken over was not written, and is let go as it is.
        to, event = (at, None) if step.action == Action.ADOPT else restored(self.calendar, step)
        return Move(Step(step.key, UNDO, step.after, step.before, live.text), at, to, event)


def _written_at(step: Step) -> Place | None:
    return Place.of(step.after) or Place.of(step.before)


def _kept_because(step: Step, writer: str, live: Found) -> str:
    """Say why a step cannot be undone; empty if it can."""
    if writer != step.run:
        return f"run {writer} changed it later; undo that one first"
    if step.action == Action.ADOPT:
        return ""
    if step.after is None or not step.after.uids:
        return "an event is there again" if live.fingerprint else ""
    if not live.fingerprint and not step.before_text:
        return ""
    return "" if live.fingerprint == step.after.fingerprint else "people changed the event since; it stays as it is"


def _room_undone(back: RoomBack) -> Undone:
    kept = Result.ALREADY if back.already else Result.KEPT
    result = (Result.FAILED if back.reason else Result.DONE) if back.move else kept
    return Undone(back.key, str(back.record.asked.get("name") or back.record.room.url), "room", result, back.reason)


def _continues(known: Run, run: Run) -> bool:
    return known.command == "undo" and known.plan == run.id and known.finished is None


def _undone(step: Step, result: Result, reason: str = "") -> Undone:
    binding = step.after or step.before
    return Undone(step.key, load_meeting(binding.meeting).topic if binding else "", step.action, result, reason)
