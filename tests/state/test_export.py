"""The journal as JSON Lines."""

from __future__ import annotations

import json

from migrate.core.journal import Outcome, StepState
from migrate.state.export import export
from tests.contracts.journal import EVENING, a_binding, a_run, a_step, created, done
from tests.fakes.journal import MemoryJournal


def test_every_record_comes_in_order_and_is_json() -> None:
    journal = MemoryJournal()
    journal.begin(a_run(), {"topic:b": "b", "topic:a": "a"})
    journal.settle(done(journal.intend("run-1", [created("b"), created("a")])))
    journal.finish("run-1", EVENING)
    records = [json.loads(json.dumps(record)) for record in export(journal)]
    assert [(record["record"], record.get("id") or record.get("key")) for record in records] == [
        ("run", "run-1"),
        ("step", 1),
        ("step", 2),
        ("binding", "a"),
        ("binding", "b"),
        ("room", "a"),
        ("room", "b"),
        ("alias", "a"),
        ("alias", "b"),
    ]


def test_a_step_tells_what_was_and_what_came_but_not_the_text_of_peoples_events() -> None:
    journal = MemoryJournal()
    journal.begin(a_run(), {})
    before, after = a_binding("a", meeting='{"topic":"Old"}'), a_binding("a", meeting='{"topic":"New"}')
    (step,) = journal.intend("run-1", [a_step("a", before=before, after=after, text="DESCRIPTION:Passcode 123456")])
    journal.settle([Outcome(step.id, StepState.FAILED, "the calendar said no")])
    run, record, room = export(journal)
    assert (run["started"], run["finished"]) == ("2026-11-22T07:30:00+00:00", None)
    assert (record["state"], record["reason"], record["found_event"]) == ("failed", "the calendar said no", True)
    assert (record["before"]["meeting"]["topic"], record["after"]["meeting"]["topic"]) == ("Old", "New")
    url = "https://meet.example.org/room-of-a"
    assert room == {"record": "room", "key": "a", "name": "room-of-a", "url": url, "made": None}
    assert "123456" not in json.dumps(record)


def test_an_empty_journal_has_no_records() -> None:
    assert list(export(MemoryJournal())) == []
