"""The one way anything is written: intent on disk, write, read back, result on disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count, zip_longest
from operator import attrgetter

from migrate.core.errors import MigrateError, TargetError
from migrate.core.journal import Journal, Outcome, Run, Step, StepState
from migrate.core.plan import Action
from migrate.core.ports import Calendar, Event, Write
from migrate.services.events import Found, Place, look, parts
from migrate.services.goals import Goal

UNDO = "undo"
DIFFERS = "written, but what is read back differs"
# Steps that share a transaction of the journal: a sync to disk costs as much as writing hundreds of events.
_BATCH = 500
# What is where an event shall be, and what is where nothing may be left.
_Both = tuple[Found, Found]


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

    @property
    def coming(self) -> Write | None:
        """What is written first, to where the event shall be."""
        if not (self.to and self.event):
            return None
        return Write(self.to.collection, self.at.uids if self.at and self._stays else (), self.event)

    @property
    def going(self) -> Write | None:
        """What is written when nothing can be lost by it any more, to where the event was."""
        return Write(self.at.collection, self.at.uids, None) if self.at and not self._stays else None


def batches(calendar: Calendar, moves: Iterable[Move]) -> Iterator[list[Move]]:
    """Put moves together for `execute`: the journal is synced once for many, and an atomic collection written once."""
    grouped: dict[str, list[Move]] = defaultdict(list)
    for move in moves:
        grouped[move.collection].append(move)
    ordered = [group for _, group in sorted(grouped.items())]
    batch: list[Move] = []
    for unit in ordered if calendar.atomic else _in_turn(ordered):
        batch += unit
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _in_turn(groups: Iterable[Sequence[Move]]) -> Iterator[list[Move]]:
    """Yield one move of each group, then the next of each: so all collections are written at the same time."""
    for turn in zip_longest(*groups):
        yield [move for move in turn if move]


def execute(
    calendar: Calendar, journal: Journal, run: str, moves: Sequence[Move], wrote: Callable[[], None]
) -> list[Step]:
    """Carry out the moves of a batch and return their steps as they ended.

    Raises MigrateError if going on makes no sense; what was written before is journalled as done.
    """
    steps = journal.intend(run, [move.step for move in moves])
    try:
        refused = _write(calendar, moves, wrote)
        goals = {move.step.key: _goal(calendar, move) for move in moves}
        seen = _seen(calendar, goals)
    except MigrateError as error:
        # With a full disk the journal cannot note it either; the next run finds the steps unknown and looks.
        with suppress(MigrateError):
            recover(calendar, journal, mend=True, resumed=run, reason=error.message)
        raise
    outcomes = [_outcome(step, goals[step.key], *seen[step.key], refused.get(step.key, "")) for step in steps]
    journal.settle([outcome for outcome in outcomes if outcome.state is not StepState.INTENDED])
    return [
        replace(step, state=outcome.state, reason=outcome.reason) for step, outcome in zip(steps, outcomes, strict=True)
    ]


def _goal(calendar: Calendar, move: Move) -> Goal:
    before = _read(calendar, move.step.before_text)
    writes = move.event is not None or move.to is None
    # Of an event that is put back a part may have been missing.
    event = _read(calendar, move.event.text) if move.event else {}
    return Goal(move.to, event, move.at, before, writes, calendar.atomic)


def _outcome(step: Step, goal: Goal, new: Found, old: Found, refused: str) -> Outcome:
    if goal.copies(new, old):
        # It is in two places. The next run takes it from one of them, and settles the step.
        return Outcome(step.id, StepState.INTENDED, refused or DIFFERS)
    if refused or not step.after or new.parts == goal.event or new.parts.keys() != goal.event.keys() or old.fingerprint:
        return goal.outcome(step, new, old, refused or DIFFERS)
    kept = replace(step.after, fingerprint=new.fingerprint)
    return Outcome(step.id, StepState.DONE, DIFFERS, kept)


def _write(calendar: Calendar, moves: Iterable[Move], wrote: Callable[[], None]) -> dict[str, str]:
    """Make the writes of all moves; return why some were not made, by key."""
    refused: dict[str, str] = {}
    for part in (attrgetter("coming"), attrgetter("going")):
        writes = {move.step.key: write for move in moves if (write := part(move)) and move.step.key not in refused}
        if writes:
            reasons = calendar.write(list(writes.values()), wrote)
            refused |= {key: reason for key, reason in zip(writes, reasons, strict=True) if reason}
    return refused


def recover(
    calendar: Calendar,
    journal: Journal,
    *,
    mend: bool = False,
    resumed: str = "",
    reason: str = "interrupted before it was written",
) -> int:
    """Settle the steps of a run that was killed: what is there tells how they ended. Return how many there were.

    What was written and then changed by people is done: so its event stays known, and their change is theirs. An event
    that was being moved may be in both collections. With `mend` one of them loses it, the old one if the run `resumed`
    goes on now; without, nothing is written and its step stays open.
    """
    unknown = list(journal.steps(state=StepState.INTENDED))
    goals = _goals(calendar, journal, unknown)
    seen = _seen(calendar, goals)
    if mend:
        seen = _mended(calendar, goals, seen, {step.key for step in unknown if step.run == resumed})
    outcomes = [
        goals[step.key].outcome(step, *seen[step.key], reason)
        for step in unknown
        if not goals[step.key].copies(*seen[step.key])
    ]
    if outcomes:
        journal.settle(outcomes)
    return len(unknown)


def _mended(
    calendar: Calendar, goals: Mapping[str, Goal], seen: Mapping[str, _Both], completed: Collection[str]
) -> Mapping[str, _Both]:
    """Take what is in two places from one of them, so that moves are `completed` or not begun; return what is there."""
    if completed:
        with suppress(MigrateError):
            _take_away(calendar, [places[0] for key, places in _copies(goals, seen).items() if key in completed])
        seen = _seen(calendar, goals)
    copies = _copies(goals, seen)
    if kept := _take_away(calendar, [places[-1] for places in copies.values()]):
        raise TargetError(
            "events that were being moved are in two calendars", details=kept, hint="Run the same command again."
        )
    return _seen(calendar, goals) if copies else seen


def _copies(goals: Mapping[str, Goal], seen: Mapping[str, _Both]) -> dict[str, tuple[Place, ...]]:
    """Return, by key, which places may lose what is in two."""
    return {key: places for key, goal in goals.items() if (places := goal.copies(*seen[key]))}


def _take_away(calendar: Calendar, places: Sequence[Place]) -> list[str]:
    """Remove events from places; return why some were not removed."""
    writes = [Write(place.collection, place.uids, None) for place in places]
    return [why for why in calendar.write(writes, _unheard) if why] if writes else []


def _seen(calendar: Calendar, goals: Mapping[str, Goal]) -> Mapping[str, _Both]:
    """Return, by key, what is where it shall be, and what is where nothing may be left."""
    new = look(calendar, {key: goal.there for key, goal in goals.items()})
    old = look(calendar, {key: goal.cleared for key, goal in goals.items()})
    return {key: (new[key], old[key]) for key in goals}


def _unheard() -> None:
    """Tell nobody of progress."""


def _goals(calendar: Calendar, journal: Journal, steps: Sequence[Step]) -> dict[str, Goal]:
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
        goals[step.key] = Goal(
            there, event, Place.of(step.before), before, step.action != Action.ADOPT, calendar.atomic
        )
    return goals


def _read(calendar: Calendar, text: str) -> dict[str, str]:
    # Without names of its own a restored event has those in the text, each once and in the order of its fingerprint.
    return parts(calendar.restore((), text))


def _undone(journal: Journal, undos: Collection[str]) -> dict[tuple[str, str], Step]:
    """Return what is undone by these runs, by run and key."""
    runs = [run for run in journal.runs() if run.id in undos]
    return {(run.id, key): step for run in runs for key, step in steps_by_key(journal, run.plan).items()}


def steps_by_key(journal: Journal, run: str) -> dict[str, Step]:
    """Return what a run did, a step for each key: of one that it wrote in parts from before the first to the last."""
    whole: dict[str, Step] = {}
    for step in journal.steps(run=run, state=StepState.DONE):
        first = whole.get(step.key, step)
        whole[step.key] = replace(step, action=first.action, before=first.before, before_text=first.before_text)
    return whole


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
