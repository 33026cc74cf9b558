from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from migrate.calendars.ics import IcsCalendar, IcsSettings
from migrate.core.errors import TargetError, TryLaterError
from migrate.core.meeting import Person
from migrate.core.ports import SiteFacts, Write
from migrate.shared.files import Files
from migrate.shared.vtimezone import vtimezone
from tests.contracts.calendar import (
    HOST,
    SERIES,
    SINGLE,
    START,
    CalendarContract,
    CollectionForEachHost,
    event_plan,
    look,
    write,
)

SITE = UUID(int=1)
ANNA = "hosts/anna.meier@example.org.ics"

BY_HAND = (
    "BEGIN:VEVENT\nUID:lunch@example.org\nSUMMARY:Lu\n nch\nDTSTART;TZID=Canteen:20270301T120000\n"
    "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM\nEND:VEVENT\n"
)
TODO = "BEGIN:VTODO\r\nUID:00000000\r\nSUMMARY:Book a table\r\nX-MOOD:fine\r\nEND:VTODO\r\n"
NO_UID = "BEGIN:X-NOTE\r\nX-TEXT:none\r\nEND:X-NOTE\r\n"
CANTEEN = (
    "BEGIN:VTIMEZONE\r\nTZID:Canteen\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\n"
    "TZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
HEAD = "VERSION:2.0\r\nPRODID:-//Somebody//Else//EN\r\nX-WR-CALNAME:Anna's own\r\nX-APPLE-CALENDAR-COLOR:#ff0000\r\n"


@pytest.fixture
def calendar(tmp_path: Path) -> IcsCalendar:
    return IcsCalendar(tmp_path, SITE, Files())


def put(calendar: IcsCalendar, *keys: str, collection: str = ANNA) -> None:
    write(calendar, *(Write(collection, (), calendar.render(event_plan(SERIES, key))) for key in keys))


def remove(calendar: IcsCalendar, *keys: str, collection: str = ANNA) -> None:
    write(calendar, *(Write(collection, calendar.uids(key, SERIES), None) for key in keys))


def text(path: Path) -> str:
    return path.read_bytes().decode()


def written_by_hand(path: Path, *components: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes("".join(["BEGIN:VCALENDAR\r\n", HEAD, *components, "END:VCALENDAR\r\n"]).encode())


class TestIcsCalendar(CalendarContract, CollectionForEachHost):
    """The contract, with files."""


def test_a_site_says_where_the_files_go(tmp_path: Path) -> None:
    calendar = IcsCalendar.open(IcsSettings(directory=Path("out")), SiteFacts(tmp_path, SITE, b""))
    put(calendar, "number:1")
    assert (tmp_path / "out" / ANNA).exists()


@pytest.mark.parametrize(
    ("host", "name"),
    [
        (HOST, "anna.meier@example.org"),
        (Person("Anna Meier", account="AMeier"), "ameier"),
        (Person("Anna Meier"), "anna-meier-a1c17517"),
        (Person(), "unknown-host"),
    ],
)
def test_the_file_of_a_host_has_a_name_to_recognise(calendar: IcsCalendar, host: Person, name: str) -> None:
    assert calendar.collection(host) == f"hosts/{name}.ics"


HARMLESS = re.compile(r"hosts/[a-z0-9][a-z0-9.@_+-]{0,79}\.ics")
NASTY = [
    "../../etc/passwd",
    "a/b",
    "a\\b",
    "a\0b",
    "..",
    ".hidden",
    "-rf",
    "con",
    "NUL.txt",
    "lpt1",
    "a b",
    "😀",
    "x" * 300,
]
NASTY += ["anna-0123abcd", "unknown-host", "\ud800", "a\n", "İ", "ß", " ", "%00", "$(id)", "~root", "a:b", "a\u202eb"]


@given(st.text() | st.sampled_from(NASTY), st.text() | st.sampled_from(NASTY))
def test_every_name_is_harmless_and_nobody_elses(one: str, two: str) -> None:
    calendar = IcsCalendar(Path(), SITE, Files())
    first, second = (calendar.collection(Person(name)) for name in (one, two))
    assert HARMLESS.fullmatch(first)
    assert not re.match(r"hosts/(con|prn|aux|nul|com\d|lpt\d)\.", first)
    assert (first == second) is (one.casefold() == two.casefold())


def test_a_name_that_we_would_make_is_not_somebody_elses(calendar: IcsCalendar) -> None:
    made = calendar.collection(Person("Anna Meier")).removeprefix("hosts/").removesuffix(".ics")
    assert calendar.collection(Person(account=made)) != calendar.collection(Person("Anna Meier"))


@pytest.mark.parametrize(
    "collection", ["all.ics", "hosts/../all.ics", "/etc/passwd", "hosts/a/b.ics", "", "hosts/a\0.ics"]
)
def test_a_plan_cannot_name_another_file(calendar: IcsCalendar, collection: str) -> None:
    with pytest.raises(TargetError, match="not the calendar file of a host"):
        look(calendar, collection, ["1"])
    with pytest.raises(TargetError, match="not the calendar file of a host"):
        calendar.write([Write(collection, (), None)], lambda: None)


def test_a_file_as_it_is_written(calendar: IcsCalendar, tmp_path: Path) -> None:
    event = calendar.render(event_plan(SINGLE))
    write(calendar, Write(ANNA, (), event))
    assert text(tmp_path / ANNA) == (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//jitsi-migrate//jitsi-migrate//EN\r\nCALSCALE:GREGORIAN\r\n"
        "NAME:anna.meier@example.org\r\nX-WR-CALNAME:anna.meier@example.org\r\n"
        f"{vtimezone('Europe/Berlin', 2027)}{event.text}END:VCALENDAR\r\n"
    )


def test_nobody_else_may_read_the_files(calendar: IcsCalendar, tmp_path: Path) -> None:
    put(calendar, "number:1")
    calendar.finish()
    assert (tmp_path / ANNA).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "all.ics").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "hosts").stat().st_mode & 0o777 == 0o700


