"""plan: a schedule, the journal and the calendars compared; nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any

from migrate import __version__
from migrate.core import diff, recurrence
from migrate.core.coverage import Coverage
from migrate.core.document import load_meeting
from migrate.core.extend import remembered
from migrate.core.guessing import names_of
from migrate.core.journal import Binding, Journal, Snapshot
from migrate.core.meeting import Occurrence, Person
from migrate.core.naming import personal_base, room_key
from migrate.core.plan import Action, Change, EventRef, Input, Limit, Plan, input_to_json
from migrate.core.ports import Calendar, EventPlan, Reading
from migrate.core.rooms import Target
from migrate.core.schedule import assemble, has_dates
from migrate.services.desired import DesiredState, Wanted
from migrate.services.events import Found, Place, look, sequence_of
from migrate.services.noticed import conflicts, rooms_gone, without_calendar, without_room
from migrate.services.sighted import sighted
from migrate.services.vanished import vanished
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
        state = DesiredState(self.target, self.calendar, self.join, snapshot, schedule)
        told = state.told(keys)
        wanted, roomless = state.housed(told, take_export=options.take_export)
        wanted += state.cut({item.key for item in told}) if options.prune else []
        homeless = [item.meeting for item in wanted if item.place is None and item.meeting.start]
        held = {item.key for item in told} | {item.key for item in wanted}
        staying = [(one.binding, why) for one, why in roomless if one.binding]
        gone = [binding for key, binding in snapshot.bindings.items() if key not in held]
        known = [*gone, *(binding for binding, _ in staying)]
        places = {item.key: item.looked_at for item in wanted} | {one.key: Place.of(one) for one in known}
        live = look(self.calendar, places)
        changes = [self._change(item, live[item.key], options) for item in wanted]
        changes += [_left(binding, live[binding.key], why) for binding, why in staying]
        changes += [_vanished(binding, live[binding.key], state, options) for binding in gone]
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
                *rooms_gone((item.meeting, item.binding) for item in wanted if item.housed.gone),
                *met,
                *conflicts(changes),
            ],
            limit=_limit(snapshot, changes, inputs, options.since),
            aliases={new: known for new, known in keys.items() if new != known},
            server=self.target.about(),
        )

    def _both_sides(self, change: Change, live: Found, options: PlanOptions) -> Change:
        """Return a conflict with what export and calendar tell differently; of what vanished, with what people did."""
        if change.action is not Action.CONFLICT or change.room is None or change.meeting.start is None:
            return change
        wanted = self.calendar.render(EventPlan(change.key, change.meeting, change.room.url, 0, options.created))
        return replace(change, differs=tuple(differences(wanted.text, live.text)))

    def _change(self, wanted: Wanted, live: Found, options: PlanOptions) -> Change:
        binding = wanted.binding
        if wanted.housed.gone:
            why = "its room was deleted by people; --take zoom makes a new one"
            return _left(binding, live, why) if binding else Change(Action.KEEP, wanted.key, wanted.meeting, why=why)
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


def _left(binding: Binding, live: Found, why: str) -> Change:
    """Return that a meeting stays as the journal has it."""
    event = EventRef(binding.uids, binding.collection, binding.sequence) if binding.uids else None
    meeting = load_meeting(binding.meeting)
    return Change(Action.KEEP, binding.key, meeting, binding.room, event, expects=live.fingerprint, why=why)


def _vanished(binding: Binding, live: Found, state: DesiredState, options: PlanOptions) -> Change:
    prune = options.prune and not state.is_foreign(binding)
    change = vanished(binding, live, state.schedule, options.since, prune=prune)
    if change.action is Action.DELETE and room_key(binding.key) in state.snapshot.made:
        return replace(change, why=f"{change.why}; its room stays")
    return change


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
