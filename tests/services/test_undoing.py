"""undo: put back what a run changed, where it is still what the run wrote."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest

from migrate.core.errors import UsageError
from migrate.core.journal import Run
from migrate.services.applying import Result
from tests.builders import BEN, NUMBER, reading, row, rows, weekly
from tests.desk import Desk, actions, changes_nothing

KEY = f"number:{NUMBER}"
OTHER = "80000000202"
MARCH = rows(weekly("2027-03-01 09:00", 5))
REVIEW = row("2027-03-03 12:00", "Review", OTHER)
IRREGULAR = rows(["2027-03-01 09:00", "2027-03-04 15:00", "2027-03-19 11:00"])


@pytest.fixture
def desk() -> Desk:
    return Desk()


def renamed(*meetings, topic="Stand-up"):
    return reading(*(replace(each, topic=topic) for each in meetings))


def state(desk: Desk):
    return desk.texts, desk.bindings


def reasons(report) -> dict[str, tuple[Result, str]]:
    return {item.key: (item.result, item.reason) for item in report.items}


def test_a_first_run_that_is_undone_leaves_nothing(desk: Desk) -> None:
    applied = desk.migrate(reading(*MARCH, REVIEW))
    report = desk.undo()
    assert state(desk) == ({}, {})
    assert [(item.topic, item.action, item.result) for item in report.items] == [
        ("Standup", "create", Result.DONE),
        ("Review", "create", Result.DONE),
    ]
    assert report.run.plan == applied.run.id


@pytest.mark.parametrize(
    ("before", "after", "options"),
    [
        (MARCH, [replace(each, topic="Stand-up") for each in MARCH], {}),
        (MARCH, [replace(each, host=BEN) for each in MARCH], {}),
        (MARCH, IRREGULAR, {}),
        (IRREGULAR, MARCH, {}),
        (IRREGULAR, IRREGULAR[:2], {}),
        (MARCH, [row(None)], {}),
        ([row(None)], MARCH, {}),
        ([*MARCH, REVIEW], MARCH, {"prune": True}),
        ([REVIEW], [*MARCH, REVIEW], {}),
    ],
    ids=["topic", "host", "to singles", "from singles", "one less", "to a room", "from a room", "deleted", "added"],
)
def test_undo_restores_every_byte_and_every_binding(desk: Desk, before, after, options) -> None:
    desk.migrate(reading(*before))
    known = state(desk)
    applied = desk.migrate(reading(*after), **options)
    assert state(desk) != known
    report = desk.undo()
    assert state(desk) == known
    assert {item.result for item in report.items} == {Result.DONE}
    assert len(report.items) == applied.count(Result.DONE)
    assert changes_nothing(desk.plan(reading(*before)))


def test_what_people_changed_is_kept_and_named(desk: Desk) -> None:
    desk.migrate(reading(*MARCH, REVIEW))
    desk.edit("SUMMARY:Review", "SUMMARY:Retrospective")
    report = desk.undo()
    assert reasons(report) == {
        KEY: (Result.DONE, ""),
        f"number:{OTHER}": (Result.KEPT, "people changed the event since; it stays as it is"),
    }
    assert desk.summaries == ["Retrospective"]
    assert desk.bindings.keys() == {f"number:{OTHER}"}


def test_what_people_deleted_is_not_brought_back(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    desk.migrate(renamed(*MARCH))
    desk.remove("Stand-up")
    assert reasons(desk.undo())[KEY][0] is Result.KEPT
    assert desk.summaries == []


def test_a_created_event_that_people_deleted_is_forgotten(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    desk.remove("Standup")
    assert reasons(desk.undo())[KEY] == (Result.DONE, "")
    assert desk.bindings == {}


def test_a_deleted_event_that_is_there_again_is_kept(desk: Desk) -> None:
    desk.migrate(reading(*MARCH, REVIEW))
    text = desk.texts["anna@example.org"]
    desk.migrate(reading(*MARCH), prune=True)
    desk.calendar.texts["anna@example.org"] |= {uid: event.replace("Review", "Mine") for uid, event in text.items()}
    assert reasons(desk.undo())[f"number:{OTHER}"] == (Result.KEPT, "an event is there again")


def test_an_event_that_is_there_again_after_its_meeting_lost_its_dates_is_kept(desk: Desk) -> None:
    desk.migrate(reading(REVIEW))
    before = desk.texts
    desk.migrate(reading(row(None, "Review", OTHER)))
    assert desk.texts == {}
    desk.calendar.texts = deepcopy(before)
    desk.edit("SUMMARY:Review", "SUMMARY:Mine")
    assert reasons(desk.undo())[f"number:{OTHER}"] == (Result.KEPT, "an event is there again")
    assert desk.summaries == ["Mine"]


def test_what_the_export_overwrote_comes_back_as_people_had_it(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    desk.edit("SUMMARY:Standup", "SUMMARY:Coffee")
    known = state(desk)
    desk.migrate(renamed(*MARCH), take=True)
    assert desk.summaries == ["Stand-up"]
    desk.undo()
    assert state(desk) == known
    assert actions(desk.plan(renamed(*MARCH))) == {KEY: "conflict"}


def test_an_event_that_was_taken_over_stays(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    before = desk.texts
    lost = Desk(calendar=desk.calendar)
    lost.migrate(reading(*MARCH))
    lost.undo()
    assert (lost.texts, lost.bindings) == (before, {})


def test_a_foreign_event_that_was_overwritten_without_a_journal_comes_back(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    desk.edit("SUMMARY:Standup", "SUMMARY:Coffee")
    before = desk.texts
    lost = Desk(calendar=desk.calendar)
    lost.migrate(reading(*MARCH), take=True)
    lost.undo()
    assert (lost.texts, lost.bindings) == (before, {})


def test_undoing_twice_says_that_it_was_undone_before(desk: Desk) -> None:
    applied = desk.migrate(reading(*MARCH))
    desk.undo(applied.run.id)
    assert reasons(desk.undo(applied.run.id)) == {KEY: (Result.ALREADY, "was undone before")}


def test_only_the_latest_run_of_a_key_can_be_undone(desk: Desk) -> None:
    first = desk.migrate(reading(*MARCH, REVIEW))
    second = desk.migrate(renamed(*MARCH))
    report = desk.undo(first.run.id)
    assert reasons(report) == {
        KEY: (Result.KEPT, f"run {second.run.id} changed it later; undo that one first"),
        f"number:{OTHER}": (Result.DONE, ""),
    }


def test_undoing_the_later_run_then_the_earlier_one_works(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    first = state(desk)
    desk.migrate(renamed(*MARCH))
    desk.undo()
    assert state(desk) == first
    desk.undo("run-1")
    assert state(desk) == ({}, {})


def test_undoing_the_last_run_twice_leaves_the_run_before_as_it_is(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    first = state(desk)
    desk.migrate(renamed(*MARCH))
    desk.undo("last")
    assert {reason for _, reason in reasons(desk.undo("last")).values()} == {"was undone before"}
    assert state(desk) == first


def test_a_run_after_an_undo_can_be_undone_too(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    desk.undo()
    again = desk.migrate(reading(*MARCH))
    assert reasons(desk.undo(again.run.id)) == {KEY: (Result.DONE, "")}
    assert reasons(desk.undo("run-1")) == {KEY: (Result.ALREADY, "was undone before")}


def test_a_room_is_kept_for_a_meeting_that_comes_back_after_an_undo(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    room = desk.bindings[KEY].room
    desk.undo()
    desk.migrate(reading(*MARCH))
    assert desk.bindings[KEY].room == room


def test_a_preview_writes_nothing_and_says_the_same(desk: Desk) -> None:
    applied = desk.migrate(reading(*MARCH, REVIEW))
    desk.edit("SUMMARY:Review", "SUMMARY:Retrospective")
    known, revision = state(desk), desk.journal.snapshot().revision
    foreseen = desk.undoer.preview(applied.run, Run("none", "undo", applied.run.id, desk.clock()))
    assert (state(desk), desk.journal.snapshot().revision) == (known, revision)
    assert reasons(foreseen) == reasons(desk.undo())


@pytest.mark.parametrize("name", ["last", "run-9"])
def test_a_run_that_is_not_there_cannot_be_undone(desk: Desk, name: str) -> None:
    with pytest.raises(UsageError, match=f"no run {name}") as caught:
        desk.undo(name)
    assert caught.value.hint == "Nothing was applied yet."
    desk.migrate(reading(*MARCH))
    with pytest.raises(UsageError) as caught:
        desk.undo("run-9")
    assert caught.value.hint == "Runs of apply: run-1"


def test_an_undo_is_no_run_that_could_be_undone(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    report = desk.undo()
    with pytest.raises(UsageError):
        desk.undo(report.run.id)
