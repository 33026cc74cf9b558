"""A later export of the same series: what lies outside its dates stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from itertools import chain
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from migrate.core import recurrence
from migrate.core.meeting import Kind, Meeting, Occurrence, Override
from migrate.core.merge import merged_fields
from migrate.core.ports import Window

T = TypeVar("T")


def extend(known: Meeting, listed: Meeting, windows: Sequence[Window]) -> Meeting:
    """Return the meeting with the `listed` dates and those `known` dates that are outside the windows of the files.

    A file speaks only for its own window: dates before or after it are neither confirmed nor taken back. What rows do
    not tell, such as an agenda, stays as a better source told it.
    """
    filled = merged_fields([listed, known]) | {"host": listed.host}
    if known.rrule is not None and not recurrence.is_bounded(known.rrule):
        return replace(listed, **filled | _corrected(known, listed, windows))
    stays = remembered(known, windows)
    return replace(listed, **filled | (_retold(listed, [*stays, *recurrence.dates(listed)]) if stays else {}))


def remembered(known: Meeting, windows: Sequence[Window]) -> list[Occurrence]:
    """Return the dates of a known meeting that no file speaks for; none of a rule without an end."""
    if known.rrule is not None and not recurrence.is_bounded(known.rrule):
        return []
    return [occurrence for occurrence in recurrence.dates(known) if not _covered(occurrence.start, windows)]


def cut(known: Meeting, windows: Sequence[Window]) -> Meeting | None:
    """Return the meeting without its dates inside the windows; None if all of them are there, or none."""
    stays = remembered(known, windows)
    if not stays or len(stays) == sum(1 for _ in recurrence.dates(known)):
        return None
    return replace(known, **_retold(known, stays))


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


def _corrected(known: Meeting, listed: Meeting, windows: Sequence[Window]) -> dict[str, Any]:
    """Keep a rule that has no end, and correct its dates inside the windows to those that are listed."""
    zone = ZoneInfo(known.timezone)
    told = {date.start.timestamp(): _as_in(listed, date, zone) for date in recurrence.dates(listed)}

    def stays(moment: datetime) -> bool:
        # In another zone a date of the file may be on a day outside its window; the file speaks for it all the same.
        return moment.timestamp() not in told and not _covered(moment, windows)

    ruled = _ruled(known, windows, told)
    kept = [change for change in known.overrides if stays(change.start) and change.occurrence.timestamp() not in told]
    moved = {change.occurrence.timestamp() for change in kept}
    taken = [*known.exdates, *(change.occurrence for change in known.overrides if change not in kept)]
    changed = [told[at] for at in ruled if at in told and (told[at].duration_minutes is not None or told[at].topic)]
    return {
        "kind": listed.kind if listed.kind is Kind.WEBINAR else Kind.SERIES,
        "timezone": known.timezone,
        "start": known.start,
        "rrule": known.rrule,
        "exdates": _in_order(
            datetime.timestamp,
            filter(stays, taken),
            (moment for at, moment in ruled.items() if at not in told and at not in moved),
        ),
        "overrides": _in_order(
            lambda change: change.start.timestamp(),
            kept,
            (Override(date.start, date.start, date.duration_minutes, date.topic) for date in changed),
        ),
        "singles": _in_order(
            lambda date: date.start.timestamp(),
            (single for single in known.singles if stays(single.start)),
            (date for at, date in told.items() if at not in ruled),
        ),
    }


def _ruled(known: Meeting, windows: Sequence[Window], told: Mapping[float, Occurrence]) -> dict[float, datetime]:
    """Return where the bare rule has its dates inside the windows, and those among the dates that are told."""
    zone = ZoneInfo(known.timezone)
    ends = [datetime.combine(window.last, time.max, zone) for window in windows]
    limit = max((*ends, *(date.start for date in told.values())), key=datetime.timestamp)
    bare = replace(known, exdates=(), overrides=(), singles=())
    starts = ((date.start.timestamp(), date.start) for date in recurrence.dates(bare, limit))
    return {at: start for at, start in starts if at in told or _covered(start, windows)}


def _in_order(instant: Callable[[T], float], *parts: Iterable[T]) -> tuple[T, ...]:
    return tuple(sorted(chain(*parts), key=instant))


def _as_in(meeting: Meeting, date: Occurrence, zone: ZoneInfo) -> Occurrence:
    """Return a date in the zone, with length and topic only where they are not the meeting's."""
    minutes = date.duration_minutes if date.duration_minutes != meeting.duration_minutes else None
    return Occurrence(date.start.astimezone(zone), minutes, date.topic if date.topic != meeting.topic else "")


def _covered(moment: datetime, windows: Sequence[Window]) -> bool:
    return any(moment.date() in window for window in windows)
