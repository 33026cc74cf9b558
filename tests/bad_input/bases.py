"""Valid files to spoil: one organisation, written in every layout in which an export of it was seen."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from migrate.shared.schedule_format import COLUMNS
from migrate.sources.schedule_csv import write_schedule
from tests.bad_input.organisation import BERLIN, Held, meetings, organisation
from tests.bad_input.sheet import Form, Row, Sheet
from tests.cli.program import EXAMPLES, ZONE, run

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
            ("number", "Meeting/Webinar ID", _spaced),
            ("host_email", "Host email", lambda held: held.host.email),
            ("duration", "Duration", _clock),
        ),
    ),
}  # fmt: skip


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
    _pair(sheet)
    return sheet


def _pair(sheet: Sheet) -> None:
    """Tell each row with a number which rows without one it would be among if it lost its own."""
    names = [name for name in sheet.fields if name.startswith("host_") or name == "topic"]
    unnumbered = {tuple(sheet.cell(row, name) for name in names): row.key for row in sheet.rows if "|" in row.key}
    for row in sheet.rows:
        row.twin = unnumbered.get(tuple(sheet.cell(row, name) for name in names), "")


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
