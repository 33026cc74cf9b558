"""The one way anything is written: intent on disk, write, read back, result on disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from migrate.core.errors import MigrateError
from migrate.core.ports import Calendar, Event, Journal, Outcome, Step, StepState, Write
from migrate.services.events import Found, Place, look


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

    def writes(self) -> Iterator[tuple[str, Write]]:
        """Yield the writes in the order in which nothing can be lost between them."""
        stays = self.at is not None and self.to is not None and self.at.collection == self.to.collection
        if self.to and self.event:
            yield self.to.collection, Write(self.at.uids if self.at and stays else (), self.event)
        if self.at and not stays:
            yield self.at.collection, Write(self.at.uids, None)


def by_collection(moves: Iterable[Move]) -> dict[str, list[Move]]:
    """Group moves by the collection they write first, in order of its name."""
    grouped: dict[str, list[Move]] = defaultdict(list)
    for move in moves:
        grouped[move.collection].append(move)
    return dict(sorted(grouped.items()))


def execute(calendar: Calendar, journal: Journal, run: str, moves: Sequence[Move]) -> list[Step]:
    """Carry out the moves of one collection and return their steps, settled.

    Raises MigrateError if a write fails as a whole; its steps are journalled as failed and nothing is half written.
    """
    steps = journal.intend(run, [move.step for move in moves])
    try:
        for collection, writes in _writes(moves).items():
            calendar.write(collection, writes)
        there = look(calendar, {move.step.key: move.to for move in moves})
    except MigrateError as error:
        # With a full disk the journal cannot note it either; the next run finds the steps unknown and looks.
        with suppress(MigrateError):
            journal.settle([Outcome(step.id, StepState.FAILED, error.message) for step in steps])
        raise
    outcomes = [_outcome(step, move, there) for step, move in zip(steps, moves, strict=True)]
    journal.settle(outcomes)
    return [_settled(step, outcome) for step, outcome in zip(steps, outcomes, strict=True)]


def recover(calendar: Calendar, journal: Journal) -> int:
    """Settle the steps of a run that was killed: what is there tells how they ended. Return how many there were."""
    unknown = list(journal.steps(state=StepState.INTENDED))
    if not unknown:
        return 0
    after = look(calendar, {step.key: Place.of(step.after) if step.after else None for step in unknown})
    before = look(calendar, {step.key: Place.of(step.before) if step.before else None for step in unknown})
    journal.settle([_recovered(step, after[step.key], before[step.key]) for step in unknown])
    return len(unknown)


def _writes(moves: Iterable[Move]) -> dict[str, list[Write]]:
    grouped: dict[str, list[Write]] = defaultdict(list)
    for move in moves:
        for collection, write in move.writes():
            grouped[collection].append(write)
    return grouped


def _outcome(step: Step, move: Move, there: Mapping[str, Found]) -> Outcome:
    wanted = move.event.fingerprint if move.event else None
    if move.to is None or wanted is None or there[step.key].fingerprint == wanted:
        return Outcome(step.id, StepState.DONE)
    return Outcome(step.id, StepState.FAILED, "written, but what is read back differs")


def _recovered(step: Step, after: Found, before: Found) -> Outcome:
    if step.after is not None and after.fingerprint == step.after.fingerprint:
        moved = step.before is not None and step.before.collection != step.after.collection and before.fingerprint
        if not moved:
            return Outcome(step.id, StepState.DONE)
    if step.after is None and not before.fingerprint:
        return Outcome(step.id, StepState.DONE)
    return Outcome(step.id, StepState.FAILED, "interrupted before it was written")


def _settled(step: Step, outcome: Outcome) -> Step:
    return Step(
        step.key, step.action, step.before, step.after, step.before_text, step.run, step.id, outcome.state, outcome.reason
    )