def test_the_same_events_give_the_same_bytes_in_whatever_order_they_came(tmp_path: Path) -> None:
    keys = [f"number:{number}" for number in range(9)]
    one, two = (IcsCalendar(tmp_path / name, SITE, Files()) for name in ("one", "two"))
    put(one, *keys)
    for key in reversed(keys):
        put(two, key, "other")
    remove(two, "other")
    assert text(tmp_path / "one" / ANNA) == text(tmp_path / "two" / ANNA)


def test_writing_what_is_there_does_not_touch_the_file(calendar: IcsCalendar, tmp_path: Path) -> None:
    put(calendar, "number:1")
    calendar.finish()
    before = [(tmp_path / name).stat().st_ino for name in (ANNA, "all.ics")]
    put(calendar, "number:1")
    calendar.finish()
    assert [(tmp_path / name).stat().st_ino for name in (ANNA, "all.ics")] == before


def test_what_people_wrote_stays_to_the_byte(calendar: IcsCalendar, tmp_path: Path) -> None:
    written_by_hand(tmp_path / ANNA, CANTEEN, TODO, BY_HAND, NO_UID)
    before = text(tmp_path / ANNA)
    put(calendar, "number:1", "number:2")
    assert all(part in text(tmp_path / ANNA) for part in (HEAD, CANTEEN, BY_HAND, TODO, NO_UID))
    remove(calendar, "number:1", "number:2")
    after = text(tmp_path / ANNA)
    assert sorted(after.split("\n")) == sorted(before.split("\n"))
    assert all(part in after for part in (HEAD, CANTEEN, BY_HAND, TODO, NO_UID))


def test_an_alarm_somebody_added_to_an_event_of_ours_stays(calendar: IcsCalendar, tmp_path: Path) -> None:
    put(calendar, "number:1", "number:2")
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\n"
    (tmp_path / ANNA).write_bytes(text(tmp_path / ANNA).replace("END:VEVENT\r\n", alarm).encode())
    remove(calendar, "number:2")
    found = look(calendar, ANNA, calendar.uids("number:1", SERIES))
    assert found is not None
    assert all("VALARM" in event.text for event in found.values())
    assert "+".join(event.fingerprint for event in found.values()) != calendar.render(event_plan(SERIES)).fingerprint


def test_other_line_ends_do_not_make_another_event(calendar: IcsCalendar, tmp_path: Path) -> None:
    put(calendar, "number:1")
    uids = calendar.uids("number:1", SERIES)
    before = look(calendar, ANNA, uids)
    (tmp_path / ANNA).write_bytes(b"\xef\xbb\xbf" + text(tmp_path / ANNA).replace("\r\n", "\n").encode())
    assert look(calendar, ANNA, uids) == before


def test_a_file_rewritten_by_another_program_holds_the_same_events(calendar: IcsCalendar, tmp_path: Path) -> None:
    put(calendar, "number:1")
    uids = calendar.uids("number:1", SERIES)
    before = look(calendar, ANNA, uids) or {}
    (tmp_path / ANNA).write_bytes(Calendar.from_ical(text(tmp_path / ANNA)).to_ical())
    after = look(calendar, ANNA, uids) or {}
    assert {uid: event.fingerprint for uid, event in after.items()} == {
        uid: event.fingerprint for uid, event in before.items()
    }


