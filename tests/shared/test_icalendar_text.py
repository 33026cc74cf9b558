from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from migrate.core.errors import TargetError
from migrate.shared.icalendar_text import components, fingerprint, take_apart

VEVENT = (
    "BEGIN:VEVENT\r\nUID:1@example.org\r\nDTSTAMP:20270101T000000Z\r\nSEQUENCE:0\r\nSUMMARY:Plan\\, then apply\r\n"
    "DTSTART;TZID=Europe/Berlin:20270301T090000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=6\r\n"
    "EXDATE;TZID=Europe/Berlin:20270308T090000\r\nEXDATE;TZID=Europe/Berlin:20270315T090000\r\nEND:VEVENT\r\n"
)
ALARM = "BEGIN:VALARM\r\nUID:alarm\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n"


def calendar(*parts: str) -> str:
    return "".join(["BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", *parts, "END:VCALENDAR\r\n"])


def test_a_calendar_is_taken_apart_to_the_byte() -> None:
    todo = "BEGIN:VTODO\nUID:2\nSUMMARY:by\n hand\nEND:VTODO\n"
    parts = take_apart(calendar("X-COLOUR:red\r\n", VEVENT, todo), "a.ics")
    assert [(part.name, part.uid, part.text) for part in parts.components] == [
        ("VEVENT", "1@example.org", VEVENT),
        ("VTODO", "2", todo),
    ]
    assert parts.properties == "VERSION:2.0\r\nX-COLOUR:red\r\n"


def test_an_alarm_belongs_to_its_event_and_its_uid_does_not_count() -> None:
    without_uid = VEVENT.replace("UID:1@example.org\r\n", "").replace("END:VEVENT", f"{ALARM}END:VEVENT")
    assert [(part.name, part.uid) for part in components(without_uid)] == [("VEVENT", "")]


def test_a_folded_uid_is_put_together() -> None:
    assert components(VEVENT.replace("UID:1@exa", "UID;X-A=b:1@e\r\n xa"))[0].uid == "1@example.org"


@pytest.mark.parametrize("before", ["", "\ufeff"])
def test_line_ends_case_and_a_byte_order_mark_do_not_matter(before: str) -> None:
    lower = before + calendar(VEVENT).replace("\r\n", "\n").replace("BEGIN:", "begin:").replace("END:", "end:")
    assert [part.uid for part in take_apart(lower, "a.ics").components] == ["1@example.org"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", 1),
        ("Topic,Start\n", 1),
        (calendar(VEVENT)[:-10], 13),
        (calendar(VEVENT) + "more", 14),
        (calendar(VEVENT.replace("END:VEVENT\r\n", "")), 12),
        (calendar("END:VEVENT\r\n"), 3),
        (calendar("BEGIN:VEVENT\r\nEND:VTODO\r\n"), 4),
        (calendar("END:VCALENDAR\r\nBEGIN:VCALENDAR\r\n"), 3),
        (calendar("BEGIN:VEV\r\n ENT\r\nEND:VEVENT\r\n"), 5),
    ],
)
def test_what_is_not_icalendar_is_refused_with_file_and_line(content: str, line: int) -> None:
    with pytest.raises(TargetError, match=rf"^a\.ics, line {line}: this is not iCalendar") as error:
        take_apart(content, "a.ics")
    assert error.value.hint


@given(st.text(max_size=100) | st.text(alphabet="BEGIND:VCALRT\r\n ", max_size=200))
def test_any_text_is_taken_apart_or_refused(content: str) -> None:
    for candidate in (content, calendar(content)):
        with suppress(TargetError):
            take_apart(candidate, "a.ics")


SAME = {
    "other stamps": VEVENT.replace("20270101", "20280101").replace(
        "SEQUENCE:0", "SEQUENCE:7\r\nCREATED:20270101T000000Z"
    ),
    "other order": VEVENT.replace("SEQUENCE:0\r\n", "").replace("END:VEVENT", "SEQUENCE:0\r\nEND:VEVENT"),
    "other folds": VEVENT.replace("Plan", "Pl\r\n\tan").replace("weekly", "wee\n kly"),
    "other line ends": VEVENT.replace("\r\n", "\n"),
    "other case": VEVENT.replace("SUMMARY", "Summary").replace("TZID", "tzid").replace("UID", "uid"),
    "quoted": VEVENT.replace("TZID=Europe/Berlin", 'TZID="Europe/Berlin"'),
    "defaults said": VEVENT.replace("DTSTART;", "DTSTART;VALUE=DATE-TIME;").replace(
        "COUNT=6", "COUNT=6;WKST=MO;INTERVAL=1"
    ),
    "rule in other order": VEVENT.replace("FREQ=WEEKLY;BYDAY=MO;COUNT=6", "COUNT=6;FREQ=WEEKLY;BYDAY=MO"),
    "dates in one line": VEVENT.replace("\r\nEXDATE;TZID=Europe/Berlin:20270315", ",20270315"),
    "our mark": VEVENT.replace("END:VEVENT", "RELATED-TO;RELTYPE=X-JITSI-MIGRATE:2\r\nEND:VEVENT"),
    "by the library": Event.from_ical(VEVENT).to_ical().decode(),
    "in a calendar by the library": Calendar.from_ical(calendar(VEVENT)).events[0].to_ical().decode(),
}
CHANGED = {
    "summary": VEVENT.replace("Plan", "plan"),
    "zone": VEVENT.replace("Berlin", "Paris"),
    "start": VEVENT.replace("20270301T09", "20270301T10"),
    "rule": VEVENT.replace("COUNT=6", "COUNT=7"),
    "a date less": VEVENT.replace("EXDATE;TZID=Europe/Berlin:20270315T090000\r\n", ""),
    "an alarm": VEVENT.replace("END:VEVENT", f"{ALARM}END:VEVENT"),
    "an attendee": VEVENT.replace("END:VEVENT", "ATTENDEE:mailto:anna@example.org\r\nEND:VEVENT"),
    "a parent": VEVENT.replace("END:VEVENT", "RELATED-TO;RELTYPE=PARENT:2\r\nEND:VEVENT"),
    "a second event": VEVENT + VEVENT.replace("1@", "2@"),
    "a line break in the summary": VEVENT.replace("Plan", "Pla\\nn"),
}


@pytest.mark.parametrize("how", SAME)
def test_the_fingerprint_stays(how: str) -> None:
    assert SAME[how] != VEVENT
    assert fingerprint(SAME[how]) == fingerprint(VEVENT)


def test_dates_that_a_program_added_may_stand_in_one_line_or_in_several() -> None:
    lines = [f"RDATE;TZID=Europe/Berlin:202704{day}T090000\r\n" for day in ("06", "13")]
    several, one = "".join(lines), lines[0].replace("\r\n", ",20270413T090000\r\n")
    prints = [fingerprint(VEVENT.replace("END:", f"{added}END:")) for added in (several, one, lines[0])]
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize("what", CHANGED)
def test_the_fingerprint_tells_a_change(what: str) -> None:
    assert fingerprint(CHANGED[what]) != fingerprint(VEVENT)


def test_the_fingerprint_tells_alarms_apart_from_their_event() -> None:
    inside = VEVENT.replace("END:VEVENT", f"{ALARM}END:VEVENT")
    outside = VEVENT.replace("END:VEVENT", f"{ALARM.replace('TRIGGER:-PT5M', '')}TRIGGER:-PT5M\r\nEND:VEVENT")
    assert fingerprint(inside) != fingerprint(outside)


@given(st.text(max_size=100))
def test_any_text_has_a_fingerprint(content: str) -> None:
    assert len(fingerprint(content)) == 64
