"""Zoom's Upcoming Events report: one row for every date of every meeting of an account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from math import ceil
from zoneinfo import ZoneInfo

from migrate.core.meeting import Kind, Meeting, Person
from migrate.core.ports import Document, Reading, ReadOptions, Source
from migrate.shared.advice import advise
from migrate.shared.assumed import NO_TOPIC, assumed_length, check_minutes
from migrate.shared.columns import MAPPABLE, check_mapping, locate, missing
from migrate.shared.date_order import settle_order
from migrate.shared.dates import ORDERS, read_minutes, read_moment
from migrate.shared.faults import Faults
from migrate.shared.links import Link, check_link
from migrate.shared.meeting_ids import MeetingId, check_id, read_id
from migrate.shared.moments import Moments
from migrate.shared.people import read_person
from migrate.shared.schedule_format import markers
from migrate.shared.tables import Row, Table, check_width, table_of
from migrate.shared.windows import window_of

# Zoom ends every meeting after 30 hours; a longer one is seconds taken for minutes, or a slip.
_LONGEST = 30 * 60
_DAY = 24 * 60
_LOOKED_AT = 50
_EMPTY = {"", "-", "--"}


class UpcomingEvents(Source):
    """Reads the report by what its columns are called. Times are in the zone of whoever made the export."""

    kind = "upcoming-events"
    label = "Zoom upcoming events"
    rank = 20

    def identify(self, document: Document, options: ReadOptions) -> bool:
        """Tell whether there are a start and a topic or number, and no column that only other formats have."""
        header = table_of(document, options).header
        places = locate(header, options.columns)
        other = "history" in places or "rrule" in places or markers(header)
        return not missing(places) and not other

    def read(self, document: Document, options: ReadOptions) -> Reading:
        """Read each row as one meeting. Raise InputError if the order of dates or the zone of times is not known."""
        table = table_of(document, options)
        check_mapping(document.path, table.header, options.columns)
        if table.broken or not self.identify(document, options):
            raise advise(document, options)
        places = _places(table, options)
        order = settle_order(document.path, _dates(table, places), options.date_order)
        faults = Faults(document.path)
        moments = Moments(faults, order, options.timezone)
        rows = _Rows(faults, moments, table, places, options.default_duration)
        meetings = [meeting for row in table.rows if (meeting := rows.read(document.path, row))]
        used = sorted(places, key=places.__getitem__)
        return Reading(
            kind=self.kind,
            label=self.label,
            rank=self.rank,
            by_rows=True,
            meetings=meetings,
            problems=[*table.doubts, *faults.problems],
            rows=replace(table.counts, problems=len(table.rows) - len(meetings)),
            columns={field: table.header[places[field]] for field in used},
            unused_columns=[name for place, name in enumerate(table.header) if name and place not in places.values()],
            encoding=table.encoding,
            delimiter=table.delimiter,
            timezone=_key(moments.zone) if moments.zone else _common_zone(meetings),
            date_order=order.name,
            date_order_reason=order.reason,
            window=window_of(document.path, [meeting.start.date() for meeting in meetings if meeting.start]),
        )


def _places(table: Table, options: ReadOptions) -> dict[str, int]:
    """Return field -> position. Where date and time have a column each, `start` is the date's."""
    places = locate(table.header, options.columns)
    day = places.get("start_date")
    if day is not None and "start" not in places:
        places["start"] = day
    elif day is not None and _mostly(_is_clock, table.rows, places["start"]):
        places["start"], places["start_time"] = day, places["start"]
    # A column called "Time" beside complete starts is about something else.
    if "start_time" not in options.columns and not _mostly(_is_day, table.rows, places["start"]):
        places.pop("start_time", None)
    return {field: place for field, place in places.items() if field in MAPPABLE}


def _mostly(test: Callable[[str], bool], rows: Sequence[Row], place: int) -> bool:
    """Tell what the cells of a column are by the first rows: one of them may be spoilt."""
    listed = (cells[place].strip() for _, cells in rows[:_LOOKED_AT] if place < len(cells))
    filled = [cell for cell in listed if cell not in _EMPTY]
    return 2 * sum(map(test, filled)) > len(filled)


def _is_clock(cell: str) -> bool:
    return isinstance(read_moment(f"2000-01-01 {cell}", None), datetime)


def _is_day(cell: str) -> bool:
    moments = [read_moment(cell, order) for order in ORDERS]
    return any(moment and not isinstance(moment, datetime) for moment in moments)


def _dates(table: Table, places: Mapping[str, int]) -> Iterable[tuple[int, str]]:
    """Yield all that may prove an order of dates."""
    used = [places[field] for field in ("start", "end") if field in places]
    for line, cells in table.rows:
        for place in used:
            if place < len(cells):
                yield line, cells[place]


class _Rows:
    """Reads the rows of one file, by what was decided for all of it."""

    def __init__(
        self, faults: Faults, moments: Moments, table: Table, places: Mapping[str, int], default_duration: int
    ) -> None:
        self._faults = faults
        self._moments = moments
        self._width = table.width
        self._places = tuple(places.items())
        self._start_place = places["start"]
        self._default_duration = default_duration

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
            if place < width and (value := cells[place].strip()) not in _EMPTY
        }
        link = check_link(cell, self._faults) if (cell := values.get("link")) else None
        identity = self._identity(values, link)
        topic = values.get("topic") or self._instead_of_topic(identity)
        start, minutes = self._time(values)
        if not self._faults.sound:
            return None
        kind, features = _nature(values, start, link)
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
            found = check_id(cell, self._faults)
        return found._replace(uuid=uuid) if uuid else found

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
        clock = _is_clock(cell)
        end = self._moments.read(f"{start:%Y-%m-%d} {cell}" if clock else cell, zone)
        if end is None:
            return None
        minutes = ceil((end.timestamp() - start.timestamp()) / 60)
        # A time of day before the start is one after midnight.
        return self._possible(cell, minutes + _DAY if clock and minutes <= 0 else minutes)

    def _possible(self, cell: str, minutes: int | None) -> int | None:
        return check_minutes(cell, minutes, _LONGEST, self._faults)


def _nature(row: Mapping[str, str], start: datetime | None, link: Link | None) -> tuple[Kind, tuple[str, ...]]:
    """Return kind and features. A webinar without a date is a room that needs what webinars need."""
    webinar = "webinar" in row.get("type", "").casefold()
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
