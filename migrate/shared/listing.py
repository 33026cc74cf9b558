"""Lists of meetings: tables in which every row is one date of a meeting, whatever they list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from migrate.core.meeting import Kind, Meeting, Person
from migrate.core.ports import Document, Reading, ReadOptions, Source
from migrate.shared.assumed import NO_TOPIC, assumed_length, check_minutes
from migrate.shared.columns import MAPPABLE, check_mapping, locate
from migrate.shared.dates import ORDERS, read_minutes, read_moment
from migrate.shared.faults import Faults
from migrate.shared.joined import settle_joined
from migrate.shared.links import Link, check_link
from migrate.shared.meeting_ids import MeetingId, check_id, check_only_id, read_id
from migrate.shared.moments import Moments
from migrate.shared.people import read_person
from migrate.shared.rows import Row
from migrate.shared.tables import EMPTY, Table, check_width, sheet_of
from migrate.shared.webinars import is_webinar
from migrate.shared.windows import window_of

# Zoom ends every meeting after 30 hours; a longer one is seconds taken for minutes, or a slip.
_LONGEST = 30 * 60
_DAY = timedelta(days=1)
_LOOKED_AT = 50
# Details repeat some columns of the meeting for each person in it, and not always under the same name.
_PERSON = ("person", "join", "leave")
_REPEATED = ("host_name", "host_email", "duration")


def read_listing(
    source: Source, document: Document, options: ReadOptions, tables: Sequence[Table], *, about_one: bool = False
) -> Reading:
    """Read each row of the tables as one meeting, in the name of the source.

    `about_one`: the file is about a single meeting, so its name may complete a number that a spreadsheet spoilt.
    Raise InputError if the order of dates or the zone of times is not known.
    """
    sheet = sheet_of(document, options)
    check_mapping(document.path, [name for table in tables for name in table.header], options.columns)
    layouts = [(table, _places(table, options)) for table in tables]
    order = settle_joined(document.path, layouts, options.date_order)
    faults = Faults(document.path)
    moments = Moments(faults, order, options.timezone)
    meetings: list[Meeting] = []
    for table, places in layouts:
        rows = _Rows(faults, moments, table, places, options.default_duration, check_only_id if about_one else check_id)
        meetings += [meeting for row in table.rows if (meeting := rows.read(document.path, row))]
    return Reading(
        kind=source.kind,
        label=source.label,
        rank=source.rank,
        by_rows=True,
        meetings=meetings,
        problems=[*sheet.doubts, *faults.problems],
        rows=replace(sheet.counts(tables), problems=sum(len(table.rows) for table in tables) - len(meetings)),
        **_columns(*layouts[0]),
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        timezone=_key(moments.zone) if moments.zone else _common_zone(meetings),
        date_order=order.name,
        date_order_reason=order.reason,
        window=window_of(document.path, [meeting.start for meeting in meetings if meeting.start], moments.zone),
    )


def _places(table: Table, options: ReadOptions) -> dict[str, int]:
    """Return field -> position. Where date and time have a column each, `start` is the date's."""
    places = locate(table.header, options.columns)
    people = min((places[field] for field in _PERSON if field in places), default=table.width)
    for field in _REPEATED:
        if field not in options.columns and places.get(field, 0) > people:
            del places[field]
    day = places.get("start_date")
    if day is not None and "start" not in places:
        places["start"] = day
    elif day is not None and _mostly(_is_clock, table.rows, places["start"]):
        places["start"], places["start_time"] = day, places["start"]
    # A column called "Time" beside complete starts is about something else.
    if "start_time" not in options.columns and not _mostly(_is_day, table.rows, places["start"]):
        places.pop("start_time", None)
    return {field: place for field, place in places.items() if field in MAPPABLE}


def _columns(table: Table, places: Mapping[str, int]) -> dict[str, Any]:
    used = sorted(places, key=places.__getitem__)
    unused = [name for place, name in enumerate(table.header) if name and place not in places.values()]
    return {"columns": {field: table.header[places[field]] for field in used}, "unused_columns": unused}


def _mostly(test: Callable[[str], bool], rows: Sequence[Row], place: int) -> bool:
    """Tell what the cells of a column are by the first rows: one of them may be spoilt."""
    listed = (cells[place].strip() for _, cells in rows[:_LOOKED_AT] if place < len(cells))
    readable = [cell for cell in listed if _is_clock(cell) or _moments(cell)]
    return 2 * sum(map(test, readable)) > len(readable)


def _is_clock(cell: str) -> bool:
    return isinstance(read_moment(f"2000-01-01 {cell}", None), datetime)


def _is_day(cell: str) -> bool:
    return any(not isinstance(moment, datetime) for moment in _moments(cell))


def _moments(cell: str) -> list[datetime | date]:
    return [moment for order in ORDERS if (moment := read_moment(cell, order))]


