"""Meetings as iCalendar events: what is written, whatever way out it takes.

Nobody is invited: no ATTENDEE and no ORGANIZER, so that no server has anybody to mail.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from migrate.core.meeting import Kind, Meeting, Occurrence, Override
from migrate.core.ports import Event, EventPlan
from migrate.core.recurrence import dates, is_bounded
from migrate.shared.content_lines import (
    conference_line,
    duration_line,
    moment_line,
    number_line,
    rule_line,
    text_line,
    uri,
)
from migrate.shared.icalendar_text import PART_OF, Component, components, fingerprint
from migrate.shared.vtimezone import always_clear, is_clear

PRODUCT = "-//jitsi-migrate//jitsi-migrate//EN"

_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "UCT", "Etc/UCT", "Universal", "Etc/Universal", "Zulu", "Etc/Zulu"})
_CLOCK = re.compile(r"BY(?:HOUR|MINUTE|SECOND)")
_MEETING = re.compile(rf"(?m)^{PART_OF}:(\S+)")
# Programs that copy an event copy all lines of it, but give it a UID of their own: none of those has the form of ours.
_OURS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def event_uids(site_id: UUID, key: str, meeting: Meeting) -> tuple[str, ...]:
    """Name the UIDs of a meeting: its own, then those of its single dates. They hang on the key and the date alone."""
    return (_uid(site_id, key), *(_single_uid(site_id, key, single) for single in meeting.singles))


def render_event(site_id: UUID, plan: EventPlan) -> Event:
    """Write a meeting as VEVENTs. Raises ValueError for a room without dates and for a rule that is not one."""
    meeting = plan.meeting
    writer = _Writer.of(plan)
    vevents: dict[str, str] = {}
    if meeting.start and meeting.kind is not Kind.ROOM:
        uid = _uid(site_id, plan.key)
        vevents[uid] = "".join(writer.series(uid, meeting.start))
    for single in meeting.singles:
        uid = _single_uid(site_id, plan.key, single)
        vevents[uid] = writer.vevent(uid, single, [f"{PART_OF}:{_uid(site_id, plan.key)}\r\n"])
    if not vevents:
        raise ValueError(f"{plan.key}: a room without dates has no event")
    return Event(tuple(vevents), "".join(vevents.values()), "+".join(map(fingerprint, vevents.values())))


def restore_event(uids: tuple[str, ...], vevents: str) -> Event:
    """Return the event of a text that was read from a calendar: these UIDs, then all others that are in the text."""
    found = texts_by_uid(components(vevents))
    uids = (*uids, *sorted(found.keys() - set(uids)))
    return Event(uids, vevents, "+".join(fingerprint(found[uid]) for uid in uids if uid in found))


def texts_by_uid(parts: Iterable[Component]) -> dict[str, str]:
    """Put the components of one UID together: a series and its changed dates are one event."""
    texts: dict[str, list[str]] = defaultdict(list)
    for component in parts:
        texts[component.uid].append(component.text)
    return {uid: "".join(found) for uid, found in texts.items()}


def find_events(texts: Mapping[str, str], uids: Collection[str]) -> dict[str, Event]:
    """Return the events of these UIDs, and the single dates of these meetings; all line ends are made CRLF."""
    found = {}
    for uid, text in texts.items():
        meeting = meeting_of(uid, text)
        if uid in uids or meeting in uids:
            crlf = text.replace("\r\n", "\n").replace("\n", "\r\n")
            found[uid] = Event((uid,), crlf, fingerprint(crlf), meeting)
    return found


def is_ours(uid: str) -> bool:
    """Tell whether a UID has the form of those that we make."""
    return _OURS.fullmatch(uid) is not None


def meeting_of(uid: str, text: str) -> str:
    """Return the UID of the meeting that an event is a single date of, empty if it is none."""
    found = _MEETING.search(text) if PART_OF in text and is_ours(uid) else None
    return found[1] if found else ""


def _uid(site_id: UUID, name: str) -> str:
    return str(uuid5(site_id, name))


def _single_uid(site_id: UUID, key: str, single: Occurrence) -> str:
    return _uid(site_id, f"{key}@{single.start.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def _nominal(moment: datetime, start: datetime) -> datetime:
    """Return what a rule from `start` on says of a date: where the clock skips a time, that time, not the one shown."""
    nominal = datetime.combine(moment, start.time().replace(fold=0), start.tzinfo)
    return nominal if nominal.timestamp() == moment.timestamp() else moment


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the VEVENTs of one meeting; `stamp` and `place` are the lines that all of them share."""

    meeting: Meeting
    zone: ZoneInfo
    stamp: str
    place: str

    @classmethod
    def of(cls, plan: EventPlan) -> _Writer:
        url = uri(plan.url)
        agenda = f"{plan.meeting.agenda}\n\n{url}" if plan.meeting.agenda else url
        return cls(
            meeting=plan.meeting,
            zone=ZoneInfo("UTC" if plan.meeting.timezone in _UTC_NAMES else plan.meeting.timezone),
            stamp=moment_line("DTSTAMP", plan.stamp, None) + number_line("SEQUENCE", plan.sequence),
            place=text_line("LOCATION", url) + conference_line(url) + text_line("DESCRIPTION", agenda),
        )

    def series(self, uid: str, start: datetime) -> Iterator[str]:
        """Yield the VEVENT of the meeting, and one for each changed date of its rule."""
        meeting = self.meeting
        if not meeting.rrule:
            yield self.vevent(uid, Occurrence(start))
            return
        gone = (self._time("EXDATE", _nominal(exdate, start)) for exdate in meeting.exdates)
        yield self._vevent(
            uid, "", [*self._span(start, meeting.duration_minutes, in_utc=False), rule_line(meeting.rrule), *gone]
        )
        for override in (*meeting.overrides, *self._unclear(start, meeting.rrule)):
            changed = Occurrence(override.start, override.duration_minutes, override.topic)
            yield self.vevent(uid, changed, [self._time("RECURRENCE-ID", _nominal(override.occurrence, start))])

    def vevent(self, uid: str, occurrence: Occurrence, more: Iterable[str] = ()) -> str:
        """Write one date as a VEVENT."""
        minutes = self.meeting.duration_minutes if occurrence.duration_minutes is None else occurrence.duration_minutes
        unclear = not is_clear(*self._ends(occurrence.start, minutes))
        return self._vevent(uid, occurrence.topic, [*more, *self._span(occurrence.start, minutes, in_utc=unclear)])

    def _vevent(self, uid: str, topic: str, when: Iterable[str]) -> str:
        summary = text_line("SUMMARY", topic or self.meeting.topic)
        lines = (f"UID:{uid}\r\n", self.stamp, summary, *when, self.place)
        return f"BEGIN:VEVENT\r\n{''.join(lines)}END:VEVENT\r\n"

    def _unclear(self, start: datetime, rrule: str) -> Iterator[Override]:
        """Yield dates of the rule that programs read differently, changed to what they are: the same, but in UTC.

        A rule without an end has too many, one with BYHOUR is not worth it: there programs may differ by an hour.
        """
        meeting = self.meeting
        minutes = meeting.duration_minutes or 0
        if always_clear(self.zone.key, start.hour * 60 + start.minute, minutes):
            return
        if _CLOCK.search(rrule) or not is_bounded(rrule):
            return
        changed = {_nominal(override.occurrence, start) for override in meeting.overrides}
        for date in dates(replace(meeting, overrides=(), singles=())):
            nominal = _nominal(date.start, start)
            if nominal not in changed and (nominal != date.start or not is_clear(*self._ends(nominal, minutes))):
                yield Override(nominal, date.start)

    def _ends(self, start: datetime, minutes: int | None) -> tuple[datetime, datetime]:
        begin = start.astimezone(UTC)
        return begin.astimezone(self.zone), (begin + timedelta(minutes=minutes or 0)).astimezone(self.zone)

    def _span(self, start: datetime, minutes: int | None, *, in_utc: bool) -> Iterator[str]:
        """Yield DTSTART and DTEND, which more programs understand than DURATION."""
        yield self._time("DTSTART", start, in_utc=in_utc)
        begin, end = self._ends(start, minutes)
        if minutes and (in_utc or begin.utcoffset() == end.utcoffset()):
            yield self._time("DTEND", end, in_utc=in_utc)
        elif minutes:
            # The series begins in the night in which clocks change; its other dates are not an hour shorter or longer.
            yield duration_line(minutes)

    def _time(self, name: str, moment: datetime, *, in_utc: bool = False) -> str:
        return moment_line(name, moment, None if in_utc or self.zone.key == "UTC" else self.zone)
