"""A run can be killed at any instant and run again."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest

from migrate.core.errors import MigrateError, TargetError
from migrate.core.ports import StepState
from migrate.services.applying import Result
from tests.builders import BEN, PERSONAL, reading, row, rows, weekly
from tests.desk import Crash, Desk, Fuse, changes_nothing, not_back

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
    *(replace(each, topic="Renamed") for each in MARCH),
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


@pytest.fixture(scope="module")
def world():
    """Return a site where every kind of change is planned, and that plan."""
    desk = Desk()
    desk.migrate(fresh(BEFORE))
    desk.edit("SUMMARY:Edited", "SUMMARY:Edited by hand")
    sealed = desk.plan(fresh(AFTER), prune=True, take=True)
    assert {change.action for change in sealed.plan.changes} == {"create", "update", "delete"}
    return desk, sealed


def state(desk: Desk):
    bindings = {key: replace(binding, run="") for key, binding in desk.bindings.items()}
    return desk.texts, bindings


def interruptions(desk: Desk, command: Callable[[Desk], object], error: MigrateError | Crash):
    """Yield the desk after the command ended at each call that it makes, until it comes to its end."""
    for calls in range(1000):
        copy = deepcopy(desk)
        copy.fuse = Fuse(calls, error)
        try:
            command(copy)
        except (Crash, MigrateError):
            copy.fuse = None
            yield copy
        else:
            return


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
        points += 1
    assert points > 30


@ERRORS
def test_an_apply_that_ended_anywhere_can_be_undone(world, error) -> None:
    desk, sealed = world
    for broken in interruptions(desk, lambda copy: copy.apply(sealed, large=True), error):
        if any(run.plan == sealed.checksum for run in broken.journal.runs()):
            report = broken.undo()
            assert not report.count(Result.KEPT, Result.FAILED)
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
        assert changes_nothing(broken.plan(fresh(AFTER), prune=True))


@ERRORS
def test_to_plan_after_an_apply_that_ended_anywhere_writes_into_no_calendar(world, error) -> None:
    desk, sealed = world
    for broken in interruptions(desk, lambda copy: copy.apply(sealed, large=True), error):
        texts = broken.texts
        broken.plan(fresh(AFTER), prune=True, take=True)
        assert broken.texts == texts


@ERRORS
def test_an_undo_that_ended_anywhere_is_completed_by_the_same_command(world, error) -> None:
    desk, sealed = world
    before = state(desk)
    applied = deepcopy(desk)
    applied.apply(sealed, large=True)
    points = 0
    for broken in interruptions(applied, Desk.undo, error):
        report = broken.undo()
        assert not report.count(Result.KEPT, Result.FAILED)
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
