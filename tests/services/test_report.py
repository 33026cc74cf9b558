"""What a run did, for people and programs."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from migrate.services.report import COLUMNS, losses_by_cause, to_csv, to_json
from tests.builders import NUMBER, PERSONAL, reading, row, rows, weekly
from tests.desk import Desk

MARCH = rows(weekly("2027-03-01 09:00", 5), features=("passcode",))
REVIEW = row("2027-03-03 12:00", '=HYPERLINK("https://example.org")', "80000000202")
ROOM = row(None, "Anna's room", PERSONAL, features=("passcode",))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def table(applied) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(to_json(applied)), newline="")))


def test_every_item_has_its_old_and_its_new_link(desk: Desk) -> None:
    applied = desk.migrate(reading(*MARCH))
    (line,) = table(applied)
    assert list(line) == list(COLUMNS)
    assert line == {
        "result": "done",
        "action": "create",
        "topic": "Standup",
        "host": "Anna Meier <anna@example.org>",
        "first_start": "2027-03-01T09:00:00+01:00",
        "rule": "FREQ=WEEKLY;BYDAY=MO;COUNT=5",
        "old_link": f"https://zoom.us/j/{NUMBER}",
        "new_link": desk.bindings[f"number:{NUMBER}"].room.url,
        "losses": "a Jitsi Meet room has no passcode before the meeting begins;"
        " the series may go on after the last date in the file",
        "reason": "",
        "key": f"number:{NUMBER}",
    }


def test_a_room_has_a_new_link_and_no_dates(desk: Desk) -> None:
    (line,) = table(desk.migrate(reading(ROOM)))
    assert (line["first_start"], line["rule"]) == ("", "")
    assert line["new_link"].startswith("https://meet.example.org/")


def test_a_deleted_meeting_has_no_new_link(desk: Desk) -> None:
    desk.migrate(reading(*MARCH, REVIEW))
    lines = {line["action"]: line for line in table(desk.migrate(reading(*MARCH), prune=True))}
    assert lines["delete"]["new_link"] == ""
    assert lines["keep"]["new_link"]


def test_what_was_not_done_says_why(desk: Desk) -> None:
    sealed = desk.plan(reading(*MARCH))
    uid = sealed.plan.changes[0].event.uids[0]
    desk.calendar.texts["anna@example.org"] = {uid: f"BEGIN:VEVENT\r\nUID:{uid}\r\nEND:VEVENT\r\n"}
    (line,) = table(desk.apply(sealed))
    assert (line["result"], line["reason"]) == ("failed", "the calendar changed since the plan was made; plan again")


def test_no_cell_is_a_formula(desk: Desk) -> None:
    (line,) = table(desk.migrate(reading(REVIEW)))
    assert line["topic"] == "'" + REVIEW.topic


def test_the_report_is_plain_json_with_the_losses_in_full(desk: Desk) -> None:
    applied = desk.migrate(reading(*MARCH))
    value = to_json(applied)
    assert json.loads(json.dumps(value)) == value
    assert (value["run"], value["resumed"], value["written"]) == ("run-1", False, ["anna@example.org: 1 events"])
    assert value["plan"] == applied.run.plan
    (item,) = value["items"]
    assert set(item) == set(COLUMNS)
    assert item["losses"][0]["hint"]


def test_losses_are_grouped_by_cause_the_commonest_first(desk: Desk) -> None:
    locked = replace(REVIEW, features=("waiting_room",))
    changes = desk.plan(reading(*MARCH, ROOM, locked)).plan.changes
    grouped = losses_by_cause(changes)
    assert [len(found) for *_, found in grouped] == [2, 1, 1]
    message, hint, found = grouped[0]
    assert "passcode" in message
    assert hint
    assert {change.key for change in found} == {f"number:{NUMBER}", f"number:{PERSONAL}"}
