"""Nothing is lost, nothing happens twice: any order of plans, crashes, people's edits and undos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from migrate.core import recurrence
from migrate.core.errors import RefusedError, TargetError
from migrate.core.meeting import Kind, Meeting
from migrate.core.plan import WRITING, Action
from migrate.core.ports import Reading
from migrate.services.applying import Applied, Result
from migrate.services.plan_file import Sealed
from tests.builders import ANNA, BEN, PERSONAL, reading, row, spoilt, weekly
from tests.desk import ACCOUNTS, Crash, Desk, Fuse, actions, changes_nothing, locations, not_back, with_rooms
from tests.fakes.journal import MemoryJournal
from tests.fakes.piecemeal import Piecemeal
from tests.fakes.target import MemoryTarget

Ended = TypeVar("Ended")

HOSTS = {"anna": ANNA, "ben": BEN}
STARTS: dict[str, list[str] | list[None]] = {
    "weekly": weekly("2027-03-01 09:00", 4),
    "another day": weekly("2027-03-02 09:00", 4),
    "irregular": ["2027-03-01 09:00", "2027-03-04 15:00", "2027-03-19 11:00"],
    "less": ["2027-03-01 09:00", "2027-03-04 15:00"],
    "once": ["2027-03-10 09:00"],
    "no date": [None],
}
NUMBERS = ("80000000201", "80000000202", "80000000203")
CHAT = "2027-03-05 18:00"
LUNCH = "BEGIN:VEVENT\r\nUID:lunch-{0}\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\n"


@dataclass(frozen=True)
class Known:
    """What Zoom has of a meeting."""

    topic: str
    starts: str
    host: str


MEETINGS = st.builds(
    Known, st.sampled_from(["Standup", "Review"]), st.sampled_from(sorted(STARTS)), st.sampled_from(sorted(HOSTS))
)
DATED = MEETINGS.filter(lambda known: known.starts != "no date")
# With 24 an undo is about to write.
KILLED = st.just(24) | st.integers(0, 42)
CALLS = st.none() | st.integers(0, 42)
ERRORS = st.sampled_from([Crash("killed"), TargetError("the disk is gone")])


class Promises(RuleBasedStateMachine):
    """A site whose runs may end at any call of a port, beside people who change events."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.zoom: dict[str, Known] = {}
        self.exported = self.export()
        self.sealed: Sealed | None = None
        self.crashed = False
        self.lunch = False
        self.edits = 0
        self.edited: dict[str, str] = {}
        self.finds: set[str] = set()
        self.rooms: dict[str, str] = {}

    @initialize(lunch=st.booleans(), zoom=st.dictionaries(st.sampled_from(NUMBERS), MEETINGS, min_size=1))
    def begin(self, lunch: bool, zoom: dict[str, Known]) -> None:
        self.lunch, self.zoom = lunch, dict(zoom)
        if lunch:
            for name, host in HOSTS.items():
                self.desk.calendar.texts[host.email] = {f"lunch-{name}": LUNCH.format(name)}

    # Zoom and people

    @rule(number=st.sampled_from(NUMBERS), meeting=st.none() | MEETINGS)
    def zoom_changes(self, number: str, meeting: Known | None) -> None:
        if meeting:
            self.zoom[number] = meeting
        elif len(self.zoom) > 1:
            self.zoom.pop(number, None)

    @precondition(lambda self: self.single_uids())
    @rule(choice=st.integers(0, 99), delete=st.booleans())
    def people_change_an_event(self, choice: int, delete: bool) -> None:
        uids = self.single_uids()
        uid = uids[choice % len(uids)]
        (texts,) = (texts for texts in self.desk.calendar.texts.values() if uid in texts)
        self.edits += 1
        text = texts.pop(uid)
        self.edited.pop(uid, None)
        # A calendar that has lost its last event may be gone for another reason than that people deleted events.
        if not (delete and self.lunch):
            self.edited[uid] = texts[uid] = text.replace("END:VEVENT", f"COMMENT:edit {self.edits}\r\nEND:VEVENT")

    # The product

    @rule(prune=st.booleans(), take=st.booleans(), unread=st.none() | st.integers(2, 9))
    def plan(self, prune: bool, take: bool, unread: int | None) -> None:
        self.exported = self.export(unread)
        self.sealed = self.desk.plan(fresh(self.exported), prune=prune, take=take)
        if self.exported.problems:
            for change in self.sealed.plan.changes:
                assert change.before is None or instants(change.before) <= instants(change.meeting)

    @precondition(lambda self: self.sealed)
    @rule(calls=CALLS, error=ERRORS, killed=KILLED)
    def apply(self, calls: int | None, error: Exception, killed: int) -> None:
        sealed = self.sealed
        assert sealed
        before, after_crash = self.state(), self.crashed
        for change in sealed.plan.changes:
            if "--take zoom" in change.why and change.action is Action.UPDATE:
                for uid in (*(change.event.uids if change.event else ()), *self.known_uids(change.key)):
                    self.edited.pop(uid, None)
        applied = self.run(lambda: self.desk.apply(sealed, partial=True, large=True), calls, error)
        if applied:
            self.check_applied(sealed, applied)
            if not (applied.resumed or after_crash):
                self.check_undo(before)
                self.check_killed_undo(killed)

    @precondition(lambda self: self.applies())
    @rule(back=st.integers(1, 3), calls=CALLS, error=ERRORS)
    def undo(self, back: int, calls: int | None, error: Exception) -> None:
        applies = self.applies()
        report = self.run(lambda: self.desk.undo(applies[-min(back, len(applies))]), calls, error)
        if report and not report.count(Result.KEPT, Result.FAILED):
            again = deepcopy(self.desk).undo(report.run.plan)
            assert again.count(Result.DONE) == 0

    @precondition(lambda self: not self.crashed and self.desk.bindings)
    @rule(data=st.data())
    def lose_the_journal(self, data: st.DataObject) -> None:
        """Without a journal an export finds all that was written, whatever its dates have become meanwhile."""
        known, (texts, _) = self.desk.bindings, self.state()
        elsewhere = self.written() - self.bound()
        hosts = {host.email: name for name, host in HOSTS.items()}
        exported = {}
        for key, binding in known.items():
            # Where an event is, it must be looked for there; and a meeting without a date has none to look for.
            meeting = data.draw(DATED if binding.uids else MEETINGS)
            exported[key.removeprefix("number:")] = replace(meeting, host=hosts.get(binding.collection, meeting.host))
        self.zoom |= exported
        self.desk.journal = MemoryJournal()
        applied = self.desk.migrate(self.export(zoom=exported), take=True)
        assert not applied.count(Result.FAILED)
        found = self.desk.bindings
        assert {key: binding.room for key, binding in found.items()} == {key: each.room for key, each in known.items()}
        self.check_undo((texts, {}))
        self.check_killed_undo(data.draw(KILLED))
        assert self.written() - self.bound() <= elsewhere
        for key, binding in known.items():
            for uid in (*binding.uids, *found[key].uids):
                self.edited.pop(uid, None)
        # To undo that would be to lose the journal again.
        self.finds.add(applied.run.id)
        self.sealed = None
        self.rooms = {key: room.name for key, room in self.desk.journal.snapshot().rooms.items()}

    # What must hold

    @invariant()
    def no_uid_is_there_twice(self) -> None:
        assert self.crashed or set(self.uids().values()) <= {1}

    @invariant()
    def what_people_wrote_is_there(self) -> None:
        for uid, text in self.edited.items():
            assert text in [texts.get(uid) for texts in self.desk.calendar.texts.values()]

    @invariant()
    def a_meeting_keeps_its_room_and_shares_it_with_none(self) -> None:
        rooms = {key: room.name for key, room in self.desk.journal.snapshot().rooms.items()}
        assert self.rooms.items() <= rooms.items()
        assert len(set(rooms.values())) == len(rooms)
        self.rooms = rooms

    def check_applied(self, sealed: Sealed, applied: Applied) -> None:
        """Check that what is done is there, that no other event is, and that a second time changes nothing."""
        bindings = self.desk.bindings
        for item in applied.items:
            if item.change.action in WRITING and item.result in (Result.DONE, Result.ALREADY):
                assert (item.change.key in bindings) == (item.change.action is not Action.DELETE)
        if not applied.count(Result.FAILED):
            assert self.written() <= self.bound()
        copy = deepcopy(self.desk)
        assert copy.apply(sealed, partial=True, large=True).count(Result.DONE) == 0
        assert copy.texts == self.desk.texts
        if not applied.count(Result.FAILED):
            planned = deepcopy(self.desk).plan(fresh(self.exported))
            assert changes_nothing(planned)

    def check_undo(self, before: tuple[object, object]) -> None:
        """Check that undo brings back what was there."""
        copy = deepcopy(self.desk)
        report = copy.undo()
        assert not report.count(Result.KEPT, Result.FAILED)
        assert self.state(copy) == before

    def check_killed_undo(self, calls: int) -> None:
        """Check that after a kill and changes by people nothing is told as undone that is not back."""
        copy = deepcopy(self.desk)
        copy.fuse = Fuse(calls)
        with suppress(Crash):
            copy.undo()
        copy.fuse = None
        copy.note()
        assert not_back(copy, copy.undo()) == []

    def run(self, command: Callable[[], Ended], calls: int | None, error: Exception) -> Ended | None:
        """Run a command, which may end at the given call of a port; return its result if it came to its end."""
        self.desk.fuse = Fuse(calls, error) if calls is not None else None
        self.before_writing(self.desk.fuse)
        try:
            result = command()
        except (Crash, TargetError):
            self.crashed = True
            return None
        except RefusedError:
            self.sealed = None
            return None
        finally:
            self.desk.fuse = None
            self.before_writing(None)
        self.crashed = False
        return result

    def before_writing(self, fuse: Fuse | None) -> None:
        """Let the fuse burn inside the calendar too."""

    def state(self, desk: Desk | None = None) -> tuple[object, object]:
        desk = desk or self.desk
        return {name: texts for name, texts in desk.texts.items() if texts}, desk.bindings

    def applies(self) -> list[str]:
        return [run.id for run in self.desk.journal.runs() if run.command == "apply" and run.id not in self.finds]

    def bound(self) -> set[tuple[str, str]]:
        return {(each.collection, uid) for each in self.desk.bindings.values() for uid in each.uids}

    def written(self) -> set[tuple[str, str]]:
        return {(name, uid) for name, texts in self.desk.texts.items() for uid in texts if "lunch" not in uid}

    def uids(self) -> Counter[str]:
        return Counter(uid for texts in self.desk.calendar.texts.values() for uid in texts)

    def single_uids(self) -> list[str]:
        return sorted(uid for uid, times in self.uids().items() if times == 1)

    def known_uids(self, key: str) -> tuple[str, ...]:
        known = self.desk.bindings.get(key)
        return known.uids if known else ()

    def export(self, unread: int | None = None, zoom: dict[str, Known] | None = None) -> Reading:
        listed = reading(
            *(
                row(start, known.topic, number, host=HOSTS[known.host])
                for number, known in sorted((self.zoom if zoom is None else zoom).items())
                for start in STARTS[known.starts]
            )
        )
        return spoilt(listed, unread) if unread and unread < listed.rows.read else listed


