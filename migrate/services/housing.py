"""Making the rooms of a plan, before the events that lead to them are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from migrate.core.journal import Journal, RoomRecord, RoomStep, StepState
from migrate.core.naming import room_key
from migrate.core.plan import Action, Change
from migrate.core.rooms import RoomFound, RoomWrite, Target, Traits
from migrate.services.room_steps import RoomMove, execute, look

GONE = "the room is gone since the plan was made; plan again"


@dataclass(frozen=True, slots=True)
class Housed:
    """What became of the rooms of changes, by keys of rooms: what was made, and why some were not."""

    made: Mapping[str, RoomRecord]
    refused: Mapping[str, str]

    def into(self, change: Change) -> Change:
        """Return the change with its room as it was made."""
        record = self.made.get(room_key(change.key)) if change.room_plan else None
        return replace(change, room=record.room) if record else change


def as_made(change: Change, made: Mapping[str, RoomRecord]) -> Change:
    """Return the change for a report, with its room as it was made, and what the target did not take of it."""
    record = made.get(room_key(change.key)) if change.room_plan else None
    return replace(change, room=record.room, losses=(*change.losses, *record.losses)) if record else change


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes the rooms of changes, before their events are written. `made`: the records of rooms when the run begins."""

    target: Target
    journal: Journal
    run: str
    made: Mapping[str, RoomRecord]

    def moves(self, changes: Iterable[Change]) -> tuple[list[RoomMove], dict[str, str]]:
        """Return what is to be written, each room once, and by key of the room why one cannot be."""
        wanted = {record.key: record for change in changes if (record := self._record(change))}
        found = look(self.target, wanted.values())
        moves, refused = [], {}
        for key, record in wanted.items():
            before, there = self.made.get(key), found.get(record.room.name)
            if there is None and (record.room.url or self._is_own(before)):
                refused[key] = GONE
            elif before is None or before.asked != record.asked or self._was_elsewhere(before, record):
                moves.append(_move(before, record, there))
        # So that those of one account are in as few batches as can be: of each its rooms are listed.
        return sorted(moves, key=lambda move: move.write.owner), refused

    def build(self, moves: Sequence[RoomMove], refused: Mapping[str, str], wrote: Callable[[], None]) -> Housed:
        """Make the rooms, and return where they are."""
        if not moves:
            return Housed(self.made, refused)
        steps = execute(self.target, self.journal, self.run, moves, wrote)
        failed = {step.key: step.reason for step in steps if step.state is StepState.FAILED or step.reason}
        return Housed(self.journal.snapshot().made, {**refused, **failed})

    def _is_own(self, before: RoomRecord | None) -> bool:
        """Tell whether this run wrote the room before it was interrupted; of that the plan could not know."""
        return before is not None and before.run == self.run

    def _was_elsewhere(self, before: RoomRecord, record: RoomRecord) -> bool:
        return before.room != record.room and not self._is_own(before)

    def _record(self, change: Change) -> RoomRecord | None:
        room, plan = change.room, change.room_plan
        if room is None or plan is None or change.action is Action.DELETE:
            return None
        return RoomRecord(room_key(change.key), room, plan.owner, plan.traits, {}, self.run)


def _move(before: RoomRecord | None, after: RoomRecord, found: RoomFound | None) -> RoomMove:
    # What is there without a record was made before the journal was lost: it is not this run's to take back.
    action = Action.CREATE if found is None else Action.UPDATE if before else Action.ADOPT
    traits = merged(after.asked, before, found)
    after = replace(after, found=before.found if before and found else {})
    return RoomMove(RoomStep(after.key, action, before, after), RoomWrite(after.room.name, after.owner, traits, found))


def merged(asked: Traits, before: RoomRecord | None, found: RoomFound | None) -> Traits:
    """Return what a room shall have: what is asked for, but what people changed stays as it is.

    What the target did not take is asked for again with every change, so that it is told again as a loss.
    """
    if before is None or found is None:
        return asked
    theirs = {name for name, value in found.traits.items() if before.found.get(name) != value}
    return {name: found.traits[name] if name in theirs else value for name, value in asked.items()}
