"""plan: a schedule, the journal and the calendars compared; nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any

from migrate import __version__
from migrate.core import diff, recurrence
from migrate.core.coverage import Coverage
from migrate.core.document import dump_meeting, load_meeting
from migrate.core.extend import extend, remembered
from migrate.core.features import Loss, lower, unsupported
from migrate.core.guessing import names_of
from migrate.core.journal import Binding, Journal, Snapshot
from migrate.core.meeting import Meeting, Occurrence, Person
from migrate.core.naming import personal_base, room_key
from migrate.core.plan import Action, Change, EventRef, Input, Limit, Plan, input_to_json
from migrate.core.ports import Calendar, EventPlan, Reading
from migrate.core.rezoned import zone_changes
from migrate.core.rooms import Room, Target
from migrate.core.schedule import Schedule, assemble, has_dates
from migrate.services.events import Found, Place, look, sequence_of
from migrate.services.noticed import conflicts, without_calendar
from migrate.services.sighted import sighted
from migrate.services.vanished import left, vanished
from migrate.shared.event_differences import differences


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the user decided. `since`: dates before it are left out. `settings` go into the plan's checksum."""

    since: date
    created: datetime
    prune: bool = False
    take_export: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A meeting, what the target keeps of it, and what the journal knows of it."""

    key: str
    meeting: Meeting
    kept: Meeting
    losses: tuple[Loss, ...]
    room: Room
    place: Place | None
    binding: Binding | None
    why: str = ""
    guess: bool = False
    foreign: bool = False
    """The event is somebody else's, and was taken as it is."""

    @property
    def changed(self) -> bool:
        known = self.binding
        if known is None or (known.room, Place.of(known)) != (self.room, self.place):
            return True
        return known.meeting != dump_meeting(self.kept)

    @property
    def looked_at(self) -> Place | None:
        """Where the event is now, if it is anywhere."""
        return Place.of(self.binding) or self.place

    @property
    def moved(self) -> bool:
        now = self.looked_at
        return now is not None and self.place is not None and now.collection != self.place.collection


