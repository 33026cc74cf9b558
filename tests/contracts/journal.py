"""What every journal does, the fake one too."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from migrate.core.errors import RefusedError
from migrate.core.journal import (
    Binding,
    Journal,
    Outcome,
    RoomOutcome,
    RoomRecord,
    RoomStep,
    Run,
    Snapshot,
    Step,
    StepState,
)
from migrate.core.rooms import Room

MORNING = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
EVENING = datetime(2026, 11, 22, 19, 0, 0, 1, tzinfo=UTC)


def a_run(name: str = "run-1") -> Run:
    return Run(id=name, command="apply", plan="sha256:11", started=MORNING)


def a_binding(key: str, *, room: str = "", meeting: str = "{}", run: str = "run-1") -> Binding:
    name = room or f"room-of-{key}"
    return Binding(
        key=key,
        meeting=meeting,
        room=Room(name, f"https://meet.example.org/{name}"),
        collection="ada.ics",
        uids=(f"{key}@example.org", f"{key}.1@example.org"),
        fingerprint="f1",
        sequence=2,
        run=run,
    )


def a_step(key: str, *, before: Binding | None = None, after: Binding | None = None, text: str = "") -> Step:
    return Step(key, "update", before, after, text)


def created(key: str, *, room: str = "") -> Step:
    return Step(key, "create", None, a_binding(key, room=room))


def a_record(key: str, token: str = "", **asked: object) -> RoomRecord:
    room = Room(f"room-of-{key}", f"https://cloud.example.org/call/{token}" if token else "")
    return RoomRecord(key, room, "ada", asked, {"type": 3}, "run-1")


def made(step: RoomStep, token: str = "abc") -> RoomOutcome:
    return RoomOutcome(step.id, StepState.DONE, "", a_record(step.key, token))


def done(steps: Sequence[Step]) -> list[Outcome]:
    return [Outcome(step.id, StepState.DONE) for step in steps]


class JournalContract(ABC):
    @pytest.fixture
    @abstractmethod
    def journal(self) -> Journal:
        """Return an empty journal."""

    def test_a_new_journal_is_empty(self, journal: Journal) -> None:
        assert journal.snapshot() == Snapshot(0, {}, {}, {})
        assert list(journal.runs()) == []
        assert list(journal.steps()) == []

    def test_a_begun_run_is_listed_until_it_is_finished_and_after(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        assert list(journal.runs()) == [a_run()]
        journal.finish("run-1", EVENING)
        assert list(journal.runs()) == [Run("run-1", "apply", "sha256:11", MORNING, EVENING)]

    def test_a_run_begun_again_is_open_keeps_its_start_and_its_place(self, journal: Journal) -> None:
        journal.begin(a_run("run-1"), {})
        journal.finish("run-1", EVENING)
        journal.begin(a_run("run-0"), {})
        journal.begin(Run("run-1", "apply", "sha256:11", EVENING), {})
        assert list(journal.runs()) == [a_run("run-1"), a_run("run-0")]

    def test_a_run_that_was_never_begun_cannot_intend_or_finish(self, journal: Journal) -> None:
        with pytest.raises(LookupError):
            journal.intend("run-1", [created("a")])
        with pytest.raises(LookupError):
            journal.finish("run-1", EVENING)
        assert journal.snapshot().revision == 0

    def test_aliases_add_up_and_the_newest_wins(self, journal: Journal) -> None:
        journal.begin(a_run("run-1"), {"topic:a": "number:1", "topic:b": "number:2"})
        journal.begin(a_run("run-2"), {"topic:b": "number:3"})
        assert journal.snapshot().aliases == {"topic:a": "number:1", "topic:b": "number:3"}

    def test_intended_steps_come_back_with_rising_ids_and_their_run(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        first, second = journal.intend("run-1", [created("a"), created("b")])
        (third,) = journal.intend("run-1", [created("c")])
        assert first.id < second.id < third.id
        assert {step.run for step in (first, second, third)} == {"run-1"}
        assert list(journal.steps()) == [first, second, third]
        assert journal.snapshot().revision == third.id

    def test_an_intent_is_no_binding_but_its_room_is_taken(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        journal.intend("run-1", [created("a")])
        snapshot = journal.snapshot()
        assert snapshot.bindings == {}
        assert snapshot.rooms == {"a": a_binding("a").room}

    def test_a_done_step_makes_its_after_the_binding(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        steps = journal.intend("run-1", [created("a"), created("b")])
        journal.settle(done(steps))
        assert journal.snapshot().bindings == {"a": a_binding("a"), "b": a_binding("b")}
        assert {step.state for step in journal.steps()} == {StepState.DONE}

    def test_a_failed_step_leaves_the_binding_and_keeps_the_reason(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        journal.settle(done(journal.intend("run-1", [created("a")])))
        change = a_step("a", before=a_binding("a"), after=a_binding("a", meeting="{1}"))
        (step,) = journal.intend("run-1", [change])
        journal.settle([Outcome(step.id, StepState.FAILED, "the calendar said no")])
        assert journal.snapshot().bindings == {"a": a_binding("a")}
        (failed,) = journal.steps(state=StepState.FAILED)
        assert (failed.id, failed.reason) == (step.id, "the calendar said no")

    def test_a_removed_meeting_keeps_its_room_for_ever(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        journal.settle(done(journal.intend("run-1", [created("a")])))
        journal.settle(done(journal.intend("run-1", [a_step("a", before=a_binding("a"))])))
        snapshot = journal.snapshot()
        assert snapshot.bindings == {}
        assert snapshot.rooms == {"a": a_binding("a").room}

    def test_a_removed_meeting_can_come_back(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        for step in (created("a"), a_step("a", before=a_binding("a")), created("a")):
            journal.settle(done(journal.intend("run-1", [step])))
        assert journal.snapshot().bindings == {"a": a_binding("a")}

    def test_the_newest_of_two_steps_of_a_key_counts_whatever_order_they_are_settled_in(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        create, remove = journal.intend("run-1", [created("a"), a_step("a", before=a_binding("a"))])
        journal.settle(done([remove]))
        journal.settle(done([create]))
        assert journal.snapshot().bindings == {}

    def test_meetings_in_a_personal_room_share_it(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        room = "ada"
        keys = ("number:5550001111", "number:5550001111#standup", "number:5550001111#review#monthly")
        journal.settle(done(journal.intend("run-1", [created(key, room=room) for key in keys])))
        snapshot = journal.snapshot()
        assert snapshot.rooms == {"number:5550001111": a_binding("a", room=room).room}
        assert snapshot.bindings.keys() == set(keys)

    def test_a_room_that_moved_is_kept_as_it_is_now(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        journal.intend("run-1", [created("a", room="old")])
        journal.intend("run-1", [created("a", room="new")])
        assert journal.snapshot().rooms == {"a": a_binding("a", room="new").room}

    def test_a_second_key_cannot_have_the_same_room_and_nothing_of_its_batch_is_kept(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        journal.intend("run-1", [created("a", room="shared")])
        with pytest.raises(RefusedError):
            journal.intend("run-1", [created("b"), created("c", room="shared")])
        snapshot = journal.snapshot()
        assert snapshot.rooms.keys() == {"a"}
        assert snapshot.revision == 1

    @pytest.mark.parametrize("wrong", [7, 1])
    def test_a_step_that_is_not_open_cannot_be_settled_and_nothing_of_its_batch_is_kept(
        self, journal: Journal, wrong: int
    ) -> None:
        journal.begin(a_run(), {})
        first, second = journal.intend("run-1", [created("a"), created("b")])
        journal.settle(done([first]))
        with pytest.raises(LookupError):
            journal.settle([Outcome(second.id, StepState.DONE), Outcome(wrong, StepState.FAILED, "late")])
        assert [step.state for step in journal.steps()] == [StepState.DONE, StepState.INTENDED]

    def test_one_step_cannot_end_twice_in_one_batch(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        (step,) = journal.intend("run-1", [created("a")])
        with pytest.raises(LookupError):
            journal.settle([Outcome(step.id, StepState.DONE), Outcome(step.id, StepState.FAILED)])
        assert journal.snapshot().bindings == {}

    def test_an_empty_batch_changes_nothing(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        assert list(journal.intend("run-1", [])) == []
        journal.settle([])
        assert journal.snapshot() == Snapshot(0, {}, {}, {})

    def test_steps_are_found_by_run_state_and_id(self, journal: Journal) -> None:
        for run in ("run-1", "run-2"):
            journal.begin(a_run(run), {})
            first, *_ = journal.intend(run, [created(f"{run}-{key}") for key in "abc"])
            journal.settle(done([first]))

        def ids(run: str | None = None, state: StepState | None = None, after: int = 0) -> list[int]:
            return [step.id for step in journal.steps(run, state, after)]

        assert ids() == [1, 2, 3, 4, 5, 6]
        assert ids("run-2") == [4, 5, 6]
        assert ids(state=StepState.DONE) == [1, 4]
        assert ids("run-1", StepState.INTENDED) == [2, 3]
        assert ids(after=4) == [5, 6]
        assert ids("run-2", StepState.INTENDED, 5) == [6]
        assert ids("run-3") == ids(state=StepState.FAILED) == ids(after=6) == []

    def test_steps_may_be_settled_and_added_while_they_are_read(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        count = 1200
        journal.intend("run-1", [created(f"key-{number}") for number in range(count)])
        seen = []
        for step in journal.steps(state=StepState.INTENDED):
            seen.append(step.id)
            if step.id % 100 == 0:
                journal.settle([Outcome(step.id, StepState.DONE)])
                journal.intend("run-1", [created(f"more-{step.id}")])
        assert seen == list(range(1, count + 1))

    def test_a_snapshot_does_not_change_with_the_journal(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        before = journal.snapshot()
        journal.settle(done(journal.intend("run-1", [created("a")])))
        assert before == Snapshot(0, {}, {}, {})

    def test_text_comes_back_to_the_letter(self, journal: Journal) -> None:
        awkward = 'a\'b"c\\d\r\n\0\u2028 \N{GREEK SMALL LETTER ALPHA}\N{PARTY POPPER} {"x": null}'
        key = f"topic:{awkward}"
        journal.begin(a_run(), {awkward: key})
        step = a_step(
            key,
            before=a_binding(key, meeting=awkward),
            after=a_binding(key, meeting=awkward, room=awkward),
            text=awkward,
        )
        (intended,) = journal.intend("run-1", [step])
        journal.settle([Outcome(intended.id, StepState.DONE, awkward)])
        (read,) = journal.steps()
        assert (read.before, read.after, read.before_text, read.reason) == (
            step.before,
            step.after,
            awkward,
            awkward,
        )
        assert journal.snapshot().bindings == {key: step.after}
        assert journal.snapshot().aliases == {awkward: key}

    def test_a_room_is_known_when_it_is_made_and_no_more_when_it_is_gone(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        (step,) = journal.intend_rooms("run-1", [RoomStep("a", "create", None, a_record("a", lobby=1))])
        assert journal.snapshot().made == {}
        assert journal.snapshot().rooms == {"a": a_record("a").room}
        journal.settle_rooms([made(step)])
        assert journal.snapshot().made == {"a": a_record("a", "abc")}
        assert journal.snapshot().rooms == {"a": a_record("a", "abc").room}
        (step,) = journal.intend_rooms("run-1", [RoomStep("a", "undo", a_record("a", "abc"), None)])
        journal.settle_rooms([RoomOutcome(step.id, StepState.DONE)])
        assert journal.snapshot().made == {}
        assert journal.snapshot().rooms.keys() == {"a"}

    def test_steps_of_rooms_and_of_events_are_numbered_as_one_and_end_each_for_itself(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        (room,) = journal.intend_rooms("run-1", [RoomStep("a", "create", None, a_record("a"))])
        assert journal.snapshot().revision == room.id and not list(journal.steps())
        (event,) = journal.intend("run-1", [created("a", room="room-of-a")])
        journal.settle(done([event]))
        assert [step.state for step in journal.room_steps()] == [StepState.INTENDED]
        (other,) = journal.intend_rooms("run-1", [RoomStep("b", "create", None, a_record("b"))])
        assert room.id < event.id < other.id == journal.snapshot().revision
        assert [step.id for step in journal.room_steps(after=room.id)] == [other.id]
        assert not list(journal.steps(after=event.id))

    def test_a_step_of_a_room_that_failed_keeps_what_was_intended_and_why(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        first, second = journal.intend_rooms("run-1", [RoomStep(key, "create", None, a_record(key)) for key in "ab"])
        journal.settle_rooms([RoomOutcome(first.id, StepState.FAILED, "refused"), made(second)])
        (failed,) = journal.room_steps(state=StepState.FAILED)
        assert (failed.after, failed.reason, failed.run) == (a_record("a"), "refused", "run-1")
        assert [step.key for step in journal.room_steps("run-1", StepState.DONE)] == ["b"]
        assert not list(journal.room_steps("run-2"))

    def test_a_step_of_a_room_ends_once(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        first, second = journal.intend_rooms("run-1", [RoomStep(key, "create", None, a_record(key)) for key in "ab"])
        journal.settle_rooms([made(first)])
        with pytest.raises(LookupError):
            journal.settle_rooms([made(second), made(first)])
        assert journal.snapshot().made.keys() == {"a"}

    def test_a_room_that_was_made_cannot_be_that_of_another_key(self, journal: Journal) -> None:
        journal.begin(a_run(), {})
        journal.intend("run-1", [created("b", room="room-of-a")])
        with pytest.raises(RefusedError):
            journal.intend_rooms("run-1", [RoomStep("a", "create", None, a_record("a"))])
        assert not list(journal.room_steps())
