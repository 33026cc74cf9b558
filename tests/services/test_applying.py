"""apply: exactly the plan, no more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate.core.errors import RefusedError, TargetError
from migrate.core.journal import StepState
from migrate.core.plan import Limit
from migrate.services.applying import Permissions, Result
from tests.builders import BEN, NUMBER, PERSONAL, reading, row, rows, weekly
from tests.desk import Desk, changes_nothing
from tests.fakes.calendar import MemoryCalendar

KEY = f"number:{NUMBER}"
OTHER = "80000000202"
MARCH = rows(weekly("2027-03-01 09:00", 5))
REVIEW = row("2027-03-03 12:00", "Review", OTHER)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def renamed(*meetings, topic="Stand-up"):
    return reading(*(replace(each, topic=topic) for each in meetings))


def results(applied) -> dict[str, Result]:
    return {item.change.key: item.result for item in applied.items}


# What is done


def test_a_created_meeting_has_an_event_a_room_and_a_binding(desk: Desk) -> None:
    applied = desk.migrate(reading(*MARCH))
    assert results(applied) == {KEY: Result.DONE}
    known = desk.bindings[KEY]
    (text,) = desk.texts["anna@example.org"].values()
    assert f"LOCATION:{known.room.url}" in text
    assert f"UID:{known.uids[0]}" in text
    assert "SEQUENCE:0" in text
    assert (known.run, known.sequence) == (applied.run.id, 0)
    assert applied.written == ["anna@example.org: 1 events"]


def test_the_sequence_grows_with_every_update(desk: Desk) -> None:
    for turn, topic in enumerate(("Standup", "Stand-up", "Stand up")):
        desk.migrate(renamed(*MARCH, topic=topic))
        (text,) = desk.texts["anna@example.org"].values()
        assert f"SEQUENCE:{turn}\r\n" in text


def test_applying_a_plan_again_changes_nothing(desk: Desk) -> None:
    sealed = desk.plan(reading(*MARCH, REVIEW))
    first = desk.apply(sealed)
    texts, revision = desk.texts, desk.journal.snapshot().revision
    again = desk.apply(sealed)
    assert set(results(again).values()) == {Result.ALREADY}
    assert (again.run.id, again.resumed) == (first.run.id, True)
    assert (desk.texts, desk.journal.snapshot().revision) == (texts, revision)


def test_a_meeting_with_a_new_host_goes_to_their_calendar(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    uids = desk.bindings[KEY].uids
    desk.migrate(reading(*(replace(each, host=BEN) for each in MARCH)))
    assert desk.texts.keys() == {"ben@example.org"}
    assert tuple(desk.texts["ben@example.org"]) == uids == desk.bindings[KEY].uids


def test_a_meeting_with_a_new_host_is_there_before_it_leaves_the_old_calendar(desk: Desk) -> None:
    class Watched(MemoryCalendar):
        def write(self, writes, wrote):
            reasons = super().write(writes, wrote)
            seen.append({name: len(texts) for name, texts in self.texts.items()})
            return reasons

    seen: list[dict[str, int]] = []
    desk.migrate(reading(*MARCH))
    watched = Watched()
    watched.texts = desk.calendar.texts
    desk.calendar = watched
    desk.migrate(reading(*(replace(each, host=BEN) for each in MARCH)))
    assert seen == [{"anna@example.org": 1, "ben@example.org": 1}, {"ben@example.org": 1}]


def test_people_who_made_the_change_already_and_a_new_host_lose_nothing(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    desk.edit("SUMMARY:Standup", "SUMMARY:Stand-up")
    desk.migrate(reading(*(replace(each, host=BEN, topic="Stand-up") for each in MARCH)))
    assert desk.texts.keys() == {"ben@example.org"}
    assert desk.summaries == ["Stand-up"]


def test_a_meeting_that_loses_its_dates_loses_its_event_and_can_get_it_back(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    desk.migrate(reading(row(None)))
    assert desk.texts == {}
    assert (desk.bindings[KEY].uids, desk.bindings[KEY].fingerprint) == ((), "")
    assert changes_nothing(desk.plan(reading(row(None))))
    desk.migrate(reading(*MARCH))
    assert desk.summaries == ["Standup"]


def test_a_single_date_that_was_cancelled_leaves_the_calendar(desk: Desk) -> None:
    irregular = rows(["2027-03-01 09:00", "2027-03-04 15:00", "2027-03-19 11:00"])
    desk.migrate(reading(*irregular))
    assert len(desk.texts["anna@example.org"]) == 3
    desk.migrate(reading(*irregular[:2]))
    assert len(desk.texts["anna@example.org"]) == 2


def test_events_of_others_stay_as_they_are(desk: Desk) -> None:
    lunch = "BEGIN:VEVENT\r\nUID:lunch\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\n"
    desk.calendar.texts["anna@example.org"] = {"lunch": lunch}
    desk.migrate(reading(*MARCH))
    desk.migrate(renamed(*MARCH))
    assert desk.texts["anna@example.org"]["lunch"] == lunch
    desk.migrate(reading(REVIEW), prune=True)
    assert desk.summaries == ["Lunch", "Review"]


# What is refused


def test_a_plan_made_before_another_was_applied_is_refused(desk: Desk) -> None:
    early, late = desk.plan(reading(*MARCH)), desk.plan(reading(*MARCH, REVIEW))
    desk.apply(late)
    with pytest.raises(RefusedError, match="stale"):
        desk.apply(early)


def test_a_plan_that_was_applied_and_undone_is_refused(desk: Desk) -> None:
    sealed = desk.plan(reading(*MARCH))
    desk.apply(sealed)
    desk.undo()
    with pytest.raises(RefusedError, match="stale"):
        desk.apply(sealed)


def test_a_plan_that_knows_more_than_the_journal_is_refused(desk: Desk) -> None:
    desk.migrate(reading(*MARCH))
    sealed = desk.plan(renamed(*MARCH))
    with pytest.raises(RefusedError, match="newer than the journal"):
        Desk(calendar=desk.calendar).apply(sealed)


def test_a_plan_with_errors_is_applied_only_in_part(desk: Desk) -> None:
    irregular = rows(["2027-03-01 09:00", "2027-03-04 15:00"], "Chat", None)
    sealed = desk.plan(reading(*MARCH, *irregular))
    with pytest.raises(RefusedError, match="1 problem"):
        desk.apply(sealed)
    assert not desk.texts
    assert results(desk.apply(sealed, partial=True)) == {KEY: Result.DONE}


def test_a_large_change_must_be_allowed(desk: Desk) -> None:
    sealed = desk.plan(reading(*MARCH))
    for limit, words in ((Limit(10, 4), "4 of 10"), (Limit(3, 0, ("empty.csv",)), "empty.csv")):
        large = replace(sealed.plan, limit=limit)
        with pytest.raises(RefusedError, match=words):
            desk.applier.check(large, sealed.checksum, Permissions())
        desk.applier.check(large, sealed.checksum, Permissions(large_change=True))


def test_an_event_that_changed_since_the_plan_fails_alone(desk: Desk) -> None:
    desk.migrate(reading(*MARCH, REVIEW))
    sealed = desk.plan(renamed(*MARCH, REVIEW))
    desk.edit("SUMMARY:Review", "SUMMARY:Retrospective")
    applied = desk.apply(sealed)
    assert results(applied) == {KEY: Result.DONE, f"number:{OTHER}": Result.FAILED}
    (failed,) = (item for item in applied.items if item.result is Result.FAILED)
    assert failed.reason == "the calendar changed since the plan was made; plan again"
    assert desk.summaries == ["Retrospective", "Stand-up"]


def test_an_event_that_appeared_since_the_plan_is_not_overwritten(desk: Desk) -> None:
    sealed = desk.plan(reading(*MARCH))
    uid = sealed.plan.changes[0].event.uids[0]
    foreign = f"BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:Mine\r\nEND:VEVENT\r\n"
    desk.calendar.texts["anna@example.org"] = {uid: foreign}
    assert results(desk.apply(sealed)) == {KEY: Result.FAILED}
    assert desk.texts["anna@example.org"][uid] == foreign


def test_items_are_in_the_order_of_the_plan(desk: Desk) -> None:
    sealed = desk.plan(reading(*MARCH, REVIEW, row(None, "Anna's room", PERSONAL)))
    applied = desk.apply(sealed)
    assert [item.change.key for item in applied.items] == [change.key for change in sealed.plan.changes]


# What goes wrong


class Refusing(MemoryCalendar):
    """Refuses to write one collection."""

    refused = "ben@example.org"

    def write(self, writes, wrote):
        for write in writes:
            if write.collection == self.refused:
                raise TargetError(f"{write.collection} is write-protected")
            super().write([write], wrote)
        return [""] * len(writes)


@pytest.fixture
def refusing() -> Desk:
    return Desk(calendar=Refusing())


def test_a_calendar_that_cannot_be_written_stops_the_run_which_can_be_completed(refusing: Desk) -> None:
    sealed = refusing.plan(reading(*MARCH, replace(REVIEW, host=BEN)))
    with pytest.raises(TargetError):
        refusing.apply(sealed)
    assert refusing.summaries == ["Standup"]
    (failed,) = refusing.journal.steps(state=StepState.FAILED)
    assert failed.reason == "ben@example.org is write-protected"
    refusing.calendar.refused = ""
    applied = refusing.apply(sealed)
    assert results(applied) == {KEY: Result.ALREADY, f"number:{OTHER}": Result.DONE}
    assert len(refusing.journal.runs()) == 1


def test_what_was_written_before_another_calendar_refused_is_known_to_be_written(refusing: Desk) -> None:
    """An event moves from Ben to Anna in the batch that updates one of Anna's; Ben's calendar cannot be written."""
    refusing.calendar.refused = ""
    refusing.migrate(reading(*MARCH, replace(REVIEW, host=BEN)))
    refusing.calendar.refused = "ben@example.org"
    sealed = refusing.plan(renamed(*MARCH, REVIEW))
    with pytest.raises(TargetError):
        refusing.apply(sealed)
    assert len(refusing.summaries) == 2
    refusing.calendar.refused = ""
    applied = refusing.apply(sealed)
    assert set(results(applied).values()) == {Result.ALREADY, Result.DONE}
    assert refusing.texts.keys() == {"anna@example.org"}
    assert refusing.summaries == ["Stand-up", "Stand-up"]


class Forgetful(MemoryCalendar):
    """Says that it has written, and has not."""

    def write(self, writes, wrote):
        return [""] * len(writes)


def test_what_is_not_read_back_is_not_done(desk: Desk) -> None:
    desk.migrate(reading(*MARCH, REVIEW))
    sealed = desk.plan(renamed(*MARCH), prune=True)
    forgetful = Forgetful()
    forgetful.texts = desk.calendar.texts
    desk.calendar = forgetful
    applied = desk.apply(sealed)
    assert set(results(applied).values()) == {Result.FAILED}
    assert {item.reason for item in applied.items} == {"written, but what is read back differs"}
    assert desk.bindings.keys() == {KEY, f"number:{OTHER}"}
