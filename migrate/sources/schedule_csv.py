"""The schedule CSV (shared.schedule_format) as a source: what the planner wrote, and what people made of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from migrate.core.consistency import check_dates
from migrate.core.errors import InputError
from migrate.core.features import FEATURES
from migrate.core.meeting import Kind, Meeting, Occurrence, Override, Person
from migrate.core.ports import Document, Reading, ReadOptions, Source, Window
from migrate.core.recurrence import dates, is_endless
from migrate.core.rules import check_length, check_rule
from migrate.shared.advice import opened
from migrate.shared.assumed import NO_TOPIC, assumed_length, check_minutes
from migrate.shared.columns import normalise
from migrate.shared.date_order import settle_order
from migrate.shared.dates import read_minutes
from migrate.shared.faults import Faults, show
from migrate.shared.kinds import is_of
from migrate.shared.links import check_link
from migrate.shared.meeting_ids import check_id
from migrate.shared.moments import Moments
from migrate.shared.people import is_address, read_person
from migrate.shared.schedule_format import COLUMNS, MARKER, markers, write_schedule
from migrate.shared.spreadsheet import from_cell, whole
from migrate.shared.tables import Table, check_width
from migrate.shared.windows import span

__all__ = ["ScheduleCsv", "write_schedule"]

T = TypeVar("T")

# A month. Calendars hold meetings of several days; more than this is a slip.
_LONGEST = 31 * 24 * 60
_UTC = ZoneInfo("UTC")
_DATED = (Kind.SINGLE, Kind.SERIES)
_DATES = frozenset({"", "timezone", "start", "rrule", "exdates", "overrides", "singles"})


class ScheduleCsv(Source):
    """Reads what `write_schedule` writes and what people made of it."""

    kind = "schedule-csv"
    label = "schedule CSV"
    rank = 90

    def identify(self, document: Document, options: ReadOptions) -> bool:
        """Tell whether there is the marker, or the column for rules, which no export has."""
        return is_of(self.kind, document, options)

    def read(self, document: Document, options: ReadOptions) -> Reading:
        """Read each row as one whole meeting."""
        sheet, (table, *_) = opened(self.kind, document, options)
        _check_version(document.path, table.header)
        places = _places(table)
        starts = ((line, _cell(cells, places.get("start"))) for line, cells in table.rows)
        order = settle_order(document.path, starts, options.date_order, report=False)
        faults = Faults(document.path)
        moments = Moments(faults, order, options.timezone)
        meetings = list(_meetings(table, places, faults, moments, options.default_duration))
        return Reading(
            kind=self.kind,
            label=self.label,
            rank=self.rank,
            by_rows=False,
            meetings=meetings,
            problems=[*sheet.doubts, *faults.problems],
            rows=replace(sheet.counts([table]), problems=len(table.rows) - len(meetings)),
            columns={column: table.header[place] for column, place in places.items()},
            unused_columns=_unused(table, places),
            encoding=sheet.encoding,
            delimiter=sheet.delimiter,
            timezone=moments.zone.key if moments.zone else None,
            date_order=order.name,
            date_order_reason=order.reason,
            window=_window(meetings, moments.zone),
        )


def _check_version(path: str, header: Sequence[str]) -> None:
    for name in markers(header):
        if normalise(name) != normalise(MARKER):
            raise InputError(f"{path}: is a {show(name)}, and this release reads {MARKER}", hint="Use a newer release.")


def _places(table: Table) -> dict[str, int]:
    names = [normalise(name) for name in table.header]
    places = {column: names.index(normalise(column)) for column in COLUMNS if normalise(column) in names}
    return dict(sorted(places.items(), key=lambda item: item[1]))


def _unused(table: Table, places: Mapping[str, int]) -> list[str]:
    names = [name for place, name in enumerate(table.header) if place not in places.values()]
    return [name for name in names if name and name not in markers(table.header)]


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""


def _window(meetings: Iterable[Meeting], zone: tzinfo | None) -> Window | None:
    """Return the first to the last date of all meetings, None if one of them goes on for ever."""
    starts: list[datetime] = []
    for meeting in meetings:
        if is_endless(meeting):
            return None
        starts += (occurrence.start for occurrence in dates(meeting))
    return span(starts, zone)


def _meetings(
    table: Table, places: Mapping[str, int], faults: Faults, moments: Moments, default_duration: int
) -> Iterator[Meeting]:
    for line, cells in table.rows:
        faults.next_row(line)
        check_width(cells, table.width, faults)
        values = {column: _cell(cells, place) for column, place in places.items()}
        meeting = _meeting(_Cells(values, faults, moments), default_duration, f"{faults.path}:{line}")
        _compare_dates(meeting, faults)
        if faults.sound:
            yield meeting


def _compare_dates(meeting: Meeting, faults: Faults) -> None:
    # Where one cannot be read, what the others would say without it is not what the row means.
    if faults.faulty.isdisjoint(_DATES):
        for code, faults.column, message, hint in check_dates(meeting):
            faults.error(code, message, hint)


def _meeting(cells: _Cells, default_duration: int, place: str) -> Meeting:
    """Return the meeting of a row. Where a cell is at fault something stands in, so that all cells are looked at."""
    number, uuid = cells.number(), cells.optional("uuid")
    start, zone = cells.start()
    minutes = cells.minutes()
    assumed = start is not None and minutes is None
    link, features = cells.link_and_features()
    return Meeting(
        topic=cells.topic(named=bool(number or uuid)),
        kind=cells.kind(start),
        number=number,
        uuid=uuid,
        host=Person(cells.text("host_name"), cells.address("host_email"), cells.text("host_account")),
        alternative_hosts=cells.items("alternative_hosts", _person),
        timezone=zone.key,
        start=start,
        duration_minutes=default_duration if assumed else minutes,
        rrule=cells.rule(start),
        exdates=cells.moments("exdates", zone),
        overrides=cells.items("overrides", lambda item: cells.override(item, zone)),
        singles=cells.singles(start, zone),
        old_link=link,
        agenda=cells.text("agenda"),
        features=features,
        attendees=cells.items("attendees", _person),
        assumptions=(assumed_length(default_duration),) if assumed else (),
        sources=(place,),
    )


class _Cells:
    """The cells of one row by column. What is wrong with one is reported with the name of its column."""

    def __init__(self, values: Mapping[str, str], faults: Faults, moments: Moments) -> None:
        self._values = values
        self._faults = faults
        self._moments = moments

    def text(self, column: str) -> str:
        """Return a text."""
        return from_cell(self._take(column))

    def address(self, column: str) -> str:
        """Return a mail address."""
        address = self.text(column)
        if address and not is_address(address):
            hint = "Write it as anna@example.org, or leave it empty."
            self._faults.warn("bad-address", f"{show(address)} is not a mail address", hint)
        return address

    def optional(self, column: str) -> str | None:
        """Return a text, None for an empty cell."""
        cell = self._take(column)
        return from_cell(cell) if cell else None

    def topic(self, *, named: bool) -> str:
        """Return the topic, or words in its place if something else names the meeting."""
        topic = self.optional("topic")
        if topic is None and named:
            self._faults.note("no-topic", f'the meeting has none; it is called "{NO_TOPIC}"')
        elif topic is None:
            self._faults.error("no-topic", "the row has neither a topic nor a meeting ID", "Give it a topic.")
        return NO_TOPIC if topic is None else topic

    def singles(self, start: datetime | None, zone: ZoneInfo) -> tuple[Occurrence, ...]:
        """Return the single dates; the first date of a meeting stands in start."""
        singles = self.items("singles", lambda item: self.single(item, zone))
        if singles and start is None and not self._values.get("start"):
            self._faults.error("no-start", "there are single dates, but no start", "Put the first date into start.")
        return singles

    def kind(self, start: datetime | None) -> Kind:
        """Return the kind, by what else is in the row if the cell is empty."""
        cell = self._take("kind").casefold()
        if not cell:
            series = bool(self._values.get("rrule"))
            return Kind.ROOM if start is None else Kind.SERIES if series else Kind.SINGLE
        if cell not in set(Kind):
            self._faults.error("bad-kind", f"{show(cell)} is no kind of meeting", f"Write one of {', '.join(Kind)}.")
            return Kind.SINGLE
        kind = Kind(cell)
        # A start that is there but cannot be read has been reported already.
        if start is None and kind in _DATED and not self._values.get("start"):
            self._faults.error("no-start", f"a {kind} has a start", "Fill in the start, or make it a room.")
        if kind is Kind.ROOM and start is not None:
            self._faults.error("bad-kind", "a room has no start", "Leave the start empty, or make it a single.")
        return kind

    def number(self) -> str | None:
        """Return the meeting number."""
        cell = self._take("number")
        return check_id(cell, self._faults).number if cell else None

    def start(self) -> tuple[datetime | None, ZoneInfo]:
        """Return the start and the zone of the whole meeting."""
        zone = self._moments.zone_of(self._take("timezone") or None)
        cell = self._take("start")
        start = self._moments.read(cell, zone) if cell else None
        return start, zone or _UTC

    def minutes(self) -> int | None:
        """Return the duration, None for an empty cell."""
        cell = self._take("duration_minutes")
        return self._possible(cell, read_minutes(cell)) if cell else None

    def rule(self, start: datetime | None) -> str | None:
        """Return the recurrence rule."""
        rule = self._take("rrule")
        if not rule:
            return None
        fault = check_rule(rule) or (check_length(rule, start) if start else None)
        if fault:
            self._faults.error("bad-rule", f"{show(rule)}: {fault}", "Rules are written as in RFC 5545.")
        if start is None and not self._values.get("start"):
            self._faults.error("no-start", "a rule needs the start of the first date", "Fill in the start.")
        return rule

    def moments(self, column: str, zone: ZoneInfo) -> tuple[datetime, ...]:
        """Return moments that are separated by spaces."""
        found = [self._moments.read(cell, zone) for cell in self._take(column).split()]
        return tuple(moment for moment in found if moment)

    def link_and_features(self) -> tuple[str | None, tuple[str, ...]]:
        """Return the old link without its query, and the features; a passcode in the query is one."""
        cell = from_cell(self._take("old_link"))
        link = check_link(cell, self._faults) if cell else None
        features = tuple(self._take("features").split())
        for feature in features:
            if feature not in FEATURES:
                hint = f"Features are {', '.join(FEATURES)}."
                self._faults.error("bad-feature", f"{show(feature)} is not a feature", hint)
        # The passcode itself goes with the query; that there was one is what the plan may say.
        if link and link.has_passcode and "passcode" not in features:
            features = (*features, "passcode")
        return link.url if link else None, features

    def items(self, column: str, read: Callable[[Any], T | None]) -> tuple[T, ...]:
        """Return the items of a JSON list. `read` raises ValueError or TypeError for a value it cannot read."""
        cell = self._take(column)
        if not cell:
            return ()
        try:
            values = json.loads(cell)
            if not isinstance(values, list):
                raise TypeError("it is not a list")
            found = [read(value) for value in values]
        except (ValueError, TypeError, RecursionError) as error:
            hint = "Take a file that plan --schedule wrote for an example of such a list."
            self._faults.error("bad-list", f"{show(cell)} cannot be read: {error}", hint)
            return ()
        return tuple(item for item in found if item is not None)

    def override(self, item: Any, zone: ZoneInfo) -> Override | None:
        """Return a changed occurrence from its JSON value."""
        occurrence = self._moments.read(_text_in(item, "occurrence"), zone)
        single = self.single(item, zone)
        if occurrence is None or single is None:
            return None
        return Override(occurrence, single.start, single.duration_minutes, single.topic)

    def single(self, item: Any, zone: ZoneInfo) -> Occurrence | None:
        """Return a single date from its JSON value."""
        start = self._moments.read(_text_in(item, "start"), zone)
        minutes = item.get("duration_minutes")
        if minutes is not None:
            # JSON has true and 1.5, and Python takes both for numbers.
            self._possible(str(minutes), minutes if type(minutes) is int else None)
        return Occurrence(start, minutes, _text_in(item, "topic", "")) if start else None

    def _possible(self, cell: str, minutes: int | None) -> int | None:
        return check_minutes(cell, minutes, _LONGEST, self._faults)

    def _take(self, column: str) -> str:
        self._faults.column = column
        return self._values.get(column, "")


def _person(value: Any) -> Person:
    if isinstance(value, str):
        return read_person(whole(value))
    return Person(_text_in(value, "name", ""), _text_in(value, "email", ""), _text_in(value, "account", ""))


def _text_in(value: Any, name: str, default: str | None = None) -> str:
    if not isinstance(value, dict):
        raise TypeError("an item is not a JSON object")
    text = value.get(name, default)
    if not isinstance(text, str):
        raise TypeError(f"{name} is missing or is not a text")
    return whole(text)