@dataclass(frozen=True, slots=True)
class Planner:
    """Compares schedules with what a target, a calendar and the journal hold.

    `join` completes a person named in an export with what is known of the organisation's hosts.
    """

    target: Target
    calendar: Calendar
    journal: Journal
    join: Callable[[Person], Person]

    def plan(self, inputs: Sequence[Input], options: PlanOptions) -> Plan:
        """Return the plan for the files; the row counts of `inputs` are completed."""
        snapshot = self.journal.snapshot()
        readings = [source.reading for source in inputs]
        names = _names_without_number(snapshot) if any(reading.guesses for reading in readings) else ()
        schedule = assemble(readings, options.since, _Memory(snapshot.bindings), names)
        keys = diff.known_keys({key: entry.meeting for key, entry in schedule.entries.items()}, snapshot)
        wanted = self._all_wanted(schedule, keys, snapshot)
        wanted += self._all_cut(snapshot, {item.key for item in wanted}, schedule) if options.prune else []
        homeless = [item.meeting for item in wanted if item.place is None and item.meeting.start]
        held = {item.key for item in wanted}
        gone = [binding for key, binding in snapshot.bindings.items() if key not in held]
        live = look(
            self.calendar,
            {item.key: item.looked_at for item in wanted} | {binding.key: Place.of(binding) for binding in gone},
        )
        changes = [self._change(item, live[item.key], options) for item in wanted]
        changes += [self._vanished(binding, live[binding.key], schedule, options) for binding in gone]
        changes, met = sighted(self.calendar, changes, datetime.combine(options.since, time(), UTC))
        changes = [self._both_sides(change, live[change.key], options) for change in changes]
        return Plan(
            created=options.created,
            product=__version__,
            target=self.target.name,
            calendar=self.calendar.name,
            since=options.since,
            journal_revision=snapshot.revision,
            settings=options.settings,
            inputs=[input_to_json(source) for source in inputs],
            changes=changes,
            problems=[*schedule.problems, *without_calendar(homeless), *met, *conflicts(changes)],
            limit=_limit(snapshot, changes, inputs, options.since),
            aliases={new: known for new, known in keys.items() if new != known},
        )

    def _all_wanted(self, schedule: Schedule, keys: Mapping[str, str], snapshot: Snapshot) -> list[_Wanted]:
        rooms = _Rooms(self.target, snapshot.rooms)
        lost = unsupported(self.target.supports, self.target.words, self.target.label)
        wanted, told_anew = [], []
        for entry in schedule.entries.values():
            key = keys.get(entry.key, entry.key)
            binding = snapshot.bindings.get(key)
            if binding and entry.guess:
                continue
            meeting = _joined(entry.meeting, self.join)
            kept, losses = lower(meeting, lost)
            why = ""
            if binding and entry.by_rows and binding.meeting != dump_meeting(kept):
                known = load_meeting(binding.meeting)
                told_anew.append((known, meeting))
                meeting, why = _extended(known, meeting, schedule)
                meeting = _joined(meeting, self.join)
                kept, losses = lower(meeting, lost)
            losses += schedule.open_end(meeting) if entry.by_rows else ()
            room = rooms.of(key, meeting)
            foreign = binding is not None and self._is_foreign(binding)
            place = self._place(key, meeting, binding, foreign=foreign)
            wanted.append(_Wanted(key, meeting, kept, losses, room, place, binding, why, entry.guess, foreign))
        schedule.problems.extend(zone_changes(told_anew))
        return wanted

    def _all_cut(self, snapshot: Snapshot, held: Collection[str], schedule: Schedule) -> Iterator[_Wanted]:
        """Yield what is left of meetings that vanished, where the files speak for only some of their dates."""
        if schedule.is_partial:
            return
        for key, binding in snapshot.bindings.items():
            known = key in held or self._is_foreign(binding)
            rest = None if known else left(load_meeting(binding.meeting), schedule.coverage)
            if rest:
                place = Place(binding.collection, self.calendar.uids(key, rest))
                why = "no longer in the export; dates that these files do not cover stay"
                yield _Wanted(key, rest, rest, (), binding.room, place, binding, why)

    def _place(self, key: str, meeting: Meeting, binding: Binding | None, *, foreign: bool) -> Place | None:
        if meeting.start is None:
            return None
        if foreign:
            return Place.of(binding)
        # A host whose calendar is not told any more keeps what is there.
        collection = self.calendar.collection(meeting.host) or (binding.collection if binding else "")
        return Place(collection, self.calendar.uids(key, meeting)) if collection else None

    def _is_foreign(self, binding: Binding) -> bool:
        """Tell whether the event is somebody else's: none of its UIDs is ours."""
        meeting = load_meeting(binding.meeting)
        return bool(binding.uids) and not set(binding.uids) & set(self.calendar.uids(binding.key, meeting))

    def _vanished(self, binding: Binding, live: Found, schedule: Schedule, options: PlanOptions) -> Change:
        prune = options.prune and not self._is_foreign(binding)
        return vanished(binding, live, schedule, options.since, prune=prune)

    def _both_sides(self, change: Change, live: Found, options: PlanOptions) -> Change:
        """Return a conflict with what export and calendar tell differently; of what vanished, with what people did."""
        if change.action is not Action.CONFLICT or change.room is None or change.meeting.start is None:
            return change
        wanted = self.calendar.render(EventPlan(change.key, change.meeting, change.room.url, 0, options.created))
        return replace(change, differs=tuple(differences(wanted.text, live.text)))

    def _change(self, wanted: _Wanted, live: Found, options: PlanOptions) -> Change:
        binding = wanted.binding
        sequence = max(binding.sequence if binding else -1, sequence_of(live.text))

        def fingerprint() -> str:
            event = EventPlan(wanted.key, wanted.meeting, wanted.room.url, sequence + 1, options.created)
            return self.calendar.render(event).fingerprint if wanted.place else ""

        decide = diff.decide_foreign if wanted.foreign else diff.decide
        verdict = decide(
            changed=wanted.changed,
            moved=wanted.moved,
            binding=binding,
            live=live,
            wanted=fingerprint,
            take_export=options.take_export,
        )
        if verdict.action in (Action.CREATE, Action.UPDATE):
            sequence += 1
        return Change(
            verdict.action,
            wanted.key,
            wanted.meeting,
            wanted.room,
            EventRef(wanted.place.uids, wanted.place.collection, max(sequence, 0)) if wanted.place else None,
            before=load_meeting(binding.meeting) if binding and verdict.action is not Action.KEEP else None,
            expects=live.fingerprint,
            why=verdict.why or wanted.why,
            losses=wanted.losses,
            guess=wanted.guess,
        )


