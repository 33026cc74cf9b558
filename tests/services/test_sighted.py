"""Events that people made for their Zoom meetings are found, and taken as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate.core.meeting import Person
from migrate.core.plan import Action
from tests.builders import NUMBER, PERSONAL, reading, row, rows, weekly
from tests.desk import Desk, actions, changes_nothing

KEY = f"number:{NUMBER}"
ANNA = "anna@example.org"
MARCH = rows(weekly("2027-03-01 09:00", 5))
THEIRS = (
    "BEGIN:VEVENT\r\nUID:theirs@example.org\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20270301T080000Z\r\n"
    "SUMMARY:Our standup\r\nLOCATION:{link}\r\nRRULE:FREQ=WEEKLY;COUNT=5\r\nEND:VEVENT\r\n"
)


def their_event(number: str = NUMBER, summary: str = "Our standup") -> str:
    return THEIRS.format(link=f"https://zoom.us/j/{number}").replace("Our standup", summary)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.calendar.texts[ANNA] = {"theirs@example.org": their_event()}
    return desk


def problems(sealed, code: str) -> list[str]:
    return [problem.message for problem in sealed.plan.problems if problem.code == code]


def test_no_second_event_is_made_and_theirs_stays(desk: Desk) -> None:
    sealed = desk.plan(reading(*MARCH))
    assert actions(sealed) == {KEY: "adopt"}
    assert problems(sealed, "already-in-calendar") == ["“Standup” is in anna@example.org already: LOCATION tells of it"]
    before = desk.texts
    desk.apply(sealed)
    assert desk.texts == before
    assert changes_nothing(desk.plan(reading(*MARCH)))


def test_the_meeting_has_its_room_and_the_hint_names_it(desk: Desk) -> None:
    sealed = desk.plan(reading(*MARCH))
    desk.apply(sealed)
    (problem,) = (problem for problem in sealed.plan.problems if problem.code == "already-in-calendar")
    assert desk.bindings[KEY].room.url in problem.hint


def test_theirs_is_never_written_whatever_the_export_says_later(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    before = desk.texts
    later = reading(*(replace(each, topic="Stand-up") for each in MARCH))
    for options in ({}, {"take": True}, {"prune": True}):
        assert actions(desk.plan(later, **options)) == {KEY: "keep"}
    other = reading(row("2027-03-03 12:00", "Review", "80000000202"))
    desk.migrate(other, prune=True)
    assert desk.texts[ANNA]["theirs@example.org"] == before[ANNA]["theirs@example.org"]


def test_what_people_do_to_theirs_is_theirs(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    desk.edit("Our standup", "Coffee")
    assert changes_nothing(desk.plan(reading(*MARCH)))
    desk.calendar.texts.clear()
    assert changes_nothing(desk.plan(reading(*MARCH)))


def test_undone_it_is_let_go_as_it_is_now(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    desk.edit("Our standup", "Coffee")
    before = desk.texts
    desk.undo()
    assert (desk.texts, desk.bindings) == (before, {})
    assert actions(desk.plan(reading(*MARCH))) == {KEY: "adopt"}


def test_with_the_journal_lost_it_is_found_again(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    again = Desk(calendar=desk.calendar)
    assert actions(again.plan(reading(*MARCH))) == {KEY: "adopt"}


def test_meetings_of_a_personal_room_are_told_apart_by_topic(desk: Desk) -> None:
    desk.calendar.texts[ANNA] = {"theirs@example.org": their_event(PERSONAL, "One to one")}
    meetings = [row("2027-03-01 10:00", topic, PERSONAL) for topic in ("One to one", "Interview")]
    sealed = desk.plan(reading(*meetings))
    assert {change.meeting.topic: change.action for change in sealed.plan.changes} == {
        "One to one": Action.ADOPT,
        "Interview": Action.CREATE,
    }


def test_a_host_without_a_calendar_gets_rooms_now_and_events_later() -> None:
    desk = Desk()
    desk.calendar.homeless = {ANNA}
    sealed = desk.plan(reading(*MARCH))
    assert problems(sealed, "no-calendar") == [
        f"{Person('Anna Meier', ANNA)} has no calendar: 1 meeting gets a room, but no event"
    ]
    desk.apply(sealed)
    assert desk.texts == {}
    assert changes_nothing(desk.plan(reading(*MARCH)))
    desk.calendar.homeless = set()
    desk.migrate(reading(*MARCH))
    assert len(desk.texts[ANNA]) == 1


def test_a_host_whose_calendar_is_told_no_more_keeps_the_events() -> None:
    desk = Desk()
    desk.migrate(reading(*MARCH))
    desk.calendar.homeless = {ANNA}
    assert changes_nothing(desk.plan(reading(*MARCH)))


def test_a_conflict_tells_both_sides() -> None:
    desk = Desk()
    desk.migrate(reading(*MARCH))
    desk.edit("SUMMARY:Standup", "SUMMARY:Coffee")
    (change,) = desk.plan(reading(*(replace(each, topic="Stand-up") for each in MARCH))).plan.changes
    assert change.action is Action.CONFLICT
    assert [(each.name, each.export, each.calendar) for each in change.differs] == [("SUMMARY", "Stand-up", "Coffee")]
