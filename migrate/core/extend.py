"""A later export of the same series: what lies outside its dates stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from migrate.core import recurrence
from migrate.core.meeting import Kind, Meeting, Occurrence


def extend(known: Meeting, listed: Meeting, covered: Callable[[date], bool]) -> Meeting:
    """Return the meeting with the `listed` dates and those `known` dates that no file covers.

    A file speaks only for its own window: dates before or after it are neither confirmed nor taken back. A known rule
    without an end was told by a better source than rows; it cannot be cut into dates, so the rows replace it.
    """
    if listed.start is None or known.start is None:
        return listed
    if known.rrule is not None and not recurrence.is_bounded(known.rrule):
        return listed
    zone = ZoneInfo(listed.timezone)
    dates = {
        occurrence.start.timestamp(): replace(occurrence, start=occurrence.start.astimezone(zone))
        for occurrence in recurrence.dates(known)
        if not covered(occurrence.start.date())
    }
    if not dates:
        return listed
    dates |= {occurrence.start.timestamp(): occurrence for occurrence in recurrence.dates(listed)}
    return _retold(listed, [dates[instant] for instant in sorted(dates)])


def _retold(meeting: Meeting, dates: list[Occurrence]) -> Meeting:
    shape = recurrence.tell(dates)
    several = Kind.SERIES if len(dates) > 1 else Kind.SINGLE
    return replace(
        meeting,
        topic=shape.topic,
        kind=meeting.kind if meeting.kind is Kind.WEBINAR else several,
        start=shape.start,
        duration_minutes=shape.duration_minutes,
        rrule=shape.rrule,
        exdates=shape.exdates,
        overrides=shape.overrides,
        singles=shape.singles,
    )
