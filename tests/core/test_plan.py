"""The plan as a document."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from migrate.core.features import Loss
from migrate.core.plan import (
    Action,
    Change,
    EventRef,
    Input,
    Limit,
    Plan,
    change_from_json,
    change_to_json,
    from_json,
    input_to_json,
    summary,
    to_json,
)
from migrate.core.problem import Problem, Severity
from migrate.core.rooms import Room, RoomPlan
from tests.builders import day, reading, row, series

ROOM = Room("abcd-efgh", "https://meet.example.org/abcd-efgh")
CREATE = Change(
    Action.CREATE,
    "number:80000000202",
    row("2027-03-01 09:00"),
    ROOM,
    EventRef(("u1", "u2"), "anna@example.org", 0),
    losses=(Loss("passcode", "no passcode", "Say it."),),
)
UPDATE = replace(
    CREATE,
    action=Action.UPDATE,
    key="number:80000000201",
    before=series("2027-03-01 09:00", 5),
    expects="f+g",
    why="changed by people too",
)
KEEP = Change(Action.KEEP, "number:8000000301", row(None))
PLAN = Plan(
    created=datetime(2027, 1, 4, 12, tzinfo=UTC),
    product="0.1.0",
    target="jitsi",
    calendar="ics",
    since=day("01-04"),
    journal_revision=12,
    settings={"site": "x"},
    inputs=[input_to_json(Input("upcoming.csv", "00ff", reading(row("2027-03-01 09:00"))))],
    changes=[CREATE, UPDATE, KEEP],
    problems=[Problem("bad-date", Severity.ERROR, "no date", "upcoming.csv", 7, "Correct it.")],
    limit=Limit(12, 4, ("empty.csv",)),
    aliases={"number:80000000202": "topic:a|b"},
)

# A contract (docs/reference/plan-format.md): names may be added within a version, none may go.
KEYS = {
    "": {
        *("format", "version", "created", "product", "journal_revision", "target", "since", "inputs", "changes"),
        *("problems", "summary"),
        *("calendar", "settings", "aliases", "limit", "server"),
    },
    "inputs": {
        *("path", "sha256", "kind", "columns", "unused_columns", "encoding", "delimiter", "timezone", "date_order"),
        *("date_order_reason", "window", "rows"),
    },
    "changes": {"action", "key", "meeting", "room", "event", "before", "expects", "losses", "why", "guess", "differs"},
    "problems": {"code", "severity", "path", "line", "message", "hint"},
}
MEETING_KEYS = {
    *("number", "topic", "kind", "host", "alternative_hosts", "timezone", "start", "duration_minutes", "rrule"),
    *("exdates", "overrides", "old_link", "agenda", "features", "attendees", "assumptions", "sources"),
    *("uuid", "singles"),
}
ROWS = {"read", "blank", "header", "in_meetings", "merged", "before_since", "not_a_schedule", "problems"}


def test_a_plan_comes_back_from_its_document() -> None:
    document = json.loads(json.dumps(to_json(PLAN)))
    assert to_json(from_json(document)) == document
    assert from_json(document) == replace(PLAN, changes=sorted(PLAN.changes, key=lambda change: change.key))


TO_BE_MADE = replace(
    CREATE, room=Room("k2xw-6v7d-jq5p-zt4a", ""), room_plan=RoomPlan("anna", {"name": "Standup", "lobby": 1})
)


def test_a_room_that_is_to_be_made_has_no_link_yet() -> None:
    made, to_be = (change_to_json(change)["room"] for change in (CREATE, TO_BE_MADE))
    assert made.keys() == {"name", "url"}
    assert to_be == {
        "name": "k2xw-6v7d-jq5p-zt4a",
        "url": None,
        "owner": "anna",
        "traits": TO_BE_MADE.room_plan.traits,
        "summary": "",
    }


@pytest.mark.parametrize("change", [CREATE, UPDATE, KEEP, TO_BE_MADE])
def test_a_change_comes_back_from_its_document(change: Change) -> None:
    assert change_from_json(json.loads(json.dumps(change_to_json(change)))) == change


def test_the_document_has_exactly_the_names_of_the_contract() -> None:
    document = to_json(PLAN)
    assert set(document) == KEYS[""]
    for name in ("inputs", "changes", "problems"):
        assert {key for item in document[name] for key in item} == KEYS[name]
    (change,) = (item for item in document["changes"] if item["action"] == "update")
    assert set(change["meeting"]) == set(change["before"]) == MEETING_KEYS
    assert set(change["meeting"]["host"]) == {"name", "email", "account"}
    assert set(change["room"]) == {"url", "name"}
    assert set(change["event"]) == {"uid", "calendar", "singles", "sequence"}
    assert set(change["losses"][0]) == {"feature", "message", "hint"}
    assert set(document["inputs"][0]["rows"]) == ROWS
    assert document["inputs"][0]["window"] == {"from": "2027-03-01", "to": "2027-03-31"}


def test_changes_are_in_order_of_their_keys() -> None:
    assert [item["key"] for item in to_json(PLAN)["changes"]] == sorted(change.key for change in PLAN.changes)


def test_the_summary_names_every_action_and_severity() -> None:
    assert to_json(PLAN)["summary"] == {
        **dict.fromkeys(("create", "update", "keep"), 1),
        **dict.fromkeys(("delete", "adopt", "conflict"), 0),
        "problems": {"error": 1, "warning": 0, "info": 0},
    }
    assert summary([], [])["problems"] == {"error": 0, "warning": 0, "info": 0}


def test_pending_is_what_would_be_written() -> None:
    changes = [replace(CREATE, action=action) for action in Action]
    assert replace(PLAN, changes=changes).pending == 4
    assert (PLAN.pending, PLAN.errors, PLAN.count(Action.KEEP)) == (2, 1, 1)


@pytest.mark.parametrize(
    ("journalled", "changing", "exceeded"),
    [(9, 9, False), (10, 3, False), (10, 4, True), (100, 30, False), (100, 31, True), (0, 0, False)],
)
def test_the_limit_is_over_thirty_percent_of_ten_or_more(journalled: int, changing: int, exceeded: bool) -> None:
    assert Limit(journalled, changing).exceeded is exceeded


def test_an_emptied_source_is_over_the_limit() -> None:
    assert Limit(1, 0, ("empty.csv",)).exceeded


@pytest.mark.parametrize("name", sorted(KEYS[""] - {"format", "version", "summary"}))
def test_a_document_that_lacks_a_name_is_no_plan(name: str) -> None:
    document = to_json(PLAN)
    del document[name]
    with pytest.raises(KeyError):
        from_json(document)
