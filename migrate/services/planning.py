"""plan: a schedule, the journal and the calendars compared; nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from migrate import __version__
from migrate.core import diff, recurrence
from migrate.core.coverage import Coverage
from migrate.core.document import dump_meeting, load_meeting
from migrate.core.extend import extend, remembered
from migrate.core.features import Loss, lower
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
from migrate.services.noticed import conflicts, rooms_gone, without_calendar, without_room
from migrate.services.rooms import Planned, Tenants
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
class _Told:
    """A meeting of the files, what the target keeps of it, and what the journal knows of it."""

    key: str
    meeting: Meeting
    kept: Meeting
    losses: tuple[Loss, ...]
    binding: Binding | None
    why: str
    guess: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A meeting, what the target keeps of it, and what the journal knows of it."""

    key: str
    meeting: Meeting
    kept: Meeting
    losses: tuple[Loss, ...]
    place: Place | None
    binding: Binding | None
    housed: Planned
    why: str = ""
    guess: bool = False
    foreign: bool = False
    """The event is somebody else's, and was taken as it is."""

    @property
    def room(self) -> Room:
        return self.housed.room

    @property
    def changed(self) -> bool:
        known = self.binding
        if known is None or self.housed.changed or (known.room, Place.of(known)) != (self.room, self.place):
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
        told = self._all_told(schedule, keys, snapshot)
        wanted, roomless = self._housed(told, snapshot, options)
        wanted += self._all_cut(snapshot, {item.key for item in told}, schedule) if options.prune else []
        homeless = [item.meeting for item in wanted if item.place is None and item.meeting.start]
        held = {item.key for item in told} | {item.key for item in wanted}
        staying = [(one.binding, why) for one, why in roomless if one.binding]
        gone = [binding for key, binding in snapshot.bindings.items() if key not in held]
        known = [*gone, *(binding for binding, _ in staying)]
        places = {item.key: item.looked_at for item in wanted} | {one.key: Place.of(one) for one in known}
        live = look(self.calendar, places)
        changes = [self._change(item, live[item.key], options) for item in wanted]
        changes += [_left(binding, live[binding.key], why) for binding, why in staying]
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
            problems=[
                *schedule.problems,
                *without_room((one.meeting, why) for one, why in roomless),
                *without_calendar(homeless),
                *rooms_gone(item.meeting for item in wanted if item.housed.gone),
                *met,
                *conflicts(changes),
            ],
            limit=_limit(snapshot, changes, inputs, options.since),
            aliases={new: known for new, known in keys.items() if new != known},
            server=self.target.about(),
        )

    def _all_told(self, schedule: Schedule, keys: Mapping[str, str], snapshot: Snapshot) -> list[_Told]:
        told, told_anew = [], []
        for entry in schedule.entries.values():
            key = keys.get(entry.key, entry.key)
            binding = snapshot.bindings.get(key)
            if binding and entry.guess:
                continue
            meeting = self._joined(entry.meeting)
            kept, losses = lower(meeting, self.target.lost(meeting))
            why = ""
            if binding and entry.by_rows and binding.meeting != dump_meeting(kept):
                known = load_meeting(binding.meeting)
                told_anew.append((known, meeting))
                meeting, why = _extended(known, meeting, schedule)
                meeting = self._joined(meeting)
                kept, losses = lower(meeting, self.target.lost(meeting))
            losses += schedule.open_end(meeting) if entry.by_rows else ()
            told.append(_Told(key, meeting, kept, losses, binding, why, entry.guess))
        schedule.problems.extend(zone_changes(told_anew))
        return told

    def _housed(
        self, told: Sequence[_Told], snapshot: Snapshot, options: PlanOptions
    ) -> tuple[list[_Wanted], list[tuple[_Told, str]]]:
        """Return what is wanted of meetings that have rooms, or can have, and those that cannot, with the reason."""
        owners = {room_key(key): record.owner for key, record in snapshot.made.items()}
        lacks = cache(self.target.lacks)
        without = {one.key: lacks(owners.get(room_key(one.key), one.meeting.host.account)) for one in told}
        tenants = Tenants(self.target, snapshot.rooms, snapshot.made, options.take_export)
        rooms = tenants.plan({one.key: one.kept for one in told if not without[one.key]})
        wanted = [self._wanted(one, rooms[one.key]) for one in told if one.key in rooms]
        return wanted, [(one, without[one.key]) for one in told if without[one.key]]

    def _wanted(self, told: _Told, housed: Planned) -> _Wanted:
        foreign = told.binding is not None and self._is_foreign(told.binding)
        place = self._place(told.key, told.meeting, told.binding, foreign=foreign)
        return _Wanted(
            told.key, told.meeting, told.kept, told.losses, place, told.binding, housed, told.why, told.guess, foreign
        )

    def _joined(self, meeting: Meeting) -> Meeting:
        """Complete who is named by what is known of them; of guests only whether they have an account."""
        joined = replace(meeting, host=self.join(meeting.host))
        if not self.target.has_accounts:
            return joined

        def known(people: Iterable[Person]) -> tuple[Person, ...]:
            return tuple(replace(person, account=self.join(person).account) for person in people)

        return replace(joined, alternative_hosts=known(meeting.alternative_hosts), attendees=known(meeting.attendees))

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
                yield _Wanted(key, rest, rest, (), place, binding, Planned(binding.room), why)

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
        if wanted.housed.gone and binding:
            return _left(binding, live, "its room was deleted by people; --take zoom makes a new one")
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
            room_plan=wanted.housed.plan,
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


def _extended(known: Meeting, listed: Meeting, schedule: Schedule) -> tuple[Meeting, str]:
    """Extend what is known, and say why dates stay that are listed no more."""
    extended = extend(known, listed, schedule.conclusive)
    if schedule.conclusive == schedule.coverage or extended == extend(known, listed, schedule.coverage):
        return extended, ""
    return extended, "dates that are not found stay: rows that cannot be read may be of them"


def _left(binding: Binding, live: Found, why: str) -> Change:
    """Return that a meeting stays as the journal has it."""
    event = EventRef(binding.uids, binding.collection, binding.sequence) if binding.uids else None
    meeting = load_meeting(binding.meeting)
    return Change(Action.KEEP, binding.key, meeting, binding.room, event, expects=live.fingerprint, why=why)


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
