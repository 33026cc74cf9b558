"""The one way rooms are written: intent on disk, write, read back, result on disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from migrate.core.errors import MigrateError
from migrate.core.features import Loss
from migrate.core.journal import Journal, RoomOutcome, RoomRecord, RoomStep, StepState
from migrate.core.rooms import RoomFound, RoomWrite, Target, Traits
from migrate.services.steps import UNDO

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
        names = {step.id: _name(step) for step in unknown}
        outcomes = [_outcome(step, found.get(names[step.id]), reason=reason) for step in unknown]
        journal.settle_rooms(outcomes)


def look(target: Target, records: Iterable[RoomRecord]) -> Mapping[str, RoomFound]:
    """Return the rooms of records that are there, by name."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for record in records:
        wanted[record.owner].add(record.room.name)
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
    outcomes = [
        _outcome(step, one.found, one.losses, one.reason, was_read=True)
        for step, one in zip(steps, written, strict=True)
    ]
    journal.settle_rooms(outcomes)
    return [
        replace(step, state=outcome.state, reason=outcome.reason, after=outcome.after)
        for step, outcome in zip(steps, outcomes, strict=True)
    ]


def _outcome(
    step: RoomStep,
    found: RoomFound | None,
    losses: tuple[Loss, ...] = (),
    reason: str = "",
    *,
    was_read: bool = False,
) -> RoomOutcome:
    """Tell how a step ended by what is there. `was_read`: without a reason, all was written that the target takes."""
    if step.after is None:
        gone = found is None and not (was_read and reason)
        return RoomOutcome(step.id, StepState.DONE if gone else StepState.FAILED, "" if gone else reason or STAYS)
    if found is None:
        return RoomOutcome(step.id, StepState.FAILED, reason)
    if was_read and not reason:
        after = replace(step.after, room=found.room, found=found.traits, losses=losses)
        return RoomOutcome(step.id, StepState.DONE, "", after)
    left = _partly(step, step.after, found)
    # Only an undo that is known to have been done in part is gone on with.
    unfinished = step.action == UNDO and left.asked != step.after.asked
    return RoomOutcome(step.id, StepState.DONE, reason if was_read or unfinished else "", left)


def _partly(step: RoomStep, after: RoomRecord, found: RoomFound) -> RoomRecord:
    """Return the record of a room of which perhaps a part was written: what was not counts as never asked for.

    So it is asked for again, and what people changed is still known as theirs.
    """
    asked: dict[str, Any] = {}
    before: dict[str, Any] = {}
    for name, value in after.asked.items():
        now = found.traits.get(name, _NOWHERE)
        if now == value or step.before is None:
            asked[name] = before[name] = None if now is _NOWHERE else now
        else:
            asked[name], before[name] = step.before.asked.get(name), step.before.found.get(name)
    return replace(after, room=found.room, asked=asked, found={**found.traits, **_told(before, found.traits)})


def _told(values: Mapping[str, Any], traits: Traits) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in traits}


def _name(step: RoomStep) -> str:
    record = step.after or step.before
    return record.room.name if record else ""
