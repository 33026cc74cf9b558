"""A journal that was lost, or put back from an old copy: nothing is doubled, and nothing old stays unsaid."""

from __future__ import annotations

from copy import deepcopy
from uuid import uuid4

import pytest

from migrate.services.applying import Result
from tests.builders import NUMBER, reading, row, rows
from tests.desk import Desk, actions, changes_nothing

KEY = f"number:{NUMBER}"
TWO = ["2027-03-01 09:00", "2027-03-15 09:00"]
FORTNIGHTLY = [*TWO, "2027-03-29 09:00", "2027-04-12 09:00"]
MARK = "RELATED-TO;RELTYPE=X-JITSI-MIGRATE:"


def march(starts: list[str] | list[None]):
    return reading(*rows(starts), window=("03-01", "04-30"))


@pytest.fixture
def desk() -> Desk:
    """Return a site whose meeting has a date that no rule covers, and no journal any more."""
    desk = Desk()
    desk.migrate(march(TWO))
    assert len(desk.texts["anna@example.org"]) == 2
    return Desk(calendar=desk.calendar)


def starts(desk: Desk) -> list[str]:
    return sorted(line for text in everything(desk).values() for line in text.splitlines() if line[:7] == "DTSTART")


def everything(desk: Desk) -> dict[str, str]:
    return {uid: text for texts in desk.texts.values() for uid, text in texts.items()}


def unmarked(desk: Desk) -> None:
    """Take away the marks, as if an older version had written the events."""
    for texts in desk.calendar.texts.values():
        for uid, text in texts.items():
            texts[uid] = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(MARK))


def test_a_date_that_a_rule_covers_now_is_there_once(desk: Desk) -> None:
    assert actions(desk.plan(march(FORTNIGHTLY))) == {KEY: "conflict"}
    desk.migrate(march(FORTNIGHTLY), take=True)
    assert everything(desk).keys() == set(desk.bindings[KEY].uids)
    assert starts(desk) == ["DTSTART;TZID=Europe/Berlin:20270301T090000"]
    assert changes_nothing(desk.plan(march(FORTNIGHTLY)))


def test_a_date_that_was_cancelled_meanwhile_is_not_overlooked(desk: Desk) -> None:
    assert actions(desk.plan(march(TWO[:1]))) == {KEY: "conflict"}
    desk.migrate(march(TWO[:1]), take=True)
    assert starts(desk) == ["DTSTART;TZID=Europe/Berlin:20270301T090000"]


def test_the_same_dates_are_taken_over_as_they_are(desk: Desk) -> None:
    before = desk.texts
    assert actions(desk.plan(march(TWO))) == {KEY: "adopt"}
    desk.migrate(march(TWO))
    assert desk.texts == before


def test_a_date_that_outlived_its_series_is_found_too(desk: Desk) -> None:
    main = desk.calendar.uids(KEY, row(TWO[0]))[0]
    del desk.calendar.texts["anna@example.org"][main]
    desk.migrate(march(FORTNIGHTLY), take=True)
    assert everything(desk).keys() == {main}


def test_undo_puts_back_what_was_found_without_a_journal(desk: Desk) -> None:
    before = desk.texts
    desk.migrate(march(FORTNIGHTLY), take=True)
    report = desk.undo()
    assert {item.result for item in report.items} == {Result.DONE}
    assert (desk.texts, desk.bindings) == (before, {})


def test_a_copy_that_people_made_of_a_date_is_theirs(desk: Desk) -> None:
    texts = desk.calendar.texts["anna@example.org"]
    single = next(uid for uid, text in texts.items() if MARK in text)
    copy = str(uuid4())
    texts[copy] = texts[single].replace(single, copy)
    desk.migrate(march(FORTNIGHTLY), take=True)
    assert everything(desk).keys() == {desk.bindings[KEY].uids[0], copy}


def test_what_people_changed_in_a_date_is_a_conflict(desk: Desk) -> None:
    texts = desk.calendar.texts["anna@example.org"]
    single = next(uid for uid, text in texts.items() if MARK in text)
    texts[single] = texts[single].replace("SUMMARY:Standup", "SUMMARY:Coffee")
    before = desk.texts
    assert actions(desk.plan(march(FORTNIGHTLY))) == {KEY: "conflict"}
    desk.migrate(march(FORTNIGHTLY))
    assert desk.texts == before


def test_events_of_before_there_were_marks_are_taken_over_too(desk: Desk) -> None:
    unmarked(desk)
    assert actions(desk.plan(march(TWO))) == {KEY: "adopt"}


def test_a_journal_of_before_there_were_marks_still_fits() -> None:
    desk = Desk()
    desk.migrate(march(TWO))
    unmarked(desk)
    assert changes_nothing(desk.plan(march(TWO)))
    desk.migrate(march(FORTNIGHTLY))
    assert len(everything(desk)) == 1
    desk.undo()
    assert len(everything(desk)) == 2


def test_a_journal_put_back_from_an_old_copy_doubles_nothing() -> None:
    desk = Desk()
    desk.migrate(march(TWO[:1]))
    old = deepcopy(desk.journal)
    desk.migrate(march(TWO))
    desk.journal = old
    assert actions(desk.plan(march(FORTNIGHTLY))) == {KEY: "conflict"}
    desk.migrate(march(FORTNIGHTLY), take=True)
    assert everything(desk).keys() == set(desk.bindings[KEY].uids)
    assert starts(desk) == ["DTSTART;TZID=Europe/Berlin:20270301T090000"]


def test_a_journal_put_back_that_knows_a_room_alone_overwrites_no_event() -> None:
    desk = Desk()
    desk.migrate(march([None]))
    old = deepcopy(desk.journal)
    desk.migrate(march(TWO))
    desk.note()
    noted, desk.journal = desk.texts, old
    assert actions(desk.plan(march(TWO))) == {KEY: "conflict"}
    desk.migrate(march(TWO))
    assert desk.texts == noted
    desk.migrate(march(TWO), take=True)
    assert "Mine" not in str(desk.texts)
    desk.undo()
    assert desk.texts == noted


def test_a_journal_put_back_that_knows_a_room_alone_takes_its_event_over() -> None:
    desk = Desk()
    desk.migrate(march([None]))
    old = deepcopy(desk.journal)
    desk.migrate(march(TWO))
    desk.journal = old
    assert actions(desk.plan(march(TWO))) == {KEY: "adopt"}
    desk.migrate(march(TWO))
    assert everything(desk).keys() == set(desk.bindings[KEY].uids)
    assert changes_nothing(desk.plan(march(TWO)))
