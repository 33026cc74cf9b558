"""apply: exactly the plan, no more; killed at any instant it can be run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import chain

from migrate.core.document import dump_meeting
from migrate.core.errors import RefusedError
from migrate.core.features import lower
from migrate.core.journal import Binding, Journal, RoomStep, Run, Snapshot, Step, StepState
from migrate.core.meeting import Meeting
from migrate.core.naming import room_key
from migrate.core.plan import WRITING, Action, Change, Plan
from migrate.core.ports import Calendar, Event, EventPlan
from migrate.core.rooms import Room, Target
from migrate.services.events import Found, Place, look
from migrate.services.housing import Builder, as_made
from migrate.services.room_steps import recover as recover_rooms
from migrate.services.steps import Move, batches, execute, recover, unused

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Counting:
    """Tells of progress when it is called: one more of `total`."""

    progress: Progress
    total: int
    finished: int = 0

    def __call__(self) -> None:
        """Count one more."""
        self.finished = min(self.finished + 1, self.total)
        self.progress(self.finished, self.total)

    @contextmanager
    def exactly(self, many: int) -> Iterator[None]:
        """Count so many, however many writes they are."""
        goal = self.finished + many
        self.progress(self.finished, self.total)
        yield
        self.finished = goal
        self.progress(self.finished, self.total)


class Result(StrEnum):
    """How an item of a run ended."""

    DONE = "done"
    ALREADY = "already done"
    """An earlier, interrupted run of the same plan had done it."""
    KEPT = "kept"
    FAILED = "failed"

    @classmethod
    def of(cls, step: Step) -> Result:
        """Tell how the item of a step ended: where only a part was written, it failed."""
        return cls.DONE if step.state is StepState.DONE and not step.reason else cls.FAILED


@dataclass(frozen=True, slots=True)
class Item:
    """One change of a plan and how it ended, with the reason if it failed."""

    change: Change
    result: Result
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """A finished run: its id, all items in the order of the plan, and the files written for people."""

    run: Run
    items: Sequence[Item]
    written: Sequence[str]
    resumed: bool

    def count(self, *results: Result) -> int:
        """Count the items that ended so."""
        return sum(item.result in results for item in self.items)


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the user allows beyond the safety rules."""

    partial: bool = False
    large_change: bool = False
    guesses: bool = False