def instants(meeting: Meeting) -> set[float]:
    return {date.start.timestamp() for date in recurrence.dates(meeting)}


def fresh(listed: Reading) -> Reading:
    """Return the reading with its rows not counted yet."""
    return replace(listed, rows=replace(listed.rows, in_meetings=0, merged=0, before_since=0))


TestPromises = Promises.TestCase
TestPromises.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


class PiecemealPromises(Promises):
    """The same with a calendar that is written event by event, and may fail between two events of one meeting."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk(calendar=Piecemeal())

    def before_writing(self, fuse: Fuse | None) -> None:
        def burn() -> str:
            if fuse:
                fuse.burn()
            return ""

        self.desk.calendar.before_each = burn  # type: ignore[attr-defined]


TestPiecemealPromises = PiecemealPromises.TestCase
TestPiecemealPromises.settings = TestPromises.settings


class RoomPromises(Promises):
    """The same on a system where rooms are made; one of the meetings has a personal room, which another shares."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = with_rooms()
        self.used: set[str] = set()
        self.deleted: set[str] = set()
        self.renamed: dict[str, str] = {}
        self.renames = 0

    @property
    def system(self) -> MemoryTarget:
        assert self.desk.system
        return self.desk.system

    @precondition(lambda self: self.system.rooms)
    @rule(choice=st.integers(0, 99), what=st.sampled_from(["use", "rename", "delete"]))
    def people_do_something_with_a_room(self, choice: int, what: str) -> None:
        room = self.system.rooms[choice % len(self.system.rooms)]
        if what == "use":
            room.used = True
            self.used.add(room.room.url)
        elif what == "delete":
            self.system.rooms.remove(room)
            self.deleted.add(room.room.url)
            self.used.discard(room.room.url)
            self.renamed.pop(room.room.url, None)
        # Of a room that a killed run may have written a part of nobody can tell who called it so.
        elif not self.crashed:
            self.renames += 1
            self.renamed[room.room.url] = room.traits["name"] = f"Ours {self.renames}"

    @rule(prune=st.booleans(), killed=KILLED)
    def migrate(self, prune: bool, killed: int) -> None:
        self.plan(prune, False, None)
        self.apply(None, Crash("killed"), killed)

    @precondition(lambda self: not self.crashed and self.desk.bindings and self.is_told())
    @rule(data=st.data())
    def lose_the_journal(self, data: st.DataObject) -> None:
        """Without a journal an export finds the rooms by their names; what people called them is overwritten then."""
        del data
        self.desk.journal = MemoryJournal()
        applied = self.desk.migrate(self.export(), take=True)
        assert not applied.count(Result.FAILED)
        self.finds.add(applied.run.id)
        self.sealed = None
        self.edited.clear()
        self.renamed.clear()
        self.rooms = {}

    @invariant()
    def no_room_is_there_twice(self) -> None:
        assert set(Counter(one.room.name for one in self.system.rooms).values()) <= {1}

    @invariant()
    def a_room_that_people_use_is_there(self) -> None:
        assert self.used <= self.links()

    @invariant()
    def every_event_leads_to_a_room_that_only_people_deleted(self) -> None:
        assert set(locations(self.desk)) <= self.links() | self.deleted

    @invariant()
    def what_people_called_a_room_is_its_name(self) -> None:
        names = {one.room.url: one.traits["name"] for one in self.system.rooms}
        assert self.renamed.items() <= names.items()

    def links(self) -> set[str]:
        return {one.room.url for one in self.system.rooms}

    def is_told(self) -> bool:
        """Tell whether the export knows all that is there: without a journal nobody could know of the rest."""
        nobody = Meeting("", Kind.ROOM)
        owners = {
            self.system.propose(f"number:{number_of(number)}", nobody, ()).name: ACCOUNTS[HOSTS[known.host]]
            for number, known in self.zoom.items()
        }
        at_home = all(owners.get(one.room.name) == one.owner for one in self.system.rooms)
        desk = deepcopy(self.desk)
        changes = desk.plan(self.export()).plan.changes
        as_it_is = all(change.action is Action.KEEP and not change.why for change in changes)
        # A meeting in a personal room has its pattern in its name: by another one only the journal knows it again.
        desk.journal = MemoryJournal()
        return at_home and as_it_is and actions(desk.plan(self.export())).keys() == self.desk.bindings.keys()

    def before_writing(self, fuse: Fuse | None) -> None:
        self.system.before_each = fuse.burn if fuse else lambda: None

    def state(self, desk: Desk | None = None) -> tuple[object, object]:
        system = (desk or self.desk).system
        assert system
        rooms = sorted((one.room.url, one.used, sorted(one.traits.items())) for one in system.rooms)
        return super().state(desk), rooms

    def export(self, unread: int | None = None, zoom: dict[str, Known] | None = None) -> Reading:
        listed = super().export(None, zoom)
        meetings = [replace(each, number=number_of(each.number)) for each in listed.meetings]
        shared = [row(CHAT, "Chat", PERSONAL, host=each.host) for each in meetings if each.number == PERSONAL][:1]
        whole = reading(*meetings, *shared)
        return spoilt(whole, unread) if unread and unread < whole.rows.read else whole


def number_of(number: str | None) -> str | None:
    """Return the number that a meeting has in this machine."""
    return PERSONAL if number == NUMBERS[-1] else number


TestRoomPromises = RoomPromises.TestCase
TestRoomPromises.settings = TestPromises.settings