class _Rows:
    """Reads the rows of one file, by what was decided for all of it."""

    def __init__(
        self,
        faults: Faults,
        moments: Moments,
        table: Table,
        places: Mapping[str, int],
        default_duration: int,
        check: Callable[[str, Faults], MeetingId],
    ) -> None:
        self._faults = faults
        self._moments = moments
        self._width = table.width
        self._places = tuple(places.items())
        self._start_place = places["start"]
        # A column of types is believed before the name of another column.
        self._number_header = "" if "type" in places or "number" not in places else table.header[places["number"]]
        self._contradictions: set[tuple[str, str]] = set()
        self._default_duration = default_duration
        self._check_id = check

    def read(self, path: str, row: Row) -> Meeting | None:
        """Return the meeting of a row, None if there is an error in it."""
        line, cells = row
        self._faults.next_row(line)
        if not self._fits(cells):
            return None
        width = len(cells)
        values = {
            field: value
            for field, place in self._places
            if place < width and (value := cells[place].strip()) not in EMPTY
        }
        link = check_link(cell, self._faults) if (cell := values.get("link")) else None
        identity = self._identity(values, link)
        topic = values.get("topic") or self._instead_of_topic(identity)
        start, minutes = self._time(values)
        if not self._faults.sound:
            return None
        kind, features = _nature(start, link, webinar=is_webinar(values, self._number_header, link))
        assumed = start is not None and minutes is None
        return Meeting(
            topic=topic,
            kind=kind,
            number=identity.number,
            uuid=identity.uuid,
            host=_host(values),
            timezone=_key(start.tzinfo if start else self._moments.zone),
            start=start,
            duration_minutes=self._default_duration if assumed else minutes,
            old_link=link.url if link else None,
            features=features,
            assumptions=(assumed_length(self._default_duration),) if assumed else (),
            sources=(f"{path}:{line}",),
        )

    def _fits(self, cells: Sequence[str]) -> bool:
        # A row that was cut off is no permanent room: that has a cell for its start, an empty one.
        if len(cells) <= self._start_place:
            text = f"the row ends after {len(cells)} of {self._width} cells, before the start of the meeting"
            self._faults.error("ragged-row", text, "Complete the row, or delete it.")
        else:
            check_width(cells, self._width, self._faults)
        return self._faults.sound

    def _identity(self, row: Mapping[str, str], link: Link | None) -> MeetingId:
        cell, uuid = row.get("number"), row.get("uuid")
        found = MeetingId(link.number) if link and link.number else MeetingId()
        # The link of the same row has all the digits that a spreadsheet may have taken from the number.
        if cell and not (found.number and read_id(cell).fault):
            found = self._check_id(cell, self._faults)
        if link and link.number and found.number and link.number != found.number:
            self._contradict(link.number, found.number)
        return found._replace(uuid=uuid) if uuid else found

    def _contradict(self, linked: str, number: str) -> None:
        """Report a link to another meeting, once for all dates of this one."""
        if (linked, number) not in self._contradictions:
            self._contradictions.add((linked, number))
            text = f"the link leads to {linked}, but the meeting ID is {number}, which is believed"
            self._faults.warn("contradiction", text, "Look which is right: people find the meeting by the link.")

    def _instead_of_topic(self, identity: MeetingId) -> str:
        if identity.number or identity.uuid:
            self._faults.note("no-topic", f'the meeting has no topic; it is called "{NO_TOPIC}"')
        elif not identity.fault:
            hint = "Give the row a topic, or delete it."
            self._faults.error("no-topic", "the row has neither a topic nor a meeting ID", hint)
        return NO_TOPIC

    def _time(self, row: Mapping[str, str]) -> tuple[datetime | None, int | None]:
        """Return start and minutes, None where the row does not tell them."""
        zone = self._moments.zone_of(row.get("timezone"))
        cell = row.get("start", "")
        if clock := row.get("start_time"):
            cell = f"{cell} {clock}".strip()
        start = self._moments.read(cell, zone) if cell else None
        if length := row.get("duration"):
            return start, self._possible(length, read_minutes(length))
        if start and (end := row.get("end")):
            return start, self._minutes_until(end, start, zone)
        return start, None

    def _minutes_until(self, cell: str, start: datetime, zone: ZoneInfo | None) -> int | None:
        if not _is_clock(cell):
            end = self._moments.read(cell, zone)
        else:
            end = self._moments.read(f"{start:%Y-%m-%d} {cell}", zone)
            if end and end.timestamp() <= start.timestamp():
                # A time of day before the start is one after midnight.
                end = self._moments.read(f"{start + _DAY:%Y-%m-%d} {cell}", zone)
        return self._possible(cell, ceil((end.timestamp() - start.timestamp()) / 60)) if end else None

    def _possible(self, cell: str, minutes: int | None) -> int | None:
        return check_minutes(cell, minutes, _LONGEST, self._faults)


def _nature(start: datetime | None, link: Link | None, *, webinar: bool) -> tuple[Kind, tuple[str, ...]]:
    """Return kind and features. A webinar without a date is a room that needs what webinars need."""
    passcode = ("passcode",) if link and link.has_passcode else ()
    if start is None:
        return Kind.ROOM, (*passcode, "webinar") if webinar else passcode
    return Kind.WEBINAR if webinar else Kind.SINGLE, passcode


def _host(row: Mapping[str, str]) -> Person:
    # An id is no name, but it keeps the meetings of two hosts apart.
    return read_person(row.get("host_name", ""), row.get("host_email", "")) or Person(row.get("host_id", ""))


def _key(zone: tzinfo | None) -> str:
    return zone.key if isinstance(zone, ZoneInfo) else "UTC"


def _common_zone(meetings: Iterable[Meeting]) -> str | None:
    zones = {meeting.timezone for meeting in meetings if meeting.start}
    return zones.pop() if len(zones) == 1 else None