def _names_without_number(snapshot: Snapshot) -> set[str]:
    """Return all names of the journalled meetings that no number names."""
    known = {key: binding for key, binding in snapshot.bindings.items() if not key.startswith("number:")}
    names = {name for binding in known.values() for name in names_of(load_meeting(binding.meeting))}
    return names.union(known, (name for name, key in snapshot.aliases.items() if key in known))


class _Memory:
    """What the journal knows of series that a file may tell only a part of."""

    def __init__(self, bindings: Mapping[str, Binding]) -> None:
        self._bindings = bindings
        self._personal: dict[str, list[Binding]] = defaultdict(list)
        for key, binding in bindings.items():
            if room_key(key) != key:
                self._personal[personal_base(key)].append(binding)

    def __call__(self, key: str) -> dict[str, list[Occurrence]]:
        """Return the dates of a key, or by key of a topic in a personal room; of a rule without an end none."""
        known = [self._bindings[key]] if key in self._bindings else self._personal.get(key, [])
        return {binding.key: remembered(load_meeting(binding.meeting), Coverage()) for binding in known}


class _Rooms:
    """Gives every key its room: the one it ever had, else a new one whose name nobody has."""

    def __init__(self, target: Target, known: Mapping[str, Room]) -> None:
        self._target = target
        self._rooms = dict(known)
        self._taken = {room.name for room in known.values()}

    def of(self, key: str, meeting: Meeting) -> Room:
        key = room_key(key)
        if key in self._rooms:
            return self._target.locate(self._rooms[key])
        room = self._target.propose(key, meeting, self._taken)
        self._rooms[key] = room
        self._taken.add(room.name)
        return room


def _extended(known: Meeting, listed: Meeting, schedule: Schedule) -> tuple[Meeting, str]:
    """Extend what is known, and say why dates stay that are listed no more."""
    extended = extend(known, listed, schedule.conclusive)
    if schedule.conclusive == schedule.coverage or extended == extend(known, listed, schedule.coverage):
        return extended, ""
    return extended, "dates that are not found stay: rows that cannot be read may be of them"


def _joined(meeting: Meeting, join: Callable[[Person], Person]) -> Meeting:
    host = join(meeting.host)
    return meeting if host == meeting.host else replace(meeting, host=host)


def _limit(snapshot: Snapshot, changes: Iterable[Change], inputs: Iterable[Input], since: date) -> Limit:
    journalled = [change for change in changes if change.key in snapshot.bindings]
    changing = sum(change.action in (Action.UPDATE, Action.DELETE) for change in journalled)
    emptied = tuple(source.path for source in inputs if _is_emptied(source.reading, snapshot, since))
    return Limit(len(snapshot.bindings), changing, emptied)


def _is_emptied(reading: Reading, snapshot: Snapshot, since: date) -> bool:
    """Tell whether a file has no meeting, though some are known on its dates."""
    if reading.meetings or not has_dates(reading):
        return False
    if reading.window is None:
        return bool(snapshot.bindings)
    coverage = Coverage.of([reading.window], since)
    last = max(coverage.ends(), default=None)
    known = (load_meeting(binding.meeting) for binding in snapshot.bindings.values()) if last else ()
    return any(coverage.covers(date_.start) for meeting in known for date_ in recurrence.dates(meeting, last))
