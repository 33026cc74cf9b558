"""A run can be killed at any instant and run again."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest

from migrate.core.errors import MigrateError, TargetError
from migrate.core.journal import StepState
from migrate.core.meeting import Meeting
from migrate.services.applying import Result
from tests.builders import BEN, NUMBER, PERSONAL, reading, row, rows, weekly
from tests.desk import Crash, Desk, Fuse, actions, changes_nothing, locations, not_back, with_rooms

MARCH = rows(weekly("2027-03-01 09:00", 5))
MOVED = row("2027-03-02 12:00", "Moved", "80000000202")
FEWER = rows(["2027-03-01 11:00", "2027-03-04 15:00", "2027-03-19 11:00"], "Fewer", "80000000203")
GONE = row("2027-03-10 12:00", "Gone", "80000000204")
EDITED = row("2027-03-11 12:00", "Edited", "80000000205")
UNDATED = row("2027-03-12 12:00", "Undated", "80000000206")
ROOM = row(None, "Room", "80000000207")
NEW = rows(weekly("2027-03-04 14:00", 4), "New", PERSONAL)

BEFORE = reading(*MARCH, MOVED, *FEWER, GONE, EDITED, UNDATED, ROOM)
AFTER = reading(
    *(replace(each, topic="Renamed", agenda="New") for each in MARCH),
    replace(MOVED, host=BEN),
    *FEWER[:2],
    replace(EDITED, topic="Overwritten"),
    row(None, "Undated", "80000000206"),
    row("2027-03-15 12:00", "Room", "80000000207"),
    *NEW,
)


def fresh(listed):
    """Return the reading with its rows not counted yet."""
    return replace(listed, rows=replace(listed.rows, in_meetings=0, merged=0, before_since=0))


@pytest.fixture(scope="module", params=[Desk, with_rooms], ids=["rooms by URL", "rooms that are made"])
def world(request):
    """Return a site where every kind of change is planned, and that plan."""
    desk = request.param()
    desk.migrate(fresh(BEFORE))
    desk.edit("SUMMARY:Edited", "SUMMARY:Edited by hand")
    sealed = desk.plan(fresh(AFTER), prune=True, take=True)
    assert {change.action for change in sealed.plan.changes} == {"create", "update", "delete"}
    return desk, sealed


def state(desk: Desk):
    bindings = {key: replace(binding, run="") for key, binding in desk.bindings.items()}
    return desk.texts, bindings, rooms(desk)


def rooms(desk: Desk):
    """Return the rooms that are made, as they are."""
    made = desk.system.rooms if desk.system else []
    return sorted((one.room.name, one.room.url, one.owner, sorted(one.traits.items())) for one in made)


def linked(desk: Desk) -> bool:
    """Tell whether every event has the link of a room that is there, and every room one meeting."""
    if desk.system is None:
        return True
    names = [one.room.name for one in desk.system.rooms]
    return set(locations(desk)) <= {one.room.url for one in desk.system.rooms} and len(names) == len(set(names))


def interruptions(desk: Desk, command: Callable[[Desk], object], error: MigrateError | Crash):
    """Yield the desk after the command ended at each call that it makes, until it comes to its end."""
    for calls in range(1000):
        copy = deepcopy(desk)
        copy.fuse = Fuse(calls, error)
        if copy.system:
            # Between two rooms of one call too.
            copy.system.before_each = copy.fuse.burn
        try:
            command(copy)
        except (Crash, MigrateError):
            copy.fuse = None
            if copy.system:
                copy.system.before_each = unbroken
            yield copy
        else:
            return


def unbroken() -> None:
    """Stop nothing."""


ERRORS = pytest.mark.parametrize("error", [Crash("killed"), TargetError("the network is gone")], ids=["kill", "error"])


@ERRORS
def test_an_apply_that_ended_anywhere_is_completed_by_the_same_command(world, error) -> None:
    desk, sealed = world
    whole = deepcopy(desk)
    applied = whole.apply(sealed, large=True)
    assert {item.result for item in applied.items} == {Result.DONE}
    points = 0
    for broken in interruptions(desk, lambda copy: copy.apply(sealed, large=True), error):
        completed = broken.apply(sealed, large=True)
        assert {item.result for item in completed.items} <= {Result.DONE, Result.ALREADY}
        assert state(broken) == state(whole)
        assert linked(broken)
        points += 1
    assert points > 30


@ERRORS
def test_an_apply_that_ended_anywhere_and_was_completed_can_be_undone(world, error) -> None:
    desk, sealed = world
    for broken in interruptions(desk, lambda copy: copy.apply(sealed, large=True), error):
        broken.apply(sealed, large=True)
        assert not broken.undo().kept
        assert state(broken) == state(desk)


@ERRORS
def test_a_room_that_people_delete_while_a_run_is_interrupted_leaves_no_dead_link(error) -> None:
    desk = with_rooms()
    sealed = desk.plan(fresh(BEFORE))
    for broken in interruptions(desk, lambda copy: copy.apply(sealed), error):
        made, kept = broken.system.rooms[::2], broken.system.rooms[1::2]
        written = set(locations(broken))
        broken.system.rooms = kept
        broken.apply(sealed)
        assert {one.room.url for one in made} & set(locations(broken)) <= written


@ERRORS
def test_an_apply_that_ended_anywhere_can_be_undone(world, error) -> None:
    desk, sealed = world
    for broken in interruptions(desk, lambda copy: copy.apply(sealed, large=True), error):
        if any(run.plan == sealed.checksum for run in broken.journal.runs()):
            report = broken.undo()
            assert not report.kept
        assert state(broken) == state(desk)


@ERRORS
def test_an_apply_that_ended_anywhere_can_be_planned_anew(world, error) -> None:
    desk, sealed = world
    whole = deepcopy(desk)
    whole.apply(sealed, large=True)
    for broken in interruptions(desk, lambda copy: copy.apply(sealed, large=True), error):
        broken.migrate(fresh(AFTER), prune=True, take=True)
        assert broken.texts.keys() == whole.texts.keys()
        assert broken.summaries == whole.summaries
        assert rooms(broken) == rooms(whole)
        assert linked(broken)
        assert changes_nothing(broken.plan(fresh(AFTER), prune=True))


@ERRORS
def test_to_plan_after_an_apply_that_ended_anywhere_writes_into_no_calendar(world, error) -> None:
    desk, sealed = world
    for broken in interruptions(desk, lambda copy: copy.apply(sealed, large=True), error):
        there = broken.texts, rooms(broken)
        broken.plan(fresh(AFTER), prune=True, take=True)
        assert (broken.texts, rooms(broken)) == there


@ERRORS
def test_an_undo_that_ended_anywhere_is_completed_by_the_same_command(world, error) -> None:
    desk, sealed = world
    before = state(desk)
    applied = deepcopy(desk)
    applied.apply(sealed, large=True)
    points = 0
    for broken in interruptions(applied, Desk.undo, error):
        report = broken.undo()
        assert not report.kept
        assert state(broken) == before
        points += 1
    assert points > 30


def test_an_undo_that_was_killed_takes_nothing_as_undone_that_is_not_back(world) -> None:
    """After the kill people write into every event, so that nothing is as the run left it or as undo makes it."""
    desk, sealed = world
    applied = deepcopy(desk)
    applied.apply(sealed, large=True)
    for broken in interruptions(applied, Desk.undo, Crash("killed")):
        broken.note()
        noted = broken.texts
        report = broken.undo()
        assert not_back(broken, report) == []
        assert report.count(Result.FAILED) == 0
        for name, texts in noted.items():
            assert texts.items() <= broken.texts[name].items()


def test_an_undo_that_was_killed_before_it_wrote_names_what_people_changed_then() -> None:
    desk = Desk()
    desk.migrate(reading(*MARCH))
    applied = desk.migrate(fresh(AFTER)).run
    wrote = desk.texts
    for broken in interruptions(desk, Desk.undo, Crash("killed")):
        if broken.texts == wrote and list(broken.journal.steps(state=StepState.INTENDED)):
            broken.edit("SUMMARY:Renamed", "SUMMARY:Mine")
            results = {item.topic: item.result for item in broken.undo(applied.id).items}
            assert results["Renamed"] is Result.KEPT
            assert "Mine" in broken.summaries
            return
    pytest.fail("the undo was never killed before it wrote")


KEY = f"number:{NUMBER}"
TWO = rows(["2027-03-01 09:00", "2027-03-04 15:00"])
ONE = TWO[:1]
AT_BEN = [replace(each, host=BEN) for each in TWO]


def killed_after_writing(desk: Desk, command: Callable[[Desk], object]) -> Desk:
    """Return the desk where all is written, but the journal has only the intent."""
    whole = deepcopy(desk)
    command(whole)
    for broken in interruptions(desk, command, Crash("killed")):
        if broken.texts == whole.texts and list(broken.journal.steps(state=StepState.INTENDED)):
            return broken
    pytest.fail("the command was never killed between writing and journalling")


def killed_between_writes(desk: Desk, command: Callable[[Desk], object]) -> Desk:
    """Return the desk where an event is in the new calendar already and in the old one still."""
    for broken in interruptions(desk, command, Crash("killed")):
        uids = [uid for texts in broken.texts.values() for uid in texts]
        if len(uids) > len(set(uids)):
            return broken
    pytest.fail("the command was never killed between two writes")


def killed_apply(desk: Desk, *meetings: Meeting) -> Desk:
    sealed = desk.plan(reading(*meetings))
    return killed_after_writing(desk, lambda copy: copy.apply(sealed, large=True))


def written(desk: Desk) -> set[tuple[str, str]]:
    return {(name, uid) for name, texts in desk.texts.items() for uid in texts}


def bound(desk: Desk) -> set[tuple[str, str]]:
    return {(each.collection, uid) for each in desk.bindings.values() for uid in each.uids}


def migrated(*meetings: Meeting) -> Desk:
    desk = Desk()
    desk.migrate(reading(*meetings))
    return desk


@pytest.mark.parametrize("edited", ["DTSTART;TZID=Europe/Berlin:20270301", "DTSTART;TZID=Europe/Berlin:20270304"])
@pytest.mark.parametrize(
    "now",
    [AT_BEN, [row(None)], [row(None, "Review", host=BEN)], rows(["2027-03-02 09:00", "2027-03-05 09:00"])],
    ids=["another host", "a room", "a room of another host", "other dates"],
)
def test_what_a_killed_run_made_and_people_changed_is_known_whatever_zoom_does_then(now, edited) -> None:
    desk = killed_apply(Desk(), *TWO)
    desk.edit(edited, f"COMMENT:Mine\r\n{edited}")
    theirs = desk.texts
    assert actions(desk.plan(reading(*now))) == {KEY: "conflict"}
    desk.migrate(reading(*now))
    assert desk.texts == theirs
    assert written(desk) == bound(desk)
    desk.migrate(reading(*now), take=True)
    assert written(desk) == bound(desk)
    assert "Mine" not in str(desk.texts)


def test_what_a_killed_run_made_and_people_changed_stays_as_they_changed_it() -> None:
    desk = killed_apply(Desk(), *TWO)
    desk.note()
    theirs = desk.texts
    assert changes_nothing(desk.plan(reading(*TWO)))
    assert [item.result for item in desk.migrate(reading(*TWO)).items] == [Result.KEPT]
    assert desk.texts == theirs


def test_one_of_two_events_of_a_killed_run_that_people_delete_stays_deleted() -> None:
    desk = killed_apply(Desk(), *TWO)
    desk.remove("DTSTART;TZID=Europe/Berlin:20270304")
    assert changes_nothing(desk.plan(reading(*TWO)))


@pytest.mark.parametrize(
    ("old", "new"), [(ONE, TWO), (TWO, AT_BEN), ([row(None)], TWO)], ids=["a date more", "another host", "dates"]
)
def test_what_a_killed_run_changed_and_people_too_is_no_change_of_what_was_before(old, new) -> None:
    """Zoom takes its change back: then the events are neither as they were nor overlooked."""
    desk = killed_apply(migrated(*old), *new)
    desk.note()
    assert actions(desk.plan(reading(*old))) == {KEY: "conflict"}
    assert written(desk) == bound(desk)
    assert changes_nothing(desk.plan(reading(*new)))


def test_people_who_changed_an_event_before_a_killed_run_wrote_it_meet_a_conflict() -> None:
    desk = migrated(*ONE)
    for broken in interruptions(desk, lambda copy: copy.migrate(reading(*TWO)), Crash("killed")):
        if broken.texts == desk.texts and list(broken.journal.steps(state=StepState.INTENDED)):
            broken.note()
            assert actions(broken.plan(reading(*TWO))) == {KEY: "conflict"}
            assert broken.bindings == desk.bindings
            return
    pytest.fail("the run was never killed before it wrote")


def test_what_a_killed_undo_put_back_and_people_changed_is_known() -> None:
    desk = migrated(*TWO)
    desk.migrate(reading(row("2027-03-08 09:00", "Other", "80000000202")), prune=True)
    broken = killed_after_writing(desk, Desk.undo)
    broken.note()
    broken.plan(reading(*TWO))
    assert written(broken) == bound(broken)
    assert not_back(broken, broken.undo()) == []


def test_a_killed_undo_that_put_back_what_people_had_left_is_completed() -> None:
    desk = migrated(*TWO)
    desk.remove("DTSTART;TZID=Europe/Berlin:20270301")
    left = desk.texts
    desk.migrate(reading(*(replace(each, topic="Renamed") for each in TWO)), take=True)
    broken = killed_after_writing(desk, Desk.undo)
    assert not broken.undo().count(Result.KEPT, Result.FAILED)
    assert broken.texts == left


@pytest.mark.parametrize("command", [lambda desk: desk.migrate(reading(*AT_BEN)), Desk.undo], ids=["apply", "undo"])
def test_a_copy_that_people_change_in_the_midst_of_a_move_is_the_event(command) -> None:
    desk = migrated(*TWO)
    desk.migrate(reading(*AT_BEN))
    if command is not Desk.undo:
        desk.undo()
    broken = killed_between_writes(desk, command)
    (old,) = desk.texts
    (new,) = broken.texts.keys() - {old}
    noted = {uid: text.replace("END:VEVENT", "COMMENT:Mine\r\nEND:VEVENT") for uid, text in broken.texts[new].items()}
    broken.calendar.texts[new] = dict(noted)
    command(broken)
    assert broken.texts == {new: noted}
    assert written(broken) == bound(broken)


def test_an_event_that_a_killed_run_took_over_and_people_changed_is_known() -> None:
    """What is taken over is written by nobody, so nothing that people did then is a reason to forget it."""
    lost = Desk(calendar=migrated(*TWO).calendar)
    broken = killed_apply(lost, *TWO)
    broken.note()
    assert actions(broken.plan(reading(*AT_BEN))) == {KEY: "conflict"}
    assert written(broken) == bound(broken)


def test_a_copy_and_an_event_that_people_changed_both_in_the_midst_of_a_move_stay() -> None:
    desk = migrated(*TWO)
    broken = killed_between_writes(desk, lambda copy: copy.migrate(reading(*AT_BEN)))
    broken.note()
    noted = broken.texts
    assert actions(broken.plan(reading(*AT_BEN))) == {KEY: "conflict"}
    broken.migrate(reading(*AT_BEN))
    assert broken.texts == noted
    assert broken.bindings == desk.bindings


def test_a_move_that_was_killed_between_its_writes_is_completed_without_writing_the_event_again() -> None:
    desk = migrated(*TWO)
    sealed = desk.plan(reading(*AT_BEN))
    broken = killed_between_writes(desk, lambda copy: copy.apply(sealed, large=True))
    (old,) = desk.texts
    (new,) = broken.texts.keys() - {old}
    # A stamp that nobody writes: it is still there if the event was left alone.
    stamped = {uid: re.sub(r"DTSTAMP:\w+", "DTSTAMP:20010101T000000Z", text) for uid, text in broken.texts[new].items()}
    broken.calendar.texts[new] = dict(stamped)
    broken.apply(sealed, large=True)
    assert broken.texts == {new: stamped}
    assert written(broken) == bound(broken)
