"""The one way anything is written: intent on disk, write, read back, result on disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count

from migrate.core.errors import MigrateError
from migrate.core.ports import Binding, Calendar, Event, Journal, Outcome, Run, Step, StepState, Write
from migrate.services.events import Found, Place, look

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
        kept = self.event.uids if self.event else self.at.uids
        return Place(self.at.collection, tuple(uid for uid in self.at.uids if uid not in kept))

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

    An event that was being moved may be in both collections. With `mend` the new one loses it again; without, nothing
    is written and its step stays open.
    """
    unknown = list(journal.steps(state=StepState.INTENDED))
    new = look(calendar, {step.key: _place(step.after) for step in unknown})
    old = look(calendar, {step.key: _to_go(step) for step in unknown})
    outcomes, copies = [], defaultdict(list)
    for step in unknown:
        written, removed = _seen(step, new[step.key], old[step.key])
        copy = _moved_to(step) if written and not removed else None
        if copy and not mend:
            continue
        if copy:
            copies[copy.collection].append(Write(copy.uids, None))
        outcomes.append(_recovered(step, done=written and removed, reason=reason))
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


def _moved_to(step: Step) -> Place | None:
    """Return where a step takes an event that was elsewhere."""
    old, new = _place(step.before), _place(step.after)
    return new if old and new and old.collection != new.collection else None


def _seen(step: Step, new: Found, old: Found) -> tuple[bool, bool]:
    """Tell from what is there whether a step has written what it shall, and removed what it shall."""
    if step.action != UNDO:
        return step.after is None or new.fingerprint == step.after.fingerprint, not old.fingerprint
    # What undo puts back may be something that people wrote; but it wanted to see what the run wrote before it went.
    seen = step.before.fingerprint if step.before else ""
    return not _place(step.after) or bool(new.fingerprint), not seen or old.fingerprint != seen


def _to_go(step: Step) -> Place | None:
    """Return the events that a step removes, those included that it writes elsewhere."""
    old, new = _place(step.before), _place(step.after)
    if not old or not new or _moved_to(step) or step.action == UNDO:
        return old
    return Place(old.collection, tuple(uid for uid in old.uids if uid not in new.uids))


def unused(run: Run, known: Iterable[Run]) -> Run:
    """Return the run with an id that no other has: ids are times, and two runs may begin in the same second."""
    taken = {other.id for other in known}
    ids = chain([run.id], (f"{run.id}-{number}" for number in count(2)))
    return replace(run, id=next(name for name in ids if name not in taken))


def _place(binding: Binding | None) -> Place | None:
    return Place.of(binding) if binding else None
