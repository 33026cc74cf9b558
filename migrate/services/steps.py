"""The one way anything is written: intent on disk, write, read back, result on disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count

from migrate.core.errors import MigrateError
from migrate.core.plan import Action
from migrate.core.ports import Calendar, Event, Journal, Outcome, Run, Step, StepState, Write
from migrate.services.events import Found, Place, look, parts

UNDO = "undo"
# Steps that share a transaction of the journal: a sync to disk costs as much as writing hundreds of events.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Move:
    """A step and how its event gets from where it is to where it shall be.

    `at`: where the event is now, None if there is none. `to`: where it shall be, None to remove it; `event`: what to
    put there, None to leave what is there as it is.
    """

    step: Step
    at: Place | None
    to: Place | None
    event: Event | None

    @property
    def collection(self) -> str:
        """The collection that is written first; a moved event is added to the new one before the old one loses it."""
        place = self.to or self.at
        return place.collection if place else ""

    @property
    def cleared(self) -> Place | None:
        """Where nothing may be left of the event as it was."""
        if self.at is None or not self._stays:
            return self.at
        return self.at.without(self.to if self.event else self.at)

    @property
    def _stays(self) -> bool:
        return self.at is not None and self.to is not None and self.at.collection == self.to.collection

    @property
    def changes_collection(self) -> bool:
        """Tell whether the event goes from one collection to another."""
        return self.at is not None and self.to is not None and not self._stays

    def writes(self) -> Iterator[tuple[str, Write]]:
        """Yield the writes in the order in which nothing can be lost between them."""
        if self.to and self.event:
            yield self.to.collection, Write(self.at.uids if self.at and self._stays else (), self.event)
        if self.at and not self._stays:
            yield self.at.collection, Write(self.at.uids, None)


def batches(moves: Iterable[Move]) -> Iterator[list[Move]]:
    """Put moves together for `execute`: each collection is written once, and the journal is synced once for many.

    Moves into a collection from another one make a batch of their own: only there does the order of writes matter.
    """
    grouped: dict[str, list[Move]] = defaultdict(list)
    for move in moves:
        grouped[move.collection].append(move)
    batch: list[Move] = []
    for _, group in sorted(grouped.items()):
        if any(move.changes_collection for move in group):
            yield group
            continue
        batch += group
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def execute(calendar: Calendar, journal: Journal, run: str, moves: Sequence[Move]) -> list[Step]:
    """Carry out the moves of a batch and return their steps, settled.

    Raises MigrateError if a write fails; what was written before it, to another collection, is journalled as done.
    """
    steps = journal.intend(run, [move.step for move in moves])
    try:
        for collection, writes in _writes(moves).items():
            calendar.write(collection, writes)
        there = look(calendar, {move.step.key: move.to for move in moves})
        left = look(calendar, {move.step.key: move.cleared for move in moves})
    except MigrateError as error:
        # With a full disk the journal cannot note it either; the next run finds the steps unknown and looks.
        with suppress(MigrateError):
            recover(calendar, journal, mend=True, reason=error.message)
        raise
    outcomes = [_outcome(step, move, there[step.key], left[step.key]) for step, move in zip(steps, moves, strict=True)]
    journal.settle(outcomes)
    return [
        replace(step, state=outcome.state, reason=outcome.reason) for step, outcome in zip(steps, outcomes, strict=True)
    ]


def recover(
    calendar: Calendar, journal: Journal, *, mend: bool = False, reason: str = "interrupted before it was written"
) -> int:
    """Settle the steps of a run that was killed: what is there tells how they ended. Return how many there were.

    What was written and then changed by people is done: so its event stays known, and their change is theirs. An event
    that was being moved may be in both collections. With `mend` one of them loses it; without, nothing is written and
    its step stays open.
    """
    unknown = list(journal.steps(state=StepState.INTENDED))
    goals = _goals(calendar, journal, unknown)
    new = look(calendar, {key: goal.there for key, goal in goals.items()})
    old = look(calendar, {key: goal.cleared for key, goal in goals.items()})
    outcomes, copies = [], defaultdict(list)
    for step in unknown:
        goal = goals[step.key]
        copy = goal.copy(new[step.key], old[step.key])
        if copy and not mend:
            continue
        if copy:
            copies[copy.collection].append(Write(copy.uids, None))
        done = goal.is_written(new[step.key]) and (copy == goal.old if copy else not old[step.key].fingerprint)
        outcomes.append(_recovered(step, done=done, reason=reason))
    for collection, writes in copies.items():
        calendar.write(collection, writes)
    if outcomes:
        journal.settle(outcomes)
    return len(unknown)


def _writes(moves: Iterable[Move]) -> dict[str, list[Write]]:
    grouped: dict[str, list[Write]] = defaultdict(list)
    for move in moves:
        for collection, write in move.writes():
            grouped[collection].append(write)
    return grouped


def _outcome(step: Step, move: Move, there: Found, left: Found) -> Outcome:
    written = move.event is None or there.fingerprint == move.event.fingerprint
    if written and not left.fingerprint:
        return Outcome(step.id, StepState.DONE)
    return Outcome(step.id, StepState.FAILED, "written, but what is read back differs")


def _recovered(step: Step, *, done: bool, reason: str) -> Outcome:
    return Outcome(step.id, StepState.DONE) if done else Outcome(step.id, StepState.FAILED, reason)


@dataclass(frozen=True, slots=True)
class _Goal:
    """What is there when a step is done: this event, and nothing else of what was at `old`.

    `before`: the events that were there before, by UID; `event`: those that shall be there.
    """

    there: Place | None
    event: Mapping[str, str]
    old: Place | None
    before: Mapping[str, str]
    writes: bool

    @property
    def moves(self) -> bool:
        return bool(self.old and self.there and self.old.collection != self.there.collection)

    @property
    def cleared(self) -> Place | None:
        return self.old.without(self.there) if self.old else None

    def is_written(self, found: Found) -> bool:
        """Tell whether what is there was written: what nobody had before, or what nobody but the step would write."""
        if found.parts == self.event or not self.writes:
            return True
        before = {} if self.moves else self.before
        return any(
            uid not in before or before[uid] != fingerprint == self.event.get(uid)
            for uid, fingerprint in found.parts.items()
        )

    def copy(self, new: Found, old: Found) -> Place | None:
        """Return which of two places has to lose the event, if it is in both: not the one where people changed it."""
        if not (self.moves and new.fingerprint and old.fingerprint):
            return None
        if new.parts == self.event:
            return self.there
        return self.old if old.parts == self.before else None


def _goals(calendar: Calendar, journal: Journal, steps: Sequence[Step]) -> dict[str, _Goal]:
    undone = _undone(journal, {step.run for step in steps if step.action == UNDO})
    goals = {}
    for step in steps:
        if step.action == UNDO:
            # What it puts back may be something that people wrote; no binding tells of that.
            there, back = restored(calendar, undone[step.run, step.key])
            event = _read(calendar, back.text) if back else {}
        else:
            there, event = Place.of(step.after), parts(step.after) if step.after else {}
        before = _read(calendar, step.before_text)
        goals[step.key] = _Goal(there, event, Place.of(step.before), before, step.action != Action.ADOPT)
    return goals


def _read(calendar: Calendar, text: str) -> dict[str, str]:
    # Without names of its own a restored event has those in the text, each once and in the order of its fingerprint.
    return parts(calendar.restore((), text))


def _undone(journal: Journal, undos: Collection[str]) -> dict[tuple[str, str], Step]:
    """Return what is undone by these runs, by run and key."""
    runs = [run for run in journal.runs() if run.id in undos]
    return {(run.id, step.key): step for run in runs for step in journal.steps(run=run.plan, state=StepState.DONE)}


def restored(calendar: Calendar, step: Step) -> tuple[Place | None, Event | None]:
    """Return what was there before a step, so that it can be put back, and where; None twice if nothing was."""
    place = (Place.of(step.before) or Place.of(step.after)) if step.before_text else None
    if place is None:
        return None, None
    event = calendar.restore(place.uids, step.before_text)
    return Place(place.collection, event.uids), event


def unused(run: Run, known: Iterable[Run]) -> Run:
    """Return the run with an id that no other has: ids are times, and two runs may begin in the same second."""
    taken = {other.id for other in known}
    ids = chain([run.id], (f"{run.id}-{number}" for number in count(2)))
    return replace(run, id=next(name for name in ids if name not in taken))
