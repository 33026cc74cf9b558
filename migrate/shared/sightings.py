"""Events that tell of a meeting of Zoom: which, and in which of their properties."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from migrate.core.ports import Sought
from migrate.shared.icalendar_text import components, content_lines, unescaped
from migrate.shared.links import read_link
from migrate.shared.links_in_text import find_links

_NO_TEXT = frozenset(
    {"BEGIN", "END", "UID", "DTSTAMP", "DTSTART", "DTEND", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID"}
)
_DATE = re.compile(r"(?m)^(?:DTSTART|DTEND|RDATE|RECURRENCE-ID)[^\r\n]*?[:,](\d{8})")
_GOES_ON = re.compile(r"(?m)^(?:RDATE|RRULE(?![^\r\n]*UNTIL=)|DURATION)[;:]")
_UNTIL = re.compile(r"(?m)^RRULE[;:][^\r\n]*UNTIL=(\d{8})")
# Whatever the zone of the date, and however long the last meeting.
_MARGIN = timedelta(days=2)


class Wanted:
    """The meetings that are sought, by what tells of them."""

    def __init__(self, sought: Iterable[Sought]) -> None:
        self._told: dict[str, list[Sought]] = defaultdict(list)
        for one in sought:
            link = read_link(one.link) if one.link else None
            for told in {one.number, link.number if link else "", link.url if link else ""}:
                if told:
                    self._told[told].append(one)

    def told_by(self, events: str) -> Mapping[str, str]:
        """Return, by key, the property that tells of a meeting which goes on after it is sought from."""
        found: dict[str, str] = {}
        end = _last_date(events)
        for name, value in texts(events):
            for link in find_links(value):
                for one in (*self._told.get(link.link.number or "", ()), *self._told.get(link.link.url, ())):
                    if end is None or end >= one.since:
                        found.setdefault(one.key, name)
        return found


def texts(events: str) -> Iterator[tuple[str, str]]:
    """Yield the properties in which text can be, with their values as they are meant."""
    for head, value in content_lines(events):
        name = head.partition(";")[0].upper()
        if value and name not in _NO_TEXT:
            yield name, unescaped(value)


def _last_date(events: str) -> datetime | None:
    """Return a moment after which an event surely has no dates; None if it may have."""
    parts: Sequence[str] = [part.text for part in components(events)]
    if any(_GOES_ON.search(part) for part in parts):
        return None
    dates = [date for part in parts for date in (*_DATE.findall(part), *_UNTIL.findall(part))]
    try:
        return max(datetime.strptime(date, "%Y%m%d").replace(tzinfo=UTC) for date in dates) + _MARGIN
    except ValueError:
        return None
