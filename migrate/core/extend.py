"""A later export of the same series: what lies outside its dates stays as it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from migrate.core import recurrence
from migrate.core.coverage import Coverage
from migrate.core.meeting import Kind, Meeting, Occurrence, Override, Person
from migrate.core.merge import merge_people, merged_fields


def extend(known: Meeting, listed: Meeting, coverage: Coverage) -> Meeting:
    """Return the meeting with the `listed` dates and those `known` dates that no file speaks for.

    A file speaks only for its own window: dates before or after it are neither confirmed nor taken back. What rows do
    not tell, such as an agenda, stays as a better source told it. The host is returned without an account.
    """
    extended = _extended(known, listed, coverage)
    if known.kind is Kind.WEBINAR and extended.start:
        return replace(extended, kind=Kind.WEBINAR)
    return extended


def remembered(known: Meeting, coverage: Coverage) -> list[Occurrence]:
    """Return the dates of a known meeting that no file speaks for; none of a rule without an end."""
    if recurrence.is_endless(known):
        return []
    return [occurrence for occurrence in recurrence.dates(known) if not coverage.covers(occurrence.start)]


def cut(known: Meeting, coverage: Coverage) -> Meeting | None:
    """Return the meeting without the dates that files speak for; None if all of them are there, or none."""
    stays = remembered(known, coverage)
    if not stays or len(stays) == sum(1 for _ in recurrence.dates(known)):
        return None
    return replace(known, **_retold(known, stays))


def _extended(known: Meeting, listed: Meeting, coverage: Coverage) -> Meeting:
    filled = merged_fields([listed, known]) | {"host": _host(known.host, listed.host)}
    if recurrence.is_endless(known):
        return replace(listed, **filled | _corrected(known, listed, coverage))
    stays = remembered(known, coverage)
    return replace(listed, **filled | (_retold(listed, [*stays, *recurrence.dates(listed)]) if stays else {}))


def _host(known: Person, listed: Person) -> Person:
    # A name alone may be another way to write that of a known address.
    host = known if known.email and not listed.email else merge_people([listed, known])
    # Accounts are not the exports' to tell: one that was taken back must not come back from the journal.
    return replace(host, account="")


def _retold(meeting: Meeting, dates: Sequence[Occurrence]) -> dict[str, Any]:
    zone = ZoneInfo(meeting.timezone)
    unique = {
        date.start.timestamp(): Occurrence(date.start.astimezone(zone), date.duration_minutes, date.topic)
        for date in dates
    }
    several = Kind.SERIES if len(unique) > 1 else Kind.SINGLE
    return {
        **recurrence.tell(list(unique.values())).fields(),
        "kind": meeting.kind if meeting.kind is Kind.WEBINAR else several,
    }


def _corrected(known: Meeting, listed: Meeting, coverage: Coverage) -> dict[str, Any]:
    """Keep a rule that has no end, and tell as exceptions to it what is listed and what is gone."""
    zone = ZoneInfo(known.timezone)
    told = {date.start.timestamp(): _as_in(known, date, zone) for date in recurrence.dates(listed)}
    ruled = _ruled(known, [*coverage.ends(), *(date.start for date in told.values())])
    moved = {change.occurrence.timestamp(): change for change in known.overrides}
    loose = [*known.singles, *(_single(change) for at, change in moved.items() if at not in ruled)]
    singles = [each for each in loose if each.start.timestamp() not in told and not coverage.covers(each.start)]
    gone = {moment.timestamp() for moment in known.exdates} - moved.keys()
    exdates: list[datetime] = []
    overrides: list[Override] = []
    for at, moment in ruled.items():
        plain = Override(moment, moment)
        change = moved.get(at, plain)
        date = told.pop(at, None) or told.pop(change.start.timestamp(), None)
        if date:
            change = Override(moment, date.start, date.duration_minutes, date.topic)
        elif at in gone or coverage.covers(change.start):
            exdates.append(moment)
            continue
        if change != plain:
            overrides.append(change)
    return {
        "kind": listed.kind if listed.kind is Kind.WEBINAR else Kind.SERIES,
        "topic": known.topic,
        "duration_minutes": known.duration_minutes,
        "timezone": known.timezone,
        "start": known.start,
        "rrule": known.rrule,
        "exdates": tuple(exdates),
        "overrides": tuple(sorted(overrides, key=lambda change: change.start.timestamp())),
        "singles": tuple(sorted([*singles, *told.values()], key=lambda date: date.start.timestamp())),
    }


def _ruled(known: Meeting, moments: Iterable[datetime]) -> dict[float, datetime]:
    """Return where the bare rule has its dates, up to the last of the moments and of its own exceptions."""
    bare = replace(known, exdates=(), overrides=(), singles=())
    exceptions = (*known.exdates, *(change.occurrence for change in known.overrides))
    last = max((*moments, *exceptions), key=datetime.timestamp, default=known.start)
    return {date.start.timestamp(): date.start for date in recurrence.dates(bare, last)}


def _single(change: Override) -> Occurrence:
    return Occurrence(change.start, change.duration_minutes, change.topic)


def _as_in(meeting: Meeting, date: Occurrence, zone: ZoneInfo) -> Occurrence:
    """Return a date in the zone, with length and topic only where they are not the meeting's."""
    minutes = date.duration_minutes if date.duration_minutes != meeting.duration_minutes else None
    return Occurrence(date.start.astimezone(zone), minutes, date.topic if date.topic != meeting.topic else "")
