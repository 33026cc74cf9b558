"""What every calendar does, real or fake: join by a subclass with a `calendar` fixture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from migrate.core.meeting import Kind, Meeting, Occurrence, Override, Person
from migrate.core.ports import Calendar, Event, EventPlan, Write

BERLIN = ZoneInfo("Europe/Berlin")
STAMP = datetime(2027, 1, 4, 12, tzinfo=UTC)
START = datetime(2027, 3, 1, 9, tzinfo=BERLIN)
HOST = Person("Anna Meier", "anna.meier@example.org")

SINGLE = Meeting("Kick-off", start=START, timezone="Europe/Berlin", duration_minutes=30, host=HOST)
SERIES = replace(
    SINGLE,
    topic="Weekly",
    kind=Kind.SERIES,
    rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=6",
    exdates=(START + timedelta(days=7),),
    overrides=(Override(START + timedelta(days=14), START + timedelta(days=15), 45, "Weekly, moved"),),
    singles=(Occurrence(START + timedelta(days=50), 30, "Extra"), Occurrence(START + timedelta(days=52))),
)
ROOM = Meeting("Anna's room", kind=Kind.ROOM, host=HOST)


def event_plan(meeting: Meeting, key: str = "number:80000000201", sequence: int = 0) -> EventPlan:
    return EventPlan(key, meeting, "https://meet.example.org/weekly-7f3k", sequence, STAMP)


def look(calendar: Calendar, collection: str, uids: Iterable[str]) -> Mapping[str, Event] | None:
    return calendar.look({collection: list(uids)})[collection]


def write(calendar: Calendar, *writes: Write) -> None:
    told: list[None] = []
    assert calendar.write(writes, lambda: told.append(None)) == [""] * len(writes)
    assert len(told) == len(writes)


class CalendarContract:
    """The fixture `calendar` is a Calendar in which nothing was written yet.

    `nothing` is what is seen in it then. `keeps_bytes`: what is written comes back byte for byte; else it means the
    same.
    """

    nothing: ClassVar[Mapping[str, Event] | None] = None
    keeps_bytes: ClassVar[bool] = True

    @pytest.fixture
    def collection(self, calendar: Calendar) -> str:
        return calendar.collection(HOST)

    def put(self, calendar: Calendar, collection: str, *events: Event) -> None:
        write(calendar, *(Write(collection, (), event) for event in events))

    def texts(self, calendar: Calendar, collection: str, uids: Iterable[str]) -> dict[str, str] | None:
        found = look(calendar, collection, uids)
        return None if found is None else {uid: event.text for uid, event in found.items()}

    def test_it_has_a_name(self, calendar: Calendar) -> None:
        assert calendar.name

    def test_uids_hang_on_key_and_dates_alone(self, calendar: Calendar) -> None:
        renamed = replace(SERIES, topic="Other", start=START + timedelta(hours=1), singles=SERIES.singles[:1])
        uids = calendar.uids("number:1", SERIES)
        assert len(set(uids)) == 3
        assert calendar.uids("number:1", renamed) == uids[:2]
        assert not set(calendar.uids("number:2", SERIES)) & set(uids)

    def test_a_plan_gives_the_same_event_again(self, calendar: Calendar) -> None:
        assert calendar.render(event_plan(SERIES)) == calendar.render(event_plan(SERIES))

    def test_an_event_has_the_uids_of_its_meeting(self, calendar: Calendar) -> None:
        for meeting in (SINGLE, SERIES):
            assert calendar.render(event_plan(meeting)).uids == calendar.uids(event_plan(meeting).key, meeting)

    def test_a_room_without_dates_has_no_event(self, calendar: Calendar) -> None:
        with pytest.raises(ValueError, match="room"):
            calendar.render(event_plan(ROOM))

    def test_nobody_is_invited(self, calendar: Calendar) -> None:
        text = calendar.render(event_plan(replace(SERIES, attendees=(HOST,), alternative_hosts=(HOST,)))).text
        assert not any(word in text for word in ("ATTENDEE", "ORGANIZER", "METHOD"))

    def test_stamp_and_sequence_do_not_change_the_fingerprint(self, calendar: Calendar) -> None:
        later = replace(event_plan(SERIES, sequence=3), stamp=STAMP + timedelta(days=1))
        assert calendar.render(later).fingerprint == calendar.render(event_plan(SERIES)).fingerprint
        assert calendar.render(later).text != calendar.render(event_plan(SERIES)).text

    def test_a_change_of_the_meeting_changes_the_fingerprint(self, calendar: Calendar) -> None:
        others = [
            replace(SERIES, topic="Other"),
            replace(SERIES, duration_minutes=31),
            replace(SERIES, agenda="New"),
            replace(SERIES, exdates=()),
            replace(SERIES, overrides=()),
            replace(SERIES, singles=SERIES.singles[:1]),
        ]
        prints = [calendar.render(event_plan(meeting)).fingerprint for meeting in (SERIES, *others)]
        assert len(set(prints)) == len(prints)

    def test_a_collection_nobody_wrote_is_not_there(self, calendar: Calendar, collection: str) -> None:
        assert look(calendar, collection, ["1"]) == self.nothing

    def test_what_is_written_is_read_back(self, calendar: Calendar, collection: str) -> None:
        event = calendar.render(event_plan(SERIES))
        self.put(calendar, collection, event)
        found = look(calendar, collection, event.uids)
        assert found is not None
        assert set(found) == set(event.uids)
        assert all(found[uid].uids == (uid,) for uid in event.uids)
        if self.keeps_bytes:
            assert "".join(found[uid].text for uid in event.uids) == event.text
        assert "+".join(found[uid].fingerprint for uid in event.uids) == event.fingerprint

    def test_only_what_is_asked_for_is_returned(self, calendar: Calendar, collection: str) -> None:
        self.put(calendar, collection, calendar.render(event_plan(SERIES)))
        assert look(calendar, collection, ["1"]) == {}

    def test_the_single_dates_of_a_meeting_are_found_without_their_names(
        self, calendar: Calendar, collection: str
    ) -> None:
        one, two = (calendar.render(event_plan(SERIES, key)) for key in ("number:1", "number:2"))
        self.put(calendar, collection, one, two)
        found = look(calendar, collection, one.uids[:1]) or {}
        assert found == look(calendar, collection, one.uids)
        assert [found[uid].meeting for uid in one.uids] == ["", one.uids[0], one.uids[0]]
        assert set(look(calendar, collection, one.uids[1:]) or {}) == set(one.uids[1:])

    def test_a_copy_of_a_single_date_belongs_to_no_meeting(self, calendar: Calendar, collection: str) -> None:
        event = calendar.render(event_plan(SERIES))
        copy = str(uuid4())
        text = event.text.replace(event.uids[1], copy)
        self.put(calendar, collection, calendar.restore((*event.uids[:1], copy, *event.uids[2:]), text))
        assert set(look(calendar, collection, event.uids[:1]) or {}) == {event.uids[0], event.uids[2]}

    def test_single_dates_of_which_no_name_is_known_are_put_back_too(self, calendar: Calendar, collection: str) -> None:
        event = calendar.render(event_plan(SERIES))
        assert calendar.restore(event.uids[:1], event.text).uids == (event.uids[0], *sorted(event.uids[1:]))

    def test_writing_again_replaces(self, calendar: Calendar, collection: str) -> None:
        old = calendar.render(event_plan(SERIES))
        new = calendar.render(event_plan(replace(SERIES, topic="New", overrides=()), sequence=1))
        self.put(calendar, collection, old)
        self.put(calendar, collection, new)
        found = look(calendar, collection, new.uids) or {}
        assert "+".join(found[uid].fingerprint for uid in new.uids) == new.fingerprint
        assert "".join(found[uid].text for uid in new.uids) == new.text or not self.keeps_bytes

    def test_a_write_removes_what_it_names(self, calendar: Calendar, collection: str) -> None:
        old = calendar.render(event_plan(SERIES))
        new = calendar.render(event_plan(SINGLE))
        self.put(calendar, collection, old)
        write(calendar, Write(collection, old.uids, new))
        assert set(look(calendar, collection, old.uids) or ()) == set(new.uids)

    def test_other_events_stay_as_they_are(self, calendar: Calendar, collection: str) -> None:
        one, two = (calendar.render(event_plan(SERIES, key)) for key in ("number:1", "number:2"))
        self.put(calendar, collection, one, two)
        before = self.texts(calendar, collection, two.uids)
        write(calendar, Write(collection, one.uids, None))
        assert self.texts(calendar, collection, (*one.uids, *two.uids)) == before

    def test_collections_do_not_touch_each_other(self, calendar: Calendar, collection: str) -> None:
        other = calendar.collection(Person(email="ben@example.org"))
        event = calendar.render(event_plan(SINGLE))
        self.put(calendar, collection, event)
        self.put(calendar, other, event)
        write(calendar, Write(other, event.uids, None))
        assert look(calendar, collection, event.uids)

    def test_a_removal_of_what_is_gone_is_no_error(self, calendar: Calendar, collection: str) -> None:
        write(calendar, Write(collection, ("1", "2"), None))
        assert not look(calendar, collection, ["1"])

    def test_removing_the_last_event_leaves_the_state_before_the_first(
        self, calendar: Calendar, collection: str
    ) -> None:
        event = calendar.render(event_plan(SERIES))
        self.put(calendar, collection, event)
        write(calendar, Write(collection, event.uids, None))
        assert look(calendar, collection, event.uids) == self.nothing

    def test_an_event_can_be_put_back_from_its_text(self, calendar: Calendar, collection: str) -> None:
        event = calendar.render(event_plan(SERIES))
        self.put(calendar, collection, event)
        before = look(calendar, collection, event.uids) or {}
        changed = calendar.render(event_plan(replace(SERIES, topic="Changed")))
        write(calendar, Write(collection, event.uids, changed))
        old = calendar.restore(event.uids, "".join(before[uid].text for uid in event.uids))
        assert (old.uids, old.fingerprint) == (event.uids, event.fingerprint)
        assert old == event or not self.keeps_bytes
        write(calendar, Write(collection, changed.uids, old))
        assert look(calendar, collection, event.uids) == before

    def test_a_part_of_an_event_can_be_put_back(self, calendar: Calendar, collection: str) -> None:
        event = calendar.render(event_plan(SERIES))
        self.put(calendar, collection, event)
        write(calendar, Write(collection, event.uids[1:2], None))
        rest = look(calendar, collection, event.uids) or {}
        old = calendar.restore(event.uids, rest[event.uids[0]].text + rest[event.uids[2]].text)
        assert old.fingerprint == "+".join(rest[uid].fingerprint for uid in (event.uids[0], event.uids[2]))

    def test_writes_are_made_in_their_order(self, calendar: Calendar, collection: str) -> None:
        event = calendar.render(event_plan(SINGLE))
        write(calendar, Write(collection, (), event), Write(collection, event.uids, None), Write(collection, (), event))
        assert look(calendar, collection, event.uids)

    def test_finishing_twice_changes_nothing(self, calendar: Calendar, collection: str) -> None:
        self.put(calendar, collection, calendar.render(event_plan(SINGLE)))
        assert calendar.finish() == calendar.finish()


class CollectionForEachHost:
    """What a calendar does that makes the collections of hosts itself."""

    def test_a_host_keeps_the_collection_however_the_address_is_written(self, calendar: Calendar) -> None:
        assert calendar.collection(HOST) == calendar.collection(Person("A. Meier", "Anna.Meier@Example.ORG"))

    def test_no_two_hosts_share_a_collection(self, calendar: Calendar) -> None:
        names = ["anna@example.org", "anna-example.org", "anna", "../anna", "anna/", "äña", "ana", "", "😀", "a" * 300]
        names += ["a" * 301, "con", "unknown-host", "host"]
        assert len({calendar.collection(Person(email=name)) for name in names}) == len(names)
