"""What a plan wants: each meeting of the files as the target keeps it, with its room and the place of its event."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from migrate.core.document import dump_meeting, load_meeting
from migrate.core.extend import extend
from migrate.core.features import Loss, lower
from migrate.core.journal import Binding, Snapshot
from migrate.core.meeting import Meeting, Person
from migrate.core.naming import room_key
from migrate.core.ports import Calendar
from migrate.core.rezoned import zone_changes
from migrate.core.rooms import Room, Target
from migrate.core.schedule import Schedule
from migrate.services.events import Place
from migrate.services.rooms import Planned, Tenants
from migrate.services.vanished import left


@dataclass(frozen=True, slots=True)
class Told:
    """A meeting of the files, what the target keeps of it, and what the journal knows of it."""

    key: str
    meeting: Meeting
    kept: Meeting
    losses: tuple[Loss, ...]
    binding: Binding | None
    why: str
    guess: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A meeting that has a room, or can have one: what the target keeps of it, and what the journal knows of it."""

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
        """The room as the plan names it."""
        return self.housed.room

    @property
    def changed(self) -> bool:
        """Tell whether the journal has it otherwise."""
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
        """Tell whether the event has to go to another collection."""
        now = self.looked_at
        return now is not None and self.place is not None and now.collection != self.place.collection


@dataclass(frozen=True, slots=True)
class DesiredState:
    """Puts together what a schedule tells, what the journal remembers, and what target and calendar make of it."""

    target: Target
    calendar: Calendar
    join: Callable[[Person], Person]
    snapshot: Snapshot
    schedule: Schedule

    def told(self, keys: Mapping[str, str]) -> list[Told]:
        """Return the meetings of the files; `keys` are journalled keys by those that the files give."""
        told, told_anew = [], []
        if self.target.has_accounts:
            self.target.meet({account for host in self._hosts() if (account := self.join(host).account)})
        for entry in self.schedule.entries.values():
            key = keys.get(entry.key, entry.key)
            binding = self.snapshot.bindings.get(key)
            if binding and entry.guess:
                continue
            meeting = self._joined(entry.meeting)
            kept, losses = lower(meeting, self.target.lost(meeting))
            why = ""
            if binding and entry.by_rows and binding.meeting != dump_meeting(kept):
                known = load_meeting(binding.meeting)
                told_anew.append((known, meeting))
                meeting, why = _extended(known, meeting, self.schedule)
                meeting = self._joined(meeting)
                kept, losses = lower(meeting, self.target.lost(meeting))
            losses += self.schedule.open_end(meeting) if entry.by_rows else ()
            told.append(Told(key, meeting, kept, losses, binding, why, entry.guess))
        self.schedule.problems.extend(zone_changes(told_anew))
        return told

    def housed(self, told: Sequence[Told], *, take_export: bool) -> tuple[list[Wanted], list[tuple[Told, str]]]:
        """Return what is wanted of meetings that have rooms, or can have, and those that cannot, with the reason."""
        snapshot = self.snapshot
        owners = {room_key(key): record.owner for key, record in snapshot.made.items()}
        lacks = cache(self.target.lacks)
        without = {one.key: lacks(owners.get(room_key(one.key), one.meeting.host.account)) for one in told}
        linked = {room_key(key) for key in snapshot.bindings}
        tenants = Tenants(self.target, snapshot.rooms, snapshot.made, linked, take_export)
        rooms = tenants.plan({one.key: one.kept for one in told if not without[one.key]})
        wanted = [self._wanted(one, rooms[one.key]) for one in told if one.key in rooms]
        return wanted, [(one, without[one.key]) for one in told if without[one.key]]

    def cut(self, held: Collection[str]) -> Iterator[Wanted]:
        """Yield what is left of meetings that vanished, where the files speak for only some of their dates."""
        if self.schedule.is_partial:
            return
        for key, binding in self.snapshot.bindings.items():
            known = key in held or self.is_foreign(binding)
            rest = None if known else left(load_meeting(binding.meeting), self.schedule.coverage)
            if rest:
                place = Place(binding.collection, self.calendar.uids(key, rest))
                why = "no longer in the export; dates that these files do not cover stay"
                yield Wanted(key, rest, rest, (), place, binding, Planned(binding.room), why)

    def is_foreign(self, binding: Binding) -> bool:
        """Tell whether the event is somebody else's: none of its UIDs is ours."""
        meeting = load_meeting(binding.meeting)
        return bool(binding.uids) and not set(binding.uids) & set(self.calendar.uids(binding.key, meeting))

    def _wanted(self, told: Told, housed: Planned) -> Wanted:
        foreign = told.binding is not None and self.is_foreign(told.binding)
        place = self._place(told.key, told.meeting, told.binding, foreign=foreign)
        return Wanted(
            told.key, told.meeting, told.kept, told.losses, place, told.binding, housed, told.why, told.guess, foreign
        )

    def _hosts(self) -> set[Person]:
        return {entry.meeting.host for entry in self.schedule.entries.values()}

    def _joined(self, meeting: Meeting) -> Meeting:
        """Complete who is named by what is known of them; of guests only whether they have an account."""
        host = self.join(meeting.host)
        joined = meeting if host == meeting.host else replace(meeting, host=host)
        if not self.target.has_accounts:
            return joined

        def known(people: Iterable[Person]) -> tuple[Person, ...]:
            return tuple(replace(person, account=self.join(person).account) for person in people)

        return replace(joined, alternative_hosts=known(meeting.alternative_hosts), attendees=known(meeting.attendees))

    def _place(self, key: str, meeting: Meeting, binding: Binding | None, *, foreign: bool) -> Place | None:
        if meeting.start is None:
            return None
        if foreign:
            return Place.of(binding)
        # A host whose calendar is not told any more keeps what is there.
        collection = self.calendar.collection(meeting.host) or (binding.collection if binding else "")
        return Place(collection, self.calendar.uids(key, meeting)) if collection else None


def _extended(known: Meeting, listed: Meeting, schedule: Schedule) -> tuple[Meeting, str]:
    """Extend what is known, and say why dates stay that are listed no more."""
    extended = extend(known, listed, schedule.conclusive)
    if schedule.conclusive == schedule.coverage or extended == extend(known, listed, schedule.coverage):
        return extended, ""
    return extended, "dates that are not found stay: rows that cannot be read may be of them"
