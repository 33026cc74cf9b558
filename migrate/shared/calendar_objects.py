"""Events as CalDAV keeps them: a VCALENDAR of its own for each UID, with the time zones that it uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from migrate.core.ports import Event, EventPlan
from migrate.shared.content_lines import text_line
from migrate.shared.events import PRODUCT, meeting_of, render_event, texts_by_uid
from migrate.shared.icalendar_text import components, fingerprint, take_apart
from migrate.shared.vtimezone import vtimezone, years_of_zones

_BEGIN = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{text_line('PRODID', PRODUCT)}CALSCALE:GREGORIAN\r\n"
_END = "END:VCALENDAR\r\n"


@dataclass(frozen=True, slots=True)
class CalendarObject:
    """One object: its UID (empty if it has none), its whole text, and the components in it that are not time zones."""

    uid: str
    text: str
    events: str

    @property
    def fingerprint(self) -> str:
        """What the events mean: how a server stores time zones and properties of the calendar makes no difference."""
        return fingerprint(self.events)

    def event(self) -> Event:
        """Return it as what is under one UID."""
        return Event((self.uid,), self.text, self.fingerprint, meeting_of(self.uid, self.events))


def read_object(text: str, where: str) -> CalendarObject:
    """Read an object as a server gave it, with line ends made CRLF. Raises TargetError if it is not iCalendar."""
    text = text.replace("\r\n", "\n").rstrip("\n").replace("\n", "\r\n") + "\r\n"
    parts = [part for part in take_apart(text, where).components if part.name != "VTIMEZONE"]
    uid = next((part.uid for part in parts if part.uid), "")
    return CalendarObject(uid, text, "".join(part.text for part in parts))


def take_objects(text: str) -> list[CalendarObject]:
    """Split the text of an event into its objects."""
    return [read_object(part.text, "the event") for part in components(text)]


def render_objects(site_id: UUID, plan: EventPlan) -> Event:
    """Write a meeting and each of its single dates as an object. Raises ValueError as `render_event` does."""
    event = render_event(site_id, plan)
    objects = texts_by_uid(components(event.text)).values()
    return Event(event.uids, "".join(map(_whole, objects)), event.fingerprint)


def restore_objects(uids: tuple[str, ...], text: str) -> Event:
    """Return the event of a text that was read from a calendar: these UIDs, then all others that are in the text."""
    found = {one.uid: one for one in take_objects(text)}
    uids = (*uids, *sorted(found.keys() - set(uids)))
    return Event(uids, text, "+".join(found[uid].fingerprint for uid in uids if uid in found))


def joined(objects: Iterable[CalendarObject]) -> str:
    """Write objects as one, for programs that take all events of a file; each time zone is in it once."""
    return _whole("".join(one.events for one in objects))


def is_as_rendered(one: CalendarObject) -> bool:
    """Tell whether an object has no more than our own time zones beside its events, so that it can be joined."""
    return one.text == _whole(one.events)


def _whole(events: str) -> str:
    zones = (vtimezone(name, year) for name, year in sorted(years_of_zones(events).items()))
    return f"{_BEGIN}{''.join(zones)}{events}{_END}"
