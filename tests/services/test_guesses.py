"""Guesses from past meetings: offered, accepted, and never in the way of what a file tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from migrate.core.errors import RefusedError
from migrate.core.meeting import Meeting
from migrate.core.ports import Reading, Window
from migrate.core.recurrence import is_bounded
from tests.builders import NUMBER, PERSONAL, UUID, ZONE, reading, row, rows, spoilt, weekly
from tests.desk import Desk, actions, changes_nothing

KEY = f"number:{NUMBER}"
AUTUMN = rows(weekly("2026-10-06 08:58", 8))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def history(*meetings: Meeting, path: str = "history.csv") -> Reading:
    listed = reading(*meetings, path=path, kind="history", rank=5, guesses=True)
    return replace(listed, window=Window(date(2026, 10, 1), date(2026, 11, 30), ZoneInfo(ZONE)))


def test_a_guess_is_marked_and_applied_only_if_it_is_accepted(desk: Desk) -> None:
    sealed = desk.plan(history(*AUTUMN))
    (change,) = sealed.plan.changes
    assert (change.guess, change.key, sealed.plan.guesses) == (True, KEY, 1)
    assert change.meeting.rrule
    assert not is_bounded(change.meeting.rrule)
    assert change.meeting.old_link == f"https://zoom.us/j/{NUMBER}"
    with pytest.raises(RefusedError, match="1 of 1 changes"):
        desk.apply(sealed)
    assert not desk.texts
    desk.apply(sealed, guesses=True)
    assert len(desk.texts) == 1


def test_what_was_accepted_once_is_no_guess_any_more(desk: Desk) -> None:
    desk.apply(desk.plan(history(*AUTUMN)), guesses=True)
    again = desk.plan(history(*AUTUMN))
    assert (changes_nothing(again), again.plan.guesses) == (True, 0)


def test_what_a_file_tells_is_not_guessed(desk: Desk) -> None:
    told = rows(weekly("2027-03-02 10:00", 3))
    both, alone = history(*AUTUMN), desk.plan(reading(*told))
    plan = desk.plan(reading(*told), both)
    assert actions(plan) == actions(alone)
    assert plan.plan.changes == alone.plan.changes
    assert (both.rows.merged, both.rows.in_meetings) == (8, 0)


def test_every_row_of_a_history_is_counted_once(desk: Desk) -> None:
    once = row("2026-10-07 12:00", "Chat", "80000000209")
    personal = rows(weekly("2026-10-05 09:00", 6), "Room", PERSONAL)
    source = history(*AUTUMN, AUTUMN[3], once, *personal)
    plan = desk.plan(source).plan
    assert [change.key for change in plan.changes] == [KEY]
    counts = source.rows
    assert (counts.in_meetings, counts.merged, counts.not_a_schedule, counts.before_since) == (8, 1, 7, 0)
    assert counts.read == counts.header + 8 + 1 + 7


def test_a_history_speaks_for_no_dates(desk: Desk) -> None:
    desk.apply(desk.plan(reading(*rows(weekly("2027-03-02 10:00", 3)))))
    plan = desk.plan(history(*AUTUMN), prune=True)
    assert changes_nothing(plan)


def test_a_user_list_and_a_history_without_series_are_no_emptied_sources(desk: Desk) -> None:
    desk.apply(desk.plan(reading(*rows(weekly("2027-03-02 10:00", 3)))))
    assert not desk.plan(history(row("2026-10-07 12:00", "Chat", "80000000209"))).plan.limit.exceeded


@pytest.mark.parametrize("name", [None, UUID])
def test_what_a_file_without_numbers_tells_is_not_guessed(desk: Desk, name: str | None) -> None:
    told, past = reading(*rows(weekly("2027-03-02 09:00", 5), number=None, uuid=name)), history(*AUTUMN)
    plan = desk.plan(told, past).plan
    assert [change.guess for change in plan.changes] == [False]
    assert (past.rows.merged, past.rows.in_meetings) == (8, 0)


@pytest.mark.parametrize("name", [None, UUID])
def test_what_was_written_from_a_file_without_numbers_is_not_guessed(desk: Desk, name: str | None) -> None:
    desk.migrate(reading(*rows(weekly("2027-03-02 09:00", 5), number=None, uuid=name)))
    again = [replace(meeting, number="80000000209") for meeting in AUTUMN]
    plan = desk.plan(history(*AUTUMN, *again))
    assert (changes_nothing(plan), plan.plan.aliases) == (True, {})


def test_another_number_of_the_same_topic_is_another_meeting(desk: Desk) -> None:
    told = reading(*rows(weekly("2027-03-02 09:00", 5), number="80000000209"), window=None)
    assert desk.plan(told, history(*AUTUMN)).plan.guesses == 1


def test_what_an_export_of_its_dates_does_not_list_is_not_guessed(desk: Desk) -> None:
    other = rows(weekly("2027-04-06 10:00", 3), "Other", "80000000299")
    past = history(*AUTUMN)
    plan = desk.plan(reading(*other, window=("04-01", "04-30")), past).plan
    assert (plan.guesses, past.rows.not_a_schedule, past.rows.in_meetings) == (0, 8, 0)


def test_an_export_of_days_on_which_it_is_not_held_does_not_rule_it_out(desk: Desk) -> None:
    other = row("2027-03-04 10:00", "Other", "80000000299")
    assert desk.plan(reading(other, window=("03-03", "03-08")), history(*AUTUMN)).plan.guesses == 1


def test_a_guess_that_was_accepted_says_why_it_stays(desk: Desk) -> None:
    desk.apply(desk.plan(history(*AUTUMN)), guesses=True)
    (change,) = desk.plan(history(*AUTUMN)).plan.changes
    assert (change.action, change.why) == ("keep", "written before, and past meetings still make it likely")


def test_dates_of_an_accepted_guess_that_an_export_does_not_list_are_pruned(desk: Desk) -> None:
    desk.apply(desk.plan(history(*AUTUMN)), guesses=True)
    other = reading(row("2027-04-29 10:00", "Other", "80000000299"), window=("04-01", "04-30"), path="april.csv")
    (known,) = (change for change in desk.plan(other).plan.changes if change.key == KEY)
    assert (known.action, known.why) == ("keep", "not in the export of some of its dates; --prune takes them out")
    sealed = desk.plan(other, prune=True)
    (pruned,) = (change for change in sealed.plan.changes if change.key == KEY)
    assert pruned.why == "no longer in the export; dates that these files do not cover stay"
    assert [f"{moment:%m-%d}" for moment in pruned.meeting.exdates] == ["04-06", "04-13", "04-20", "04-27"]
    assert pruned.before
    assert (pruned.action, pruned.meeting.rrule, pruned.meeting.kind) == ("update", pruned.before.rrule, "series")
    desk.apply(sealed)
    again = desk.plan(other, prune=True)
    assert changes_nothing(again)
    assert again.plan.changes[0].why.startswith("not in these files; it has no last date")


def test_a_series_without_an_end_stays_whole_while_rows_cannot_be_read(desk: Desk) -> None:
    desk.apply(desk.plan(history(*AUTUMN)), guesses=True)
    others = [row(start, "Other", "80000000299") for start in ("2027-04-28 10:00", "2027-04-29 10:00")]
    listed = spoilt(reading(*others, window=("04-01", "04-30"), path="april.csv"), 3)
    (change,) = (each for each in desk.plan(listed, prune=True).plan.changes if each.key == KEY)
    assert (change.action, change.why) == (
        "keep",
        "not found, but rows that cannot be read may be of it; nothing is pruned",
    )