@dataclass(frozen=True, slots=True)
class Applier:
    """Carries out plans on a target and a calendar."""

    target: Target
    calendar: Calendar
    journal: Journal
    clock: Callable[[], datetime]

    def check(self, plan: Plan, checksum: str, allowed: Permissions) -> None:
        """Raise RefusedError if a safety rule forbids to apply the plan now."""
        if plan.errors and not allowed.partial:
            raise RefusedError(
                f"the plan has {plan.errors} problems that keep meetings out of it",
                hint="Mend the input and plan again, or apply the rest with --partial.",
            )
        if plan.limit.exceeded and not allowed.large_change:
            raise RefusedError(
                _too_large(plan), hint="Look at the plan; if it is right, apply it with --allow-large-change."
            )
        if plan.guesses and not allowed.guesses:
            raise RefusedError(
                f"{plan.guesses} of {plan.pending} changes would be guesses from past meetings",
                hint="Ask their hosts, then apply with --accept-guesses, or plan again without --from-history.",
            )
        if self._is_stale(plan, checksum):
            raise RefusedError(
                "the plan is stale: something was applied or undone since it was made",
                hint="Plan again, and read what changed.",
            )
        if self.journal.snapshot().revision < plan.journal_revision:
            raise RefusedError(
                "the plan is newer than the journal: was an older state.sqlite put back?", hint="Plan again."
            )

    def _is_stale(self, plan: Plan, checksum: str) -> bool:
        runs = {run.id for run in self.journal.runs() if run.plan == checksum and run.command == "apply"}
        known = plan.journal_revision
        steps: Iterable[Step | RoomStep] = chain(self.journal.steps(after=known), self.journal.room_steps(after=known))
        return any(step.run not in runs for step in steps)

    def begin(self, plan: Plan, opened: Run) -> tuple[Run, bool]:
        """Open the run that began to apply the plan before, and tell so; else `opened`, under an id that no run has."""
        runs = self.journal.runs()
        earlier = [run for run in runs if run.plan == opened.plan and run.command == "apply"]
        run = earlier[-1] if earlier else unused(opened, runs)
        recover_rooms(self.target, self.journal)
        recover(self.calendar, self.journal, mend=True, resumed=run.id)
        self.journal.begin(run, plan.aliases)
        return run, bool(earlier)

    def apply(self, plan: Plan, run: Run, progress: Progress, *, resumed: bool = False) -> Applied:
        """Carry out the plan, or what is left of it, in the run that was begun."""
        written = {step.key: step for step in self.journal.steps(run=run.id, state=StepState.DONE)}
        items = {change.key: _without_writing(change, written.get(change.key)) for change in plan.changes}
        todo = [_expecting(change, written.get(change.key)) for change in plan.changes if items[change.key] is None]
        for item in self._write(plan, run, todo, progress):
            items[item.change.key] = item
        files = self.calendar.finish()
        self.journal.finish(run.id, self.clock())
        ended = [item for item in items.values() if item]
        if any(change.room_plan for change in plan.changes):
            made = self.journal.snapshot().made
            ended = [replace(item, change=as_made(item.change, made)) for item in ended]
        return Applied(run, ended, files, resumed)

    def _write(self, plan: Plan, run: Run, changes: Sequence[Change], progress: Progress) -> Iterator[Item]:
        snapshot = self.journal.snapshot()
        live = look(self.calendar, {change.key: _looked_at(change, snapshot) for change in changes})
        stale = [change for change in changes if live[change.key].fingerprint != change.expects]
        for change in stale:
            yield Item(change, Result.FAILED, "the calendar changed since the plan was made; plan again")
        fresh = [change for change in changes if live[change.key].fingerprint == change.expects]
        builder = Builder(self.target, self.journal, run.id, snapshot.made)
        building, refused = builder.moves(fresh)
        tell = Counting(progress, len(plan.changes) + len(building), len(plan.changes) - len(fresh))
        housed = builder.build(building, refused, tell)
        by_key = {change.key: change for change in fresh if room_key(change.key) not in housed.refused}
        for change in fresh:
            if change.key not in by_key:
                tell()
                yield Item(change, Result.FAILED, housed.refused[room_key(change.key)])
        moves = [
            self._move(plan, run, housed.into(change), snapshot.bindings.get(key), live[key])
            for key, change in by_key.items()
        ]
        for batch in batches(self.calendar, moves):
            with tell.exactly(len(batch)):
                steps = execute(self.calendar, self.journal, run.id, batch, tell)
            for step in steps:
                yield Item(by_key[step.key], Result.of(step), step.reason)

    def _move(self, plan: Plan, run: Run, change: Change, binding: Binding | None, live: Found) -> Move:
        if change.action is Action.DELETE:
            step = Step(change.key, change.action, binding, None, live.text)
            return Move(step, live.place if live.exists else None, None, None)
        place = Place(change.event.collection, change.event.uids) if change.event else None
        room = self._room(change)
        event = self._event(plan, change, room)
        after = _binding(change, room, place, run, event.fingerprint if event else live.fingerprint if place else "")
        here = live.place if live.fingerprint else None
        return Move(Step(change.key, change.action, binding, after, live.text), here, place, event)

    def _room(self, change: Change) -> Room:
        if change.room is None:
            raise RefusedError(f"{change.key}: the plan names no room", hint="Plan again in a site directory.")
        return change.room

    def _event(self, plan: Plan, change: Change, room: Room) -> Event | None:
        if change.event is None or change.action is Action.ADOPT:
            return None
        return self.calendar.render(
            EventPlan(change.key, change.meeting, room.url, change.event.sequence, plan.created)
        )


def _without_writing(change: Change, written: Step | None) -> Item | None:
    if written and Result.of(written) is Result.DONE:
        return Item(change, Result.ALREADY)
    if change.action is Action.CONFLICT:
        return Item(change, Result.FAILED, change.why)
    return None if change.action in WRITING else Item(change, Result.KEPT, change.why)


def _expecting(change: Change, written: Step | None) -> Change:
    """Return the change as it goes on from what an earlier attempt of this run has written of it."""
    return replace(change, expects=written.after.fingerprint) if written and written.after else change


def _looked_at(change: Change, snapshot: Snapshot) -> Place | None:
    known = Place.of(snapshot.bindings.get(change.key))
    return known or (Place(change.event.collection, change.event.uids) if change.event else None)


def _binding(change: Change, room: Room, place: Place | None, run: Run, fingerprint: str) -> Binding:
    return Binding(
        key=change.key,
        meeting=dump_meeting(_kept(change)),
        room=room,
        collection=place.collection if place else "",
        uids=place.uids if place else (),
        fingerprint=fingerprint,
        sequence=change.event.sequence if change.event else 0,
        run=run.id,
    )


def _kept(change: Change) -> Meeting:
    """Return the meeting without what is lost: a change of that is none of what was written."""
    return lower(change.meeting, {loss.feature: loss for loss in change.losses})[0]


def _too_large(plan: Plan) -> str:
    if plan.limit.emptied:
        return f"no meeting was found in {', '.join(plan.limit.emptied)}, but the journal has {plan.limit.journalled}"
    return f"{plan.limit.changing} of {plan.limit.journalled} meetings would change, which is over 30 %"
