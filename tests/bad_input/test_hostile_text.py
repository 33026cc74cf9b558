"""Text that means something to some program is text to ours, wherever it stands in a file."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from rich.cells import cell_len

from migrate.core.meeting import Meeting, Occurrence, Person
from migrate.sources.schedule_csv import write_schedule
from tests.bad_input import traces
from tests.bad_input.bases import bases
from tests.bad_input.hostile import HOSTILE
from tests.bad_input.organisation import UUID, meetings
from tests.bad_input.sheet import Sheet
from tests.cli.program import ZONE, run

each_text = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)


@each_text
def test_hostile_text_is_text_everywhere(text: str, tmp_path: Path) -> None:
    export, schedule = tmp_path / "upcoming.csv", tmp_path / "schedule.csv"
    export.write_bytes(hostile_export(text).data())
    schedule.write_bytes(write_schedule(hostile_meetings(text)))
    assert list(traces.faults_of_run(export, schedule)) == []


@each_text
def test_hostile_text_comes_back_as_it_was_written(text: str, tmp_path: Path) -> None:
    path, calendars = tmp_path / "schedule.csv", tmp_path / "site" / "calendars"
    path.write_bytes(write_schedule(hostile_meetings(text)))
    run("init", "--site", tmp_path / "site", "--server", "meet.example.org")
    planned = run("--site", tmp_path / "site", "--json", "plan", path, *ZONE)
    (meeting,) = (each for each in told(planned.json) if each["number"] == "80000000401")
    assert [meeting["topic"], meeting["agenda"], *meeting["host"].values()] == [text] * 5
    assert meeting["attendees"][0]["name"] == meeting["singles"][0]["topic"] == text
    run("--site", tmp_path / "site", "apply", tmp_path / "site" / "plan.json", "--partial")
    summaries = {str(event["SUMMARY"]) for event in Calendar.from_ical((calendars / "all.ics").read_bytes()).events}
    assert shown_by_calendars(text) in summaries


@each_text
def test_a_schedule_csv_of_hostile_text_says_the_same_once_more(text: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_bytes(write_schedule(hostile_meetings(text)))
    planned = run("--site", tmp_path, "--json", "plan", first, *ZONE, "--schedule", second)
    again = run("--site", tmp_path, "--json", "plan", second, *ZONE)
    assert told(again.json) == told(planned.json)


@pytest.mark.parametrize("width", ["40", "100"])
def test_a_long_topic_is_shortened_to_the_width_of_the_terminal(
    width: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    path = tmp_path / "schedule.csv"
    long = [text for name, text in HOSTILE.items() if "letters" in name]
    path.write_bytes(write_schedule(replace(meetings()[0], topic=text, number=None) for text in long))
    lines = run("--site", tmp_path, "plan", path, *ZONE).out.splitlines()
    assert max(map(cell_len, lines[:-1])) <= int(width)
    assert len(lines) < 150


def hostile_export(text: str) -> Sheet:
    """Return an export in which some rows have the text in each column, and others have it in one."""
    sheet = next(base for base in bases() if base.name == "title_case").copy()
    for place, row in enumerate(sheet.rows):
        row.cells[place % len(sheet.header)] = text
    sheet.rows[0].cells[:2] = [text, ""]
    return sheet


def hostile_meetings(text: str) -> list[Meeting]:
    """Return meetings that have the text wherever a text can be."""
    series, *_ = meetings()
    person = Person(text, text, text)
    whole = replace(
        series,
        topic=text,
        number="80000000401",
        host=person,
        agenda=text,
        attendees=(person,),
        alternative_hosts=(person,),
        singles=tuple(Occurrence(single.start, None, text) for single in series.singles),
        old_link=None,
    )
    return [
        whole,
        replace(whole, number=None, host=Person(text)),
        replace(whole, number=None, uuid=UUID, host=Person(email=text)),
        replace(whole, number="8000000402", host=Person(account=text)),
    ]


def told(document: Any) -> list[dict[str, Any]]:
    """Return the meetings of a plan, without where they are from."""
    return [{**change["meeting"], "sources": []} for change in document["data"]["changes"]]


def shown_by_calendars(text: str) -> str:
    """Return a text without what a calendar has no way to hold: control characters, and a mark at the beginning."""
    lines = re.sub(r"\r\n?", "\n", text).removeprefix("\ufeff")
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "", lines)
