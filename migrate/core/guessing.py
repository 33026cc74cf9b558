"""What past meetings make likely: what was held three times or more, regularly and up to the end, may go on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from migrate.core import recurrence
from migrate.core.cadence import commonest
from migrate.core.coverage import Coverage
from migrate.core.meeting import Kind, Meeting, Occurrence
from migrate.core.merge import merge_people, merged_fields
from migrate.core.naming import aliases_of, is_personal, key_of
from migrate.core.ports import Reading
from migrate.core.records import Record, count
from migrate.core.rules import parts, without_end
from migrate.core.telling import Entry, with_link

_LEAST_DATES = 3
# People plan in quarters of an hour, and open the meeting a little earlier or later.
_QUARTER = timedelta(minutes=15)
_TOLERANCE = timedelta(minutes=20)
# Of the dates of a rule so many may be missing, and of those held so many be on no rule: one in three.
_REGULAR = 3
# One date that was missed at the end may be a holiday; two are an end.
_MISSED = 2
_AHEAD = timedelta(days=2 * 366)


def names_of(meeting: Meeting) -> tuple[str, ...]:
    """Return the names by which past meetings may know the meeting; a number tells it from all of its topic."""
    return (key_of(meeting),) if meeting.number else (key_of(meeting), *aliases_of(meeting))


def guesses(readings: Sequence[Reading], told: frozenset[str], coverage: Coverage) -> Iterator[Entry]:
    """Yield what is likely to go on of the meetings that the readings list, but for what is told already.

    `told` are keys, and the names of what has no number. What has dates in the `coverage` of the files that tell them,
    and is not told there, does not go on. Completes the row counts of the readings.
    """
    last = max((reading.window.last for reading in readings if reading.window), default=date.min)
    unnumbered = any(not name.startswith("number:") for name in told)
    for key, records in sorted(_by_key(readings).items()):
        # Lists with details have a row for everybody who was there.
        held = {record.start: record for record in reversed(records)}
        is_told = key in told or (unnumbered and not told.isdisjoint(_names(records)))
        likely = _is_series(key) and not is_told
        found = guess([record.meeting for record in held.values()], last, coverage.since) if likely else None
        if found and not _has_dates_in(coverage, found):
            count(held.values(), "in_meetings")
            count([record for record in records if held[record.start] is not record], "merged")
            yield Entry(key, with_link(found), guess=True)
        else:
            count(records, "merged" if is_told else "not_a_schedule")


def _by_key(readings: Sequence[Reading]) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = defaultdict(list)
    for reading in readings:
        for meeting in reading.meetings:
            if meeting.start:
                groups[key_of(meeting)].append(Record(reading, meeting))
            else:
                reading.rows.not_a_schedule += 1
    return groups


def _names(records: Sequence[Record]) -> set[str]:
    return {name for record in records for name in aliases_of(record.meeting)}


def _is_series(key: str) -> bool:
    # In a personal room anything is held, and without a number nobody knows what belongs together.
    return key.startswith("number:") and not is_personal(key.removeprefix("number:"))


def _has_dates_in(coverage: Coverage, series: Meeting) -> bool:
    last = max(map(datetime.timestamp, coverage.ends()), default=0)
    dates = takewhile(lambda moment: moment.timestamp() <= last, _dates(series, coverage.since))
    return any(map(coverage.covers, dates))


def guess(held: Sequence[Meeting], last: date, since: date) -> Meeting | None:
    """Return the series that goes on after past dates of one meeting, None if they make none likely.

    `held` are rows with the true start and length of each; `last` is the last day that was looked at. The series begins
    with its first date on or after `since` and has no end, as nothing tells one.
    """
    zone = ZoneInfo(commonest(row.timezone for row in held))
    starts = sorted(row.start.astimezone(zone).replace(tzinfo=None) for row in held if row.start)
    clock = commonest(_nearest_quarter(start).time() for start in starts)
    usual = {day: start for start in reversed(starts) if (day := _day_at(clock, start))}
    others = {start.date() for start in starts} - {start.date() for start in usual.values()}
    if len(usual) < _LEAST_DATES or _REGULAR * len(others) > len(usual):
        return None
    past = _series(sorted(usual), clock, zone)
    first = _next(past, max(usual), last, since) if past else None
    if past is None or first is None:
        return None
    return _told(held, replace(past, start=first), _reasons(usual, clock))


def _nearest_quarter(moment: datetime) -> datetime:
    midnight = datetime.combine(moment.date(), time.min)
    return midnight + round((moment - midnight) / _QUARTER) * _QUARTER


def _day_at(clock: time, start: datetime) -> date | None:
    """Return the day for whose time a meeting was opened, None if it was another time."""
    day = _nearest_quarter(start).date()
    return day if abs(datetime.combine(day, clock) - start) <= _TOLERANCE else None


def _series(days: Sequence[date], clock: time, zone: ZoneInfo) -> Meeting | None:
    """Return the series of the days without its end, None if they are not regular."""
    shape = recurrence.tell([Occurrence(datetime.combine(day, clock, zone)) for day in days])
    exceptions = len(shape.exdates) + len(shape.overrides) + len(shape.singles)
    if shape.rrule is None or _REGULAR * exceptions > len(days):
        return None
    # Some weekdays or other fit any dates: each of them must have come again and again.
    if _LEAST_DATES * len(parts(shape.rrule).get("BYDAY", "").split(",")) > len(days):
        return None
    return Meeting("", Kind.SERIES, timezone=zone.key, start=shape.start, rrule=without_end(shape.rrule))


def _next(past: Meeting, held: date, last: date, since: date) -> datetime | None:
    """Return the first date on or after `since`, None if the series had come to its end by the last day looked at."""
    missed = 0
    for date_ in _dates(past, since):
        day = date_.date()
        missed += held < day <= last
        if missed == _MISSED:
            return None
        if day >= since and day > held:
            return date_
    return None


def _dates(series: Meeting, since: date) -> Iterator[datetime]:
    if series.rrule is None or series.start is None:
        return iter(())
    return takewhile(lambda moment: moment.date() - since <= _AHEAD, recurrence.ruled(series.rrule, series.start))


def _told(held: Sequence[Meeting], series: Meeting, reasons: tuple[str, ...]) -> Meeting:
    minutes = commonest(row.duration_minutes for row in held if row.duration_minutes) if held else None
    quarter = _QUARTER // timedelta(minutes=1)
    kind = Kind.WEBINAR if any(row.kind is Kind.WEBINAR for row in held) else Kind.SERIES
    # What the rows make together, and over it what is known better.
    told = merged_fields(held) | {
        "topic": commonest(row.topic for row in held),
        "kind": kind,
        "host": merge_people(row.host for row in reversed(held)),
        "timezone": series.timezone,
        "start": series.start,
        "rrule": series.rrule,
        "duration_minutes": -(-minutes // quarter) * quarter if minutes else None,
        "assumptions": reasons,
    }
    return replace(held[0], **told)


def _reasons(usual: dict[date, datetime], clock: time) -> tuple[str, ...]:
    days, starts = sorted(usual), sorted(start.time() for start in usual.values())
    return (
        f"goes on as on {len(days)} dates from {days[0]} to {days[-1]}; past meetings do not tell an end",
        f"begins at {clock:%H:%M}: it was opened between {starts[0]:%H:%M} and {starts[-1]:%H:%M}",
        "lasts as long as it mostly did, in whole quarters of an hour",
    )