def test_each_zone_is_told_once_from_the_first_date_on_and_only_while_it_is_needed(
    calendar: IcsCalendar, tmp_path: Path
) -> None:
    put(calendar, "number:1", "number:2")
    new_york = replace(SINGLE, timezone="America/New_York", start=START.astimezone(ZoneInfo("America/New_York")))
    earlier = replace(SINGLE, start=START - timedelta(days=4000))
    for key, meeting in (("a", new_york), ("b", earlier)):
        write(calendar, Write(ANNA, (), calendar.render(event_plan(meeting, key))))
    zones = vtimezone("America/New_York", 2027) + vtimezone("Europe/Berlin", 2016)
    assert zones in text(tmp_path / ANNA)
    assert text(tmp_path / ANNA).count("BEGIN:VTIMEZONE") == 2
    write(calendar, *(Write(ANNA, calendar.uids(key, SINGLE), None) for key in ("a", "b")))
    assert text(tmp_path / ANNA).count("BEGIN:VTIMEZONE") == 1
    assert vtimezone("Europe/Berlin", 2027) in text(tmp_path / ANNA)


def test_a_zone_that_somebody_else_tells_is_left_to_them(calendar: IcsCalendar, tmp_path: Path) -> None:
    theirs = CANTEEN.replace("Canteen", "Europe/Berlin")
    written_by_hand(tmp_path / ANNA, theirs, TODO)
    put(calendar, "number:1")
    assert theirs in text(tmp_path / ANNA)
    assert text(tmp_path / ANNA).count("BEGIN:VTIMEZONE") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1"),
        (b"hello\n", "line 1: this is not iCalendar: it does not begin with BEGIN:VCALENDAR"),
        (
            b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n",
            "line 3: this is not iCalendar: END:VEVENT is missing",
        ),
        (b"BEGIN:VCALENDAR\r\nX-A:\xe4\r\nEND:VCALENDAR\r\n", "line 2: this is not iCalendar: it is not UTF-8"),
    ],
)
def test_a_file_that_is_not_icalendar_is_named_and_left_alone(
    calendar: IcsCalendar, tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / ANNA).parent.mkdir()
    (tmp_path / ANNA).write_bytes(content)
    for attempt in (lambda: put(calendar, "number:1"), lambda: look(calendar, ANNA, ["1"]), calendar.finish):
        with pytest.raises(TargetError, match=re.escape(f"{tmp_path / ANNA}, {message}")):
            attempt()
    assert (tmp_path / ANNA).read_bytes() == content


def test_what_cannot_be_read_is_named(calendar: IcsCalendar, tmp_path: Path) -> None:
    (tmp_path / ANNA).mkdir(parents=True)
    with pytest.raises(TargetError, match="cannot be read"):
        look(calendar, ANNA, ["1"])


class FullDisk(Files):
    def write(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        raise TryLaterError("the disk is full")


def test_a_write_that_fails_leaves_everything_as_it_was(calendar: IcsCalendar, tmp_path: Path) -> None:
    put(calendar, "number:1")
    before = text(tmp_path / ANNA)
    with pytest.raises(TryLaterError):
        put(IcsCalendar(tmp_path, SITE, FullDisk()), "number:2", "number:3")
    assert text(tmp_path / ANNA) == before


def test_the_combined_file_has_the_events_of_all_hosts_and_what_people_added(
    calendar: IcsCalendar, tmp_path: Path
) -> None:
    put(calendar, "number:1")
    put(calendar, "number:2", collection="hosts/ben@example.org.ics")
    written_by_hand(tmp_path / "hosts" / "carla.ics", CANTEEN, BY_HAND)
    lines = calendar.finish()
    combined = text(tmp_path / "all.ics")
    assert lines == [
        f"{tmp_path / 'all.ics'}: 7 events",
        f"{tmp_path / 'hosts'}: the same by host, in 3 files",
    ]
    assert all(
        text in combined for text in (CANTEEN, BY_HAND, calendar.render(event_plan(SERIES, "number:2")).text[:50])
    )
    assert combined.count("BEGIN:VTIMEZONE") == 2
    assert len(Calendar.from_ical(combined).events) == 9


def test_the_combined_file_goes_with_the_last_event(calendar: IcsCalendar, tmp_path: Path) -> None:
    put(calendar, "number:1")
    calendar.finish()
    remove(calendar, "number:1")
    assert calendar.finish() == []
    assert [path.name for path in tmp_path.rglob("*")] == ["hosts"]


def test_nothing_is_made_where_nothing_is_written(tmp_path: Path) -> None:
    calendar = IcsCalendar(tmp_path / "calendars", SITE, Files())
    remove(calendar, "number:1")
    assert calendar.finish() == []
    assert not (tmp_path / "calendars").exists()
