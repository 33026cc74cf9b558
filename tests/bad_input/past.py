"""Lists of meetings that took place, to spoil: an organisation's last months, in every layout that was seen."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial

from tests.bad_input.organisation import ANNA, BO, JOERG, Held, weekly
from tests.bad_input.sheet import Form, Row, Sheet

Cells = list[str]

VISITOR = "Visitor"
"""What the names of all have in common who only were in meetings."""

_AMERICAN, _GERMAN = "%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y %H:%M"
# People open a meeting somewhat earlier or later than it is planned for.
_EARLY_OR_LATE = (72, -31, 0, 290, -128, 15)


@dataclass(frozen=True)
class Sat:
    """Somebody who was in a meeting."""

    name: str
    email: str


def held() -> list[Held]:
    """Return what was held: series that go on, and what nobody can tell to go on."""
    past = [
        *weekly("Staff meeting", "80000000701", ANNA, "2026-10-26 09:00", 8, minutes=31),
        *weekly("Stand-up", "80000000702", BO, "2026-11-24 08:45", 4, minutes=15),
        *weekly("Stand-up", "80000000702", BO, "2026-11-26 08:45", 4, minutes=15),
        *weekly("Planung für später", "80000000703", JOERG, "2026-10-20 14:00", 5, days=14, minutes=60),
        *weekly("Open evening", "95000000705", JOERG, "2026-11-25 18:00", 4, minutes=90, kind="Webinar"),
        *weekly("Ended", "80000000706", ANNA, "2026-10-07 11:00", 4, minutes=30),
        *weekly("Interview", "80000000707", ANNA, "2026-11-11 10:00", 2, days=9, minutes=45),
        *weekly("Bo Okafor's Personal Meeting Room", "8000000301", BO, "2026-12-02 15:00", 3, minutes=30),
    ]
    late = [_opened(each, _EARLY_OR_LATE[turn % 6]) for turn, each in enumerate(past)]
    return sorted(late, key=lambda each: each.start or datetime.max)


GOES_ON = {
    "number:80000000701": (45, "2027-01-04 09:00", "2027-01-11 09:00", "2027-01-18 09:00"),
    "number:80000000702": (15, "2027-01-05 08:45", "2027-01-07 08:45", "2027-01-12 08:45"),
    "number:80000000703": (60, "2027-01-12 14:00", "2027-01-26 14:00", "2027-02-09 14:00"),
    "number:95000000705": (90, "2027-01-06 18:00", "2027-01-13 18:00", "2027-01-20 18:00"),
}
"""What is likely to go on: how long, in quarters of an hour, and its first dates in the new year."""


def _opened(each: Held, seconds: int) -> Held:
    start = each.start + timedelta(seconds=seconds) if each.start else None
    return Held(each.topic, each.number, each.host, start, each.minutes, each.kind)


def _visitors(each: Held) -> list[Sat]:
    """Return two or three people: guests of whom no two meetings have the same, and the host, who may come last."""
    number = int(each.number[-3:])
    guests = [Sat(f"{VISITOR} {number}, PhD", f"{VISITOR.lower()}{number}@guests.example.org")]
    if number % 2:
        guests.append(Sat(f"{VISITOR} {number + 500} (by phone)", ""))
    host = Sat(each.host.name, each.host.email)
    return [*guests, host] if number % 2 else [host, *guests]


def _moment(each: Held, pattern: str, minutes: int = 0) -> str:
    return (each.start + timedelta(minutes=minutes)).strftime(pattern) if each.start else ""


def _spaced(number: str) -> str:
    return f"{number[:3]} {number[3:-4]} {number[-4:]}"


_LIST_FIELDS = [
    "topic",
    "number",
    "host_name",
    "host_email",
    "department",
    "group",
    "rooms",
    "creation",
    "start",
    "end",
    "duration",
    "participants",
]
_LIST = [
    "Topic",
    "Meeting ID",
    "User Name",
    "User Email",
    "Department",
    "Group",
    "Has Zoom Rooms?",
    "Creation Time",
    "Start Time",
    "End Time",
    "Duration (Minutes)",
    "Participants",
]
_PEOPLE = [
    "Name (Original Name)",
    "User Email",
    "Join Time",
    "Leave Time",
    "Duration (Minutes)",
    "Guest",
    "Recording Consent",
]
_HISTORY = [
    "Topic",
    "Type",
    "ID",
    "Host name",
    "Host email",
    "Start time",
    "End time",
    "Participants",
    "Duration (minutes)",
    "Total participant minutes",
    "Department",
    "Source",
    "Unique viewers",
]
_HISTORY_FIELDS = [
    "topic",
    "type",
    "number",
    "host_name",
    "host_email",
    "start",
    "end",
    "participants",
    "duration",
    "participant_minutes",
    "department",
    "source",
    "unique_viewers",
]
_PEOPLE_2024 = ["Name (original name)", "Email", "Join time", "Leave time", "Duration (minutes)", "Guest"]
_BLOCK = ["Topic", "ID", "Host", "Duration (minutes)", "Start time", "End time", "Participants"]
_BLOCK_FIELDS = ["topic", "number", "host_name", "duration", "start", "end", "participants"]
_BLOCK_2020 = ["Meeting ID", "Topic", "Start Time", "End Time", "User Email", "Duration (Minutes)", "Participants"]
_BLOCK_2020_FIELDS = ["number", "topic", "start", "end", "host_email", "duration", "participants"]
_GERMAN_LIST = [
    "Thema",
    "Meeting-ID",
    "Host",
    "Benutzer-E-Mail",
    "Startzeit",
    "Endzeit",
    "Dauer (Minuten)",
    "Teilnehmer",
]
_GERMAN_FIELDS = ["topic", "number", "host_name", "host_email", "start", "end", "duration", "participants"]
_GERMAN_PEOPLE = ["Name (ursprünglicher Name)", "E-Mail", "Beitrittszeit", "Austrittszeit", "Dauer (Minuten)", "Gast"]


def _listed(each: Held, pattern: str = _AMERICAN) -> Cells:
    start, end = _moment(each, pattern), _moment(each, pattern, each.minutes)
    who, many = [each.host.name, each.host.email], str(len(_visitors(each)))
    created = _moment(each, pattern, -40000)
    return [each.topic, _spaced(each.number), *who, "Staff", "", "No", created, start, end, str(each.minutes), many]


def _in_history(each: Held) -> Cells:
    start, end = _moment(each, _AMERICAN), _moment(each, _AMERICAN, each.minutes)
    viewers = "12" if each.kind == "Webinar" else ""
    who = [each.host.name, each.host.email]
    return [
        *(each.topic, each.kind, _spaced(each.number), *who, start, end, "3"),
        *(str(each.minutes), str(3 * each.minutes), "Staff", "Zoom", viewers),
    ]


def _in_german(each: Held) -> Cells:
    start, end = _moment(each, _GERMAN), _moment(each, _GERMAN, each.minutes)
    return [each.topic, _spaced(each.number), each.host.name, each.host.email, start, end, str(each.minutes), "3"]


def _in_block(each: Held) -> Cells:
    host = f"{each.host.name} ({each.host.email})"
    start, end = _moment(each, _AMERICAN), _moment(each, _AMERICAN, each.minutes)
    return [each.topic, _spaced(each.number), host, str(each.minutes), start, end, "3"]


def _in_block_of_2020(each: Held) -> Cells:
    start, end = _moment(each, _AMERICAN), _moment(each, _AMERICAN, each.minutes)
    return [each.number, each.topic, start, end, each.host.email, str(each.minutes), "3"]


def _person(each: Held, sat: Sat, pattern: str = _AMERICAN) -> Cells:
    start, end = _moment(each, pattern), _moment(each, pattern, each.minutes)
    return [sat.name, sat.email, start, end, str(each.minutes), "No" if sat.email == each.host.email else "Yes"]


@cache
def pasts() -> tuple[Sheet, ...]:
    """Return all files. Those that are planned together with others have these in `beside`."""
    return tuple(_sheets())


def _sheets() -> Iterator[Sheet]:
    everything, lists = held(), partial(_sheet, fields=_LIST_FIELDS, header=_LIST)
    mark = Form(mark=b"\xef\xbb\xbf")
    yield lists("active_hosts", rows=_rows(everything), form=mark)
    yield _details("active_hosts_details", everything)
    yield _sheet("history", _HISTORY_FIELDS, _HISTORY, [_row(each, _in_history(each)) for each in everything], mark)
    fields, header = [*_HISTORY_FIELDS, *_person_fields()], [*_HISTORY, *_PEOPLE_2024]
    sat = [(each, _in_history(each) + _person(each, sat)) for each in everything for sat in _visitors(each)]
    yield _sheet("history_with_participants", fields, header, [_row(*each) for each in sat], mark)
    yield _german(everything)
    yield from _blocks(everything)
    months = [[each for each in everything if each.start and each.start.month == month] for month in (10, 11, 12)]
    beside = (lists("october", rows=_rows(months[0])).data(), _details("december", months[2]).data())
    yield lists("november_of_three", rows=_rows(months[1]), beside=beside)


def _sheet(
    name: str,
    fields: Cells,
    header: Cells,
    rows: list[Row],
    form: Form | None = None,
    *,
    beside: tuple[bytes, ...] = (),
) -> Sheet:
    pattern = _AMERICAN if form is None or form.delimiter == "," else _GERMAN
    sheet = Sheet(name, [*fields], [*header], rows, form or Form(), pattern=pattern, proofs=True)
    sheet.kind, sheet.beside = "past", beside
    return sheet


def _person_fields() -> Cells:
    return ["person", "", "join", "leave", "", "guest"]


def _row(each: Held, cells: Cells) -> Row:
    return Row(cells, f"number:{each.number}", start=each.start.timestamp() if each.start else None)


def _rows(past: Iterable[Held]) -> list[Row]:
    return [_row(each, _listed(each)) for each in past]


def _details(name: str, past: Iterable[Held]) -> Sheet:
    fields, header = [*_LIST_FIELDS, *_person_fields(), "recording_consent"], [*_LIST, *_PEOPLE]
    rows = [_row(each, [*_listed(each), *_person(each, sat), ""]) for each in past for sat in _visitors(each)]
    return _sheet(name, fields, header, rows)


def _german(past: Iterable[Held]) -> Sheet:
    rows = [_row(each, _in_german(each) + _person(each, sat, _GERMAN)) for each in past for sat in _visitors(each)]
    form = Form(delimiter=";", encoding="cp1252")
    return _sheet("german_details", [*_GERMAN_FIELDS, *_person_fields()], [*_GERMAN_LIST, *_GERMAN_PEOPLE], rows, form)


def _blocks(past: Iterable[Held]) -> Iterator[Sheet]:
    """Yield exports of one meeting each that somebody joined: a block of the meeting, and one of its people."""
    past = [*past]
    layouts: Mapping[str, tuple[Cells, Cells, Cells]] = {
        "participants": (_BLOCK_FIELDS, _BLOCK, _PEOPLE_2024),
        "participants_2020": (_BLOCK_2020_FIELDS, _BLOCK_2020, [*_PEOPLE[:5], "Guest"]),
    }
    for name, (fields, header, people) in layouts.items():
        rows: list[Row] = []
        for turn, each in enumerate(past):
            again = [Row([]), Row([], is_header=True)] if turn else []
            cells = _in_block(each) if name == "participants" else _in_block_of_2020(each)
            sat = [Row(_person(each, sat)) for sat in _visitors(each)]
            rows += [*again, _row(each, cells), Row([]), Row([*people]), *sat]
        sheet = _sheet(name, fields, header, rows, Form(quoting=csv.QUOTE_MINIMAL))
        sheet.has_blocks = True
        yield sheet
