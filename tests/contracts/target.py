"""What every target does, real or fake: join by a subclass with a `target` fixture."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest

from migrate.core.features import FEATURES
from migrate.core.meeting import Kind, Meeting, Person
from migrate.core.rooms import Room, RoomFound, RoomWrite, RoomWritten, Target

MEETING = Meeting("Weekly", Kind.ROOM, host=Person("Ana", "ana@example.org", "ana"), agenda="What we\ntalk about")


class TargetContract:
    """The fixture `target` is a Target as a site opens it."""

    def test_it_has_a_name_and_words_for_what_it_does_not_keep(self, target: Target) -> None:
        assert target.name and target.label
        assert target.supports <= FEATURES.keys() >= target.words.keys()
        assert all(message and hint for message, hint in target.words.values())

    def test_a_meeting_keeps_its_room_whatever_else_changes(self, target: Target) -> None:
        room = target.propose("number:1", MEETING, ())
        assert target.propose("number:1", replace(MEETING, agenda="Other", start=None), ()) == room
        assert target.propose("number:2", MEETING, ()).name != room.name

    def test_the_second_choice_is_free_and_always_the_same(self, target: Target) -> None:
        first = target.propose("number:1", MEETING, ())
        second = target.propose("number:1", MEETING, {first.name})
        assert second != first
        assert target.propose("number:1", MEETING, {first.name}) == second

    def test_a_room_is_located_where_it_is_proposed(self, target: Target) -> None:
        room = target.propose("number:1", MEETING, ())
        assert target.locate(room) == room

    def test_a_feature_that_is_lost_is_named_as_such(self, target: Target) -> None:
        for feature, loss in target.lost(MEETING).items():
            assert loss.feature == feature and loss.message and loss.hint


@dataclass
class Rooms:
    """Plans and writes rooms through an adapter. `made`: all writes so far."""

    target: Target
    made: list[RoomWrite] = field(default_factory=list)

    def write(self, *writes: RoomWrite) -> Sequence[RoomWritten]:
        told: list[None] = []
        self.made += writes
        written = self.target.write(writes, lambda: told.append(None))
        assert len(told) == len(written) == len(writes)
        return written

    def make(self, meeting: Meeting, key: str = "") -> RoomFound:
        (written,) = self.write(self.plan(meeting, key))
        assert written.found and not written.reason and not written.losses, written
        return written.found

    def plan(self, meeting: Meeting, key: str = "", found: RoomFound | None = None) -> RoomWrite:
        room = found.room if found else self.target.propose(key or f"number:{uuid4()}", meeting, ())
        plan = self.target.plan(room, meeting)
        assert plan
        return RoomWrite(room.name, plan.owner, plan.traits, found)

    def look(self, write: RoomWrite) -> RoomFound | None:
        return self.target.look({write.owner: [Room(write.name, "")]}).get(write.name)

    def clean(self) -> None:
        for one in self.made:
            found = self.look(one)
            self.target.write([RoomWrite(one.name, one.owner, None, found)], lambda: None)


class RoomsContract(TargetContract):
    """For targets that make rooms. The fixture `later` opens the target again, as a later run does.

    `owners` are accounts with a password, one or more. `use`: somebody writes into the room of an owner.
    """

    @pytest.fixture
    def owners(self) -> Sequence[str]:
        return ("ana", "ben")

    @pytest.fixture
    def rooms(self, target: Target) -> Iterator[Rooms]:
        found = Rooms(target)
        yield found
        found.clean()

    @pytest.fixture
    def meeting(self, owners: Sequence[str]) -> Meeting:
        return replace(MEETING, host=Person("Ana", "ana@example.org", owners[0]))

    def test_it_has_accounts(self, target: Target, owners: Sequence[str]) -> None:
        assert target.has_accounts
        assert [target.lacks(owner) for owner in owners] == [""] * len(owners)
        assert target.lacks("")

    def test_a_plan_is_data_without_a_secret_and_the_same_again(self, rooms: Rooms, meeting: Meeting) -> None:
        one, two = (rooms.plan(meeting, "number:1") for _ in range(2))
        assert one == two and one.owner == meeting.host.account
        assert json.loads(json.dumps(one.traits)) == one.traits
        password = rooms.target.password(Room(one.name, ""), one.traits)
        assert not password or password not in json.dumps(one.traits)

    def test_a_room_that_somebody_has_already_stays_theirs(self, target: Target, meeting: Meeting) -> None:
        plan = target.plan(target.propose("number:1", meeting, ()), meeting, "carl")
        assert plan and plan.owner == "carl"

    def test_what_nobody_made_is_not_there(self, target: Target, owners: Sequence[str]) -> None:
        assert target.look({owner: [Room("abcd-efgh-ijkl-mnop", "")] for owner in owners}) == {}

    def test_a_room_is_there_as_planned_for_a_later_run_too(
        self, rooms: Rooms, later: Callable[[], Target], meeting: Meeting
    ) -> None:
        found = rooms.make(meeting)
        (write,) = rooms.made
        assert found.room.name == write.name and found.room.url and not found.used
        assert found.traits.items() <= {**write.traits}.items()
        assert rooms.look(write) == Rooms(later()).look(write) == found
        assert later().locate(found.room) == found.room

    def test_a_room_is_not_made_twice(self, rooms: Rooms, later: Callable[[], Target], meeting: Meeting) -> None:
        found = rooms.make(meeting, "number:1")
        assert rooms.make(meeting, "number:1") == found
        assert Rooms(later()).make(meeting, "number:1") == found

    def test_a_room_gets_what_changed_and_keeps_its_link(self, rooms: Rooms, meeting: Meeting) -> None:
        before = rooms.make(meeting)
        changed = rooms.plan(replace(meeting, topic="Changed", features=("waiting_room",)), found=before)
        (written,) = rooms.write(changed)
        assert written.found and written.found.room == before.room
        assert written.found.traits != before.traits
        assert written.found.traits.items() <= {**changed.traits}.items()
        assert rooms.look(changed) == written.found

    def test_a_room_that_goes_is_gone_and_may_be_gone_already(self, rooms: Rooms, meeting: Meeting) -> None:
        found = rooms.make(meeting, "number:1")
        gone = replace(rooms.made[0], traits=None, found=found)
        for write in (gone, gone, replace(gone, found=None)):
            assert rooms.write(write) == [RoomWritten(None)]
        assert rooms.look(gone) is None
        assert rooms.make(meeting, "number:1").room.url != found.room.url

    def test_many_rooms_of_several_owners_are_made_and_each_is_its_own(
        self, rooms: Rooms, meeting: Meeting, owners: Sequence[str]
    ) -> None:
        hosts = [
            replace(meeting, topic=str(number), host=Person(account=owner)) for number in range(5) for owner in owners
        ]
        writes = [rooms.plan(host) for host in hosts]
        written = rooms.write(*writes)
        assert [one.found.traits["name"] for one in written if one.found] == [host.topic for host in hosts]
        assert len({one.found.room.url for one in written if one.found}) == len(hosts)
        wanted = {owner: [Room(write.name, "") for write in writes if write.owner == owner] for owner in owners}
        assert rooms.target.look(wanted) == {one.found.room.name: one.found for one in written if one.found}

    def test_a_room_is_used_when_somebody_wrote_into_it(
        self, rooms: Rooms, meeting: Meeting, use: Callable[[str, Room], None]
    ) -> None:
        found = rooms.make(meeting)
        use(meeting.host.account, found.room)
        assert rooms.look(rooms.made[0]) == replace(found, used=True)

    def test_a_password_is_the_same_for_ever_and_another_for_each_room(
        self, rooms: Rooms, later: Callable[[], Target], meeting: Meeting
    ) -> None:
        one, two = (rooms.plan(replace(meeting, features=("passcode",)), key) for key in ("number:1", "number:2"))
        password = rooms.target.password(Room(one.name, ""), one.traits)
        assert password and later().password(Room(one.name, "https://cloud.example.org/call/x"), one.traits) == password
        assert rooms.target.password(Room(two.name, ""), two.traits) != password
        assert rooms.target.password(Room(one.name, ""), {**one.traits, "password": False}) == ""
