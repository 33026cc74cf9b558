"""Both sides of a conflict: what the export would write, and what is in the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from migrate.core.plan import Difference
from migrate.shared.event_differences import differences
from migrate.shared.events import render_event
from tests.contracts.calendar import SERIES, SINGLE, STAMP, START, event_plan
from tests.fakes.calendar import SITE

WEEKLY = render_event(SITE, event_plan(SERIES)).text


def rendered(meeting) -> str:
    return render_event(SITE, event_plan(meeting)).text


def test_the_same_event_does_not_differ_however_it_is_stamped_folded_and_ordered() -> None:
    later = render_event(SITE, replace(event_plan(SERIES, sequence=4), stamp=STAMP + timedelta(days=2))).text
    folded = later.replace("SUMMARY:Wee", "SUMMARY:We\r\n e").replace("\r\n", "\n")
    assert differences(WEEKLY, folded) == []


def test_what_people_look_at_comes_first() -> None:
    changed = rendered(replace(SINGLE, topic="Start", agenda="Hello", start=START + timedelta(hours=1)))
    assert [(each.name, each.occurrence) for each in differences(rendered(SINGLE), changed)] == [
        ("SUMMARY", ""),
        ("DTSTART", ""),
        ("DTEND", ""),
        ("DESCRIPTION", ""),
    ]


def test_a_time_is_told_with_its_zone() -> None:
    there = rendered(SINGLE).replace("TZID=Europe/Berlin", "TZID=Europe/London")
    assert differences(rendered(SINGLE), there)[0] == Difference(
        "DTSTART", "20270301T090000 Europe/Berlin", "20270301T090000 Europe/London"
    )


def test_one_date_that_people_changed_is_named() -> None:
    moved = differences(WEEKLY, WEEKLY.replace("SUMMARY:Weekly\\, moved", "SUMMARY:Cancelled?"))
    assert moved == [Difference("SUMMARY", "Weekly, moved", "Cancelled?", "20270315T090000 Europe/Berlin")]
    single = differences(WEEKLY, WEEKLY.replace("SUMMARY:Extra", "SUMMARY:More"))
    assert single == [Difference("SUMMARY", "Extra", "More", "20270420T090000 Europe/Berlin")]


def test_what_only_one_side_has_is_empty_on_the_other() -> None:
    mine = WEEKLY.replace("END:VEVENT", "COMMENT:mine\r\nEND:VEVENT", 1)
    assert differences(WEEKLY, mine) == [Difference("COMMENT", "", "mine")]
    assert {each.calendar for each in differences(WEEKLY, "")} == {""}
