"""Valid files to spoil: one organisation, written in every layout in which an export of it was seen."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from migrate.core.meeting import Kind, Meeting, Occurrence, Override, Person
from migrate.shared.schedule_format import COLUMNS
from migrate.sources.schedule_csv import write_schedule
from tests.bad_input.sheet import Form, Row, Sheet
from tests.cli.program import EXAMPLES, ZONE, run

BERLIN = ZoneInfo("Europe/Berlin")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
ANNA = Person("Anna Lindqvist", "anna.lindqvist@example.org")
BO = Person("Bo Okafor", "bo.okafor@example.org")
JOERG = Person("Jörg Weiß", "joerg.weiss@example.org")
UUID = "vawMH9zAQLytjCnQiQXSUg=="


@dataclass(frozen=True)
class Held:
    """One date of a meeting, or a room without one."""

    topic: str
    number: str
    host: Person
    start: datetime | None
    minutes: int = 60
    kind: str = "Meeting"
    zone: ZoneInfo = BERLIN

    @property
    def end(self) -> datetime | None:
        # Hours are counted in UTC: the clock may change during a meeting.
        return self.start and (self.start.astimezone(UTC) + timedelta(minutes=self.minutes)).astimezone(self.zone)


def weekly(topic: str, number: str, host: Person, first: str, count: int, days: int = 7, **more: object) -> list[Held]:
    zone = more.get("zone", BERLIN)
    start = datetime.fromisoformat(first)
    dates = [(start + timedelta(days=days * turn)).replace(tzinfo=zone) for turn in range(count)]  # type: ignore[arg-type]
    return [Held(topic, number, host, date, **more) for date in dates]  # type: ignore[arg-type]


def organisation() -> list[Held]:
    """Return what the organisation holds: a meeting of each nature, with names outside ASCII, over a clock change."""
    held = [
        *weekly("Team meeting", "80000000201", ANNA, "2027-03-01 09:00", 9, minutes=45),
        Held("Team meeting", "80000000201", ANNA, datetime(2027, 5, 3, 9, tzinfo=BERLIN), 90),
        *weekly("Stand-up", "80000000202", BO, "2027-03-15 08:45", 5, days=1, minutes=15),
        *weekly("Planung für später", "80000000203", JOERG, "2027-03-02 14:00", 3, days=14),
        *weekly("Café, weekly", "95000000207", JOERG, "2027-03-18 16:00", 3, minutes=30, zone=LOS_ANGELES),
        Held("Interview", "80000000204", ANNA, datetime(2027, 3, 30, 14, 15, tzinfo=BERLIN), 30),
        Held("Open evening", "95000000205", JOERG, datetime(2027, 3, 17, 18, tzinfo=BERLIN), 90, "Webinar"),
        Held("Interview", "900000206", JOERG, datetime(2027, 3, 24, 11, tzinfo=BERLIN)),
        Held("Bo Okafor's room", "8000000301", BO, None, 0),
        *weekly("One to one", "8000000301", BO, "2027-03-09 11:00", 4, minutes=30),
        *weekly("One to one", "8000000301", BO, "2027-03-18 15:00", 3, minutes=30),
        Held("One to one, with Jörg", "8000000301", BO, datetime(2027, 3, 11, 16, tzinfo=BERLIN), 45),
        *weekly("Lesekreis für Jörg", "", JOERG, "2027-03-03 19:00", 4),
        *weekly("Lesekreis für Jutta", "", JOERG, "2027-03-04 19:00", 3),
        *weekly("By its uuid", UUID, ANNA, "2027-03-16 10:00", 3),
    ]
    return sorted(held, key=lambda each: each.start.timestamp() if each.start else 0)


Writer = Callable[[Held], str]


def _local(pattern: str, zone: tzinfo = BERLIN) -> Writer:
    return lambda held: held.start.astimezone(zone).strftime(pattern) if held.start else ""


def _spaced(held: Held) -> str:
    number = held.number
    return f"{number[:3]} {number[3:-4]} {number[-4:]}" if number.isdigit() else number


def _ended(pattern: str) -> Writer:
    return lambda held: held.end.astimezone(BERLIN).strftime(pattern) if held.end else ""


def _minutes(held: Held) -> str:
    return str(held.minutes or "")


def _clock(held: Held) -> str:
    return f"{held.minutes // 60:02}:{held.minutes % 60:02}:00" if held.minutes else ""


def _in_own_zone(held: Held) -> str:
    return held.start.strftime(AMERICAN) if held.start else ""


def _own_zone(held: Held) -> str:
    return "" if held.zone is BERLIN else held.zone.key


def _link(held: Held) -> str:
    return f"https://us02web.zoom.us/j/{held.number}?pwd=c2VjcmV0" if held.number.isdigit() else ""


AMERICAN = "%m/%d/%Y %I:%M:%S %p"
GERMAN = "%d/%m/%Y %H:%M"
INTERNET = "%Y-%m-%dT%H:%M:%SZ"
NAMED = "%b %d, %Y %I:%M %p"

Columns = Iterable[tuple[str, str, Writer]]
"""For each column what it means, its header, and how a cell of it is written."""

LAYOUTS: Mapping[str, tuple[str, Form, Columns]] = {
    "title_case": (
        AMERICAN,
        Form(mark=b"\xef\xbb\xbf"),
        (
            ("topic", "Topic", lambda held: held.topic),
            ("number", "Meeting ID", _spaced),
            ("host_name", "User Name", lambda held: held.host.name),
            ("host_email", "User Email", lambda held: held.host.email),
            ("", "Department", lambda _: "Staff"),
            ("start", "Start Time", _local(AMERICAN)),
            ("end", "End Time", _ended(AMERICAN)),
            ("duration", "Duration (Minutes)", _minutes),
        ),
    ),
    "sentence_case": (
        AMERICAN,
        Form(quoting=csv.QUOTE_ALL),
        (
            ("topic", "Topic", lambda held: held.topic),
            ("type", "Type", lambda held: held.kind),
            ("number", "ID", _spaced),
            ("host_name", "Host", lambda held: f"{held.host.name} ({held.host.email})"),
            ("start", "Start time", _in_own_zone),
            ("duration", "Duration (minutes)", _minutes),
            ("timezone", "Time zone", _own_zone),
            ("link", "Join link", _link),
        ),
    ),
    "separate_date_and_time": (
        "",
        Form(newlines=("\n",)),
        (
            ("topic", "Event name", lambda held: held.topic),
            ("number", "Event ID", lambda held: held.number),
            ("host_name", "Organizer", lambda held: held.host.name),
            ("start_date", "Start date", _local("%Y-%m-%d")),
            ("start", "Start time", _local("%I:%M %p")),
            ("end", "End time", _ended("%I:%M %p")),
        ),
    ),
    "interface_names": (
        INTERNET,
        Form(newlines=("\n",)),
        (
            ("", "dept", lambda _: "HR"),
            ("host_id", "host_id", lambda held: "Or4-" + held.host.email.partition("@")[0].replace(".", "")),
            ("host_name", "host_name", lambda held: held.host.name),
            ("number", "id", lambda held: held.number),
            ("start", "start_time", _local(INTERNET, UTC)),
            ("topic", "topic", lambda held: held.topic),
        ),
    ),
    "excel_german": (
        GERMAN,
        Form(delimiter=";", encoding="cp1252"),
        (
            ("topic", "Topic", lambda held: held.topic),
            ("number", "Meeting ID", lambda held: held.number),
            ("host_name", "Host name", lambda held: held.host.name),
            ("host_email", "Host email", lambda held: held.host.email),
            ("start", "Start time", _local(GERMAN)),
            ("duration", "Duration (minutes)", _minutes),
        ),
    ),
    "named_months": (
        NAMED,
        Form(delimiter="\t", mark=b"\xff\xfe", encoding="utf-16-le"),
        (
            ("start", "Start time", _local(NAMED)),
            ("topic", "Topic", lambda held: held.topic),
            ("number", "Webinar ID", _spaced),
            ("host_email", "Host email", lambda held: held.host.email),
            ("duration", "Duration", _clock),
        ),
    ),
}  # fmt: skip


def meetings() -> list[Meeting]:
    """Return whole meetings of every nature, as a schedule CSV holds them."""
    nine = datetime(2027, 3, 1, 9, tzinfo=BERLIN)

    def on(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
        return datetime(2027, month, day, hour, minute, tzinfo=BERLIN)

    longer = datetime(2027, 3, 10, 10, tzinfo=LOS_ANGELES)
    team = Meeting("Team meeting", Kind.SERIES, "80000000201", host=ANNA, timezone=BERLIN.key, start=nine)
    team = replace(team, duration_minutes=45, agenda="Größen, Höhen, Längen")
    return [
        replace(
            team,
            rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=10",
            exdates=(on(3, 15),),
            overrides=(Override(on(3, 22), on(3, 23, 10, 30), 30, "Team meeting (moved)"),),
            singles=(Occurrence(on(4, 9)), Occurrence(on(4, 10), 90, "Extra")),
            alternative_hosts=(BO,),
            attendees=(JOERG, Person("Chi, a guest")),
            features=("passcode", "waiting_room"),
            agenda="1. Minutes\r\n2. “Any” other business",
            old_link="https://zoom.us/j/80000000201",
        ),
        replace(team, number="80000000202", topic="For ever", host=BO, rrule="FREQ=DAILY"),
        replace(team, number="80000000203", rrule="FREQ=MONTHLY;BYDAY=1MO;UNTIL=20270901T215959Z"),
        Meeting("Café", number="95000000207", host=JOERG, start=on(3, 28), timezone=BERLIN.key, duration_minutes=60),
        Meeting("Room", Kind.ROOM, number="8000000301", host=BO, timezone=BERLIN.key),
        Meeting("One to one", number="8000000301", host=BO, start=on(3, 9), timezone=BERLIN.key, duration_minutes=30),
        Meeting("Webinar", Kind.WEBINAR, "95000000205", host=JOERG, start=on(3, 17, 18), duration_minutes=90),
        Meeting("No number", host=JOERG, start=on(3, 19), timezone=BERLIN.key, duration_minutes=60),
        Meeting("By its uuid", uuid=UUID, host=ANNA, start=on(3, 20), timezone=BERLIN.key, duration_minutes=60),
        Meeting(
            "In Los Angeles",
            Kind.SERIES,
            "80000000208",
            host=ANNA,
            start=datetime(2027, 3, 3, 10, tzinfo=LOS_ANGELES),
            timezone=LOS_ANGELES.key,
            duration_minutes=60,
            rrule="FREQ=WEEKLY;BYDAY=WE;COUNT=5",
            overrides=(Override(longer, longer, 120),),
        ),
    ]  # fmt: skip


@cache
def bases() -> tuple[Sheet, ...]:
    """Return all files, their rows joined with the keys of the meetings that they tell of."""
    return tuple(map(_with_keys, _sheets()))


def _sheets() -> Iterator[Sheet]:
    for name, (pattern, form, columns) in LAYOUTS.items():
        fields, header, writers = zip(*columns, strict=True)
        rows = [
            Row([write(held) for write in writers], start=held.start.timestamp() if held.start else None)
            for held in organisation()
        ]
        proofs = pattern in (AMERICAN, GERMAN)
        yield Sheet(name, list(fields), list(header), rows, form, pattern=pattern, proofs=proofs)
    yield _parsed("schedule", write_schedule(meetings()), ["", *COLUMNS], "%Y-%m-%dT%H:%M:%S%z")
    known = ["topic", "number", "host_name", "host_email", "", "start", "duration", "type"]
    for path in sorted((EXAMPLES / "zoom").glob("*.csv")):
        yield _parsed(path.stem, path.read_bytes(), known, AMERICAN, proofs="202710" not in path.name)


def _parsed(name: str, data: bytes, fields: list[str], pattern: str, *, proofs: bool = False) -> Sheet:
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    sheet = Sheet(name, fields, header, [Row(cells) for cells in rows], Form(mark=b"\xef\xbb\xbf"), pattern=pattern)
    sheet.proofs = proofs
    if not sheet.is_schedule:
        for row in sheet.rows:
            row.start = _start(sheet.cell(row, "start"), pattern)
    return sheet


def _start(cell: str, pattern: str) -> float | None:
    with suppress(ValueError):
        return datetime.strptime(cell, pattern).replace(tzinfo=BERLIN).timestamp()
    return None


def _with_keys(sheet: Sheet) -> Sheet:
    keys = {line: change["key"] for change in plan(sheet.data())["changes"] for line in lines_of(change)}
    for line, row in sheet.lines().items():
        row.key = keys.get(line, "")
    return sheet


def plan(data: bytes) -> dict[str, Any]:
    """Plan a file that can be planned."""
    with TemporaryDirectory() as directory:
        path = Path(directory, "base.csv")
        path.write_bytes(data)
        result = run("--site", directory, "--json", "plan", path, *ZONE)
    assert result.code in (0, 6), result.out
    found: dict[str, Any] = result.json["data"]
    return found


def lines_of(change: Mapping[str, Any]) -> list[int]:
    """Return the lines of the rows that tell of a change."""
    return [int(source.rpartition(":")[2]) for source in change["meeting"]["sources"]]
