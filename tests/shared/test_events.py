from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from migrate.core.meeting import Kind, Meeting, Occurrence, Override
from migrate.core.ports import EventPlan
from migrate.shared.events import event_uids, render_event, restore_event

SITE = UUID("6b1f9f0e-2d0a-4c39-9d0e-0a4d5c1b7e11")
BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2027, 3, 1, 9, tzinfo=BERLIN)
WEEK = timedelta(days=7)
KEY = "number:80000000201"
URL = "https://meet.example.org/7f3k-9q2m"
SINGLE = Meeting("Kick-off, part 1", start=START, timezone="Europe/Berlin", duration_minutes=90)
SERIES = replace(
    SINGLE,
    topic="Weekly",
    kind=Kind.SERIES,
    rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=6",
    exdates=(START + WEEK,),
    overrides=(Override(START + 2 * WEEK, START + 2 * WEEK + timedelta(days=1), 30, "Weekly, moved"),),
    singles=(Occurrence(START + 7 * WEEK + timedelta(hours=3)),),
)


def render(meeting: Meeting, url: str = URL) -> str:
    plan = EventPlan(KEY, meeting, url, 2, datetime(2027, 1, 4, 12, tzinfo=ZoneInfo("Asia/Kolkata")))
    return render_event(SITE, plan).text


def read(vevents: str) -> list[Event]:
    return Calendar.from_ical(f"BEGIN:VCALENDAR\r\n{vevents}END:VCALENDAR\r\n").events


def property_lines(text: str) -> list[str]:
    return sorted(line for line in text.split("\r\n") if not line.startswith("RRULE"))


def test_a_single_meeting() -> None:
    assert render(replace(SINGLE, agenda="Who\nWhat")).split("\r\n") == [
        "BEGIN:VEVENT",
        f"UID:{uuid5(SITE, KEY)}",
        "DTSTAMP:20270104T063000Z",
        "SEQUENCE:2",
        "SUMMARY:Kick-off\\, part 1",
        "DTSTART;TZID=Europe/Berlin:20270301T090000",
        "DTEND;TZID=Europe/Berlin:20270301T103000",
        "LOCATION:https://meet.example.org/7f3k-9q2m",
        "CONFERENCE;FEATURE=VIDEO,AUDIO;LABEL=Video meeting;VALUE=URI:https://meet.",
        " example.org/7f3k-9q2m",
        "DESCRIPTION:Who\\nWhat\\n\\nhttps://meet.example.org/7f3k-9q2m",
        "END:VEVENT",
        "",
    ]


def test_a_series_has_a_rule_changed_dates_and_events_of_their_own_for_single_dates() -> None:
    master, moved, single = read(render(SERIES))
    assert master["RRULE"].to_ical() == b"FREQ=WEEKLY;COUNT=6;BYDAY=MO"
    assert master["EXDATE"].dts[0].dt == START + WEEK
    assert moved["UID"] == master["UID"]
    assert moved["RECURRENCE-ID"].dt == START + 2 * WEEK
    assert (moved.start, moved.end) == (START + timedelta(days=15), START + timedelta(days=15, minutes=30))
    assert moved["SUMMARY"] == "Weekly, moved"
    assert single["UID"] != master["UID"]
    assert single["RELATED-TO"] == master["UID"]
    assert single["RELATED-TO"].params == {"RELTYPE": "X-JITSI-MIGRATE"}
    assert "RELATED-TO" not in master
    assert "RRULE" not in single
    assert (single.start, single.duration, single["SUMMARY"]) == (
        START + 7 * WEEK + timedelta(hours=3),
        timedelta(minutes=90),
        "Weekly",
    )


def test_the_link_is_where_programs_look_for_it() -> None:
    (event,) = read(render(SINGLE))
    assert event["LOCATION"] == URL
    assert event["CONFERENCE"] == URL
    assert event["CONFERENCE"].params == {"VALUE": "URI", "FEATURE": ["VIDEO", "AUDIO"], "LABEL": "Video meeting"}
    assert event["DESCRIPTION"] == URL


# The library takes a byte order mark at the beginning of a text away, and a backslash before an N.
library_text = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff\\"), max_size=120)


@given(library_text, library_text)
def test_the_library_writes_the_same_bytes(topic: str, agenda: str) -> None:
    written = render(replace(SERIES, topic=topic, agenda=agenda))
    assert property_lines("".join(event.to_ical().decode() for event in read(written))) == property_lines(written)


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "Zulu"])
def test_utc_needs_no_zone(zone: str) -> None:
    start = datetime(2027, 3, 1, 9, tzinfo=ZoneInfo(zone))
    text = render(replace(SERIES, timezone=zone, start=start, exdates=(start,), overrides=(), singles=()))
    assert "TZID" not in text
    assert "DTSTART:20270301T090000Z\r\nDTEND:20270301T103000Z\r\n" in text
    assert "EXDATE:20270301T090000Z" in text


def test_a_meeting_of_unknown_length_has_no_end() -> None:
    assert "DTEND" not in render(replace(SINGLE, duration_minutes=None))


def test_a_time_that_comes_twice_is_written_in_utc() -> None:
    second = datetime(2027, 10, 31, 2, 30, fold=1, tzinfo=BERLIN)
    assert "DTSTART:20271031T013000Z\r\nDTEND:20271031T030000Z" in render(replace(SINGLE, start=second))


def test_single_dates_without_a_first_one_are_written_too() -> None:
    event = render_event(SITE, EventPlan("key", replace(SERIES, start=None, rrule=None), URL, 0, START))
    assert event.uids == event_uids(SITE, "key", SERIES)[1:]
    assert len(read(event.text)) == 1


def test_a_single_date_keeps_its_uid_in_every_zone() -> None:
    elsewhere = tuple(replace(single, start=single.start.astimezone(UTC)) for single in SERIES.singles)
    assert event_uids(SITE, "key", replace(SERIES, singles=elsewhere)) == event_uids(SITE, "key", SERIES)


def test_another_site_has_other_uids() -> None:
    assert not set(event_uids(UUID(int=1), "key", SERIES)) & set(event_uids(SITE, "key", SERIES))


@pytest.mark.parametrize(
    "rrule", ["FREQ=WEEKLY\r\nATTENDEE:mailto:eve@example.org", "FREQ=WEEKLY:x", "", "freq=weekly "]
)
def test_what_is_no_rule_is_refused(rrule: str) -> None:
    if rrule:
        with pytest.raises(ValueError, match="Expected frequency"):
            render(replace(SERIES, rrule=rrule))
    else:
        assert "RRULE" not in render(replace(SERIES, rrule=rrule))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_text_adds_a_property(topic: str, agenda: str, path: str) -> None:
    evil = "\r\nATTENDEE:mailto:eve@example.org\r\n"
    (event,) = read(render(replace(SINGLE, topic=topic + evil, agenda=evil + agenda), URL + evil + path))
    assert set(event) == set(read(render(SINGLE))[0])


def test_control_characters_are_dropped_and_line_breaks_kept() -> None:
    (event,) = read(render(replace(SINGLE, topic="a\x00b\x1b[31m\tc\r\nd\re\x7f\x85\ud800")))
    assert event["SUMMARY"] == "ab[31m\tc\nd\ne"


def test_an_event_restored_from_its_text_is_the_same() -> None:
    event = render_event(SITE, EventPlan("key", SERIES, URL, 0, START))
    assert restore_event(event.uids, event.text) == event
