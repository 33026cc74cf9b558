"""status: what the journal knows, counted."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from migrate.core.errors import TargetError
from migrate.services.status import read_status, status_to_json
from tests.builders import PERSONAL, reading, row, rows, weekly
from tests.desk import Crash, Desk, Fuse
from tests.fakes.calendar import MemoryCalendar

MARCH = rows(weekly("2027-03-01 09:00", 5))
ROOM = row(None, "Anna's room", PERSONAL)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def states(desk: Desk) -> list[tuple[str, str, int]]:
    return [(each.run.id, each.state, each.done) for each in read_status(desk.journal).runs]


def test_an_empty_journal_has_nothing(desk: Desk) -> None:
    status = read_status(desk.journal)
    assert (status.meetings, status.events, status.rooms, status.runs, status.interrupted) == (0, 0, 0, [], None)


def test_meetings_events_and_rooms_are_counted(desk: Desk) -> None:
    held = rows(weekly("2027-03-04 14:00", 3), "Review", PERSONAL)
    desk.migrate(reading(*MARCH, ROOM, *held))
    status = read_status(desk.journal)
    assert (status.meetings, status.events, status.rooms) == (3, 2, 2)


def test_a_room_outlives_its_meeting(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    desk.undo()
    status = read_status(desk.journal)
    assert (status.meetings, status.rooms) == (0, 1)


def test_runs_say_how_they_ended_and_who_undid_them(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    desk.migrate(reading(*(replace(each, topic="New") for each in MARCH)))
    desk.undo()
    assert states(desk) == [("run-1", "finished", 1), ("run-2", "undone", 1), ("undo-3", "finished", 1)]
    assert [each.undone_by for each in read_status(desk.journal).runs] == ["", "undo-3", ""]


def test_a_run_that_is_undone_in_part_is_not_called_undone(desk: Desk) -> None:
    other = row("2027-03-04 14:00", "Review", "80000000202")
    desk.migrate(reading(*MARCH, other))
    desk.edit("SUMMARY:Review", "SUMMARY:The review")
    desk.undo()
    run, _ = read_status(desk.journal).runs
    assert (run.state, run.done, run.undone, run.undone_by) == ("partly undone", 2, 1, "undo-2")
    desk.edit("SUMMARY:The review", "SUMMARY:Review")
    desk.undo()
    run = read_status(desk.journal).runs[0]
    assert (run.state, run.undone, run.undone_by) == ("undone", 2, "undo-3")


def test_what_failed_is_counted(desk: Desk) -> None:
    class Refusing(MemoryCalendar):
        def write(self, writes, wrote):
            raise TargetError("write-protected")

    desk.calendar = Refusing()
    sealed = desk.plan(reading(*MARCH))
    with pytest.raises(TargetError):
        desk.apply(sealed)
    (run,) = read_status(desk.journal).runs
    assert (run.state, run.done, run.failed, run.unknown) == ("interrupted", 0, 1, 0)


def test_a_run_that_was_killed_is_interrupted_until_it_is_completed(desk: Desk) -> None:
    sealed = desk.plan(reading(*MARCH))
    desk.fuse = Fuse(22)
    with pytest.raises(Crash):
        desk.apply(sealed)
    desk.fuse = None
    interrupted = read_status(desk.journal).interrupted
    assert interrupted
    assert (interrupted.run.id, interrupted.state) == ("run-1", "interrupted")
    desk.apply(sealed)
    assert read_status(desk.journal).interrupted is None
    assert states(desk) == [("run-1", "finished", 1)]


def test_the_status_is_plain_json(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    desk.undo()
    value = status_to_json(read_status(desk.journal))
    assert json.loads(json.dumps(value)) == value
    assert {"meetings", "events", "rooms", "app_passwords", "runs"} == set(value)
    assert value["runs"][0] == {
        "run": "run-1",
        "command": "apply",
        "state": "undone",
        "started": "2027-01-04T12:01:00+00:00",
        "finished": "2027-01-04T12:02:00+00:00",
        "done": 1,
        "failed": 0,
        "unknown": 0,
        "undone": 1,
        "undone_by": "undo-2",
    }
