"""The one way rooms are written: intent on disk, write, read back, result on disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from migrate.core.errors import MigrateError
from migrate.core.journal import Journal, RoomOutcome, RoomRecord, RoomStep, StepState
from migrate.core.plan import Action
from migrate.core.rooms import Room, RoomFound, RoomWrite, RoomWritten, Target, Traits

STAYS = "it is still there"
INTERRUPTED = "interrupted before it was written"
# Between two of them a process that dies leaves as many rooms to look for, and each is a sync to disk.
_BATCH = 100
_NOWHERE = object()


@dataclass(frozen=True, slots=True)
class RoomMove:
    """A step and the write that makes it true."""

    step: RoomStep
    write: RoomWrite


def execute(
    target: Target, journal: Journal, run: str, moves: Sequence[RoomMove], wrote: Callable[[], None]
) -> list[RoomStep]:
    """Carry out moves and return their steps as they ended, DONE with a reason where only a part was written.

    Raises MigrateError if going on makes no sense; what was written before is journalled as done.
    """
    ended: list[RoomStep] = []
    for start in range(0, len(moves), _BATCH):
        ended += _execute(target, journal, run, moves[start : start + _BATCH], wrote)
    return ended


def recover(target: Target, journal: Journal, *, reason: str = INTERRUPTED) -> None:
    """Settle the steps of a run that was killed: the rooms that are there tell how they ended."""
    unknown = list(journal.room_steps(state=StepState.INTENDED))
    if unknown:
        found = look(target, [record for step in unknown if (record := step.after or step.before)])
        journal.settle_rooms([_outcome(step, found.get(_name(step)), reason) for step in unknown])


def look(target: Target, records: Iterable[RoomRecord]) -> Mapping[str, RoomFound]:
    """Return the rooms of records that are there, by name."""
    wanted: dict[str, set[Room]] = defaultdict(set)
    for record in records:
        wanted[record.owner].add(record.room)
    return target.look(wanted) if wanted else {}


def _execute(
    target: Target, journal: Journal, run: str, moves: Sequence[RoomMove], wrote: Callable[[], None]
) -> list[RoomStep]:
    steps = journal.intend_rooms(run, [move.step for move in moves])
    try:
        written = target.write([move.write for move in moves], wrote)
    except MigrateError as error:
        # If the target cannot even be looked at, the next run finds the steps unknown and looks.
        with suppress(MigrateError):
            recover(target, journal, reason=error.message)
        raise
    outcomes = [_written(step, move.write, one) for step, move, one in zip(steps, moves, written, strict=True)]
    journal.settle_rooms(outcomes)
    return [
        replace(step, state=outcome.state, reason=outcome.reason, after=outcome.after)
        for step, outcome in zip(steps, outcomes, strict=True)
    ]


def _written(step: RoomStep, write: RoomWrite, written: RoomWritten) -> RoomOutcome:
    """Tell how a step ended by what the target says of it: without a reason, all was written that it takes."""
    found = written.found
    if step.action == Action.DELETE and written.reason:
        return RoomOutcome(step.id, StepState.FAILED, written.reason)
    if step.action == Action.DELETE or written.reason or found is None or step.after is None:
        return _outcome(step, found, written.reason)
    base = _told(step.after.found, _not_asked(step.after.asked, write.traits or {}))
    after = replace(step.after, room=found.room, found={**found.traits, **base}, losses=written.losses)
    return RoomOutcome(step.id, StepState.DONE, "", after)


def _not_asked(asked: Traits, traits: Traits) -> Traits:
    """Return what stays as people have it: it is known as theirs as long as `found` tells what it was before."""
    return {name: value for name, value in traits.items() if asked.get(name) != value}


def _outcome(step: RoomStep, found: RoomFound | None, reason: str) -> RoomOutcome:
    """Tell how a step ended by what is there; `reason`: why, if that is not all."""
    if step.action == Action.DELETE:
        failed = RoomOutcome(step.id, StepState.FAILED, reason or STAYS)
        return failed if found else RoomOutcome(step.id, StepState.DONE, "", step.after)
    if found is None or step.after is None:
        return RoomOutcome(step.id, StepState.FAILED, reason)
    before = None if step.action == Action.CREATE else step.before
    now = _partly(before, step.after, found)
    if now.asked == step.after.asked:
        return RoomOutcome(step.id, StepState.DONE, "", now)
    if before and now.asked == before.asked:
        return RoomOutcome(step.id, StepState.FAILED, reason)
    return RoomOutcome(step.id, StepState.DONE, reason, now)


def _partly(before: RoomRecord | None, after: RoomRecord, found: RoomFound) -> RoomRecord:
    """Return the record of a room of which perhaps a part was written: what was not counts as never asked for.

    So it is asked for again, and what people changed is still known as theirs.
    """
    written = {name: value for name, value in after.asked.items() if found.traits.get(name, _NOWHERE) == value}
    rest = after.asked.keys() - written.keys()
    asked = {**_told(before.asked, rest), **written} if before else written
    had = {**_told(before.found, rest), **written} if before else written
    return replace(after, room=found.room, asked=asked, found={**found.traits, **_told(had, found.traits)})


def _told(values: Mapping[str, Any], traits: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in traits}


def _name(step: RoomStep) -> str:
    record = step.after or step.before
    return record.room.name if record else ""
