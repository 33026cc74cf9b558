"""Whether all that a meeting says of its dates can be true at once: start, rule, exceptions and single dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice, takewhile
from typing import NamedTuple

from migrate.core.meeting import Meeting
from migrate.core.recurrence import ruled
from migrate.core.rules import MOST_DATES

OFF_RULE = "off-rule"
REPEATED_DATE = "repeated-date"
NO_DATE = "no-date"

_ALONG = "Exdates and overrides name dates as the rule has them, so they change with start and rrule."
_ONCE = "Tell every date once. A date of the rule is changed in overrides, with itself as occurrence."
_DAY = 24 * 60 * 60


class Fault(NamedTuple):
    """What is wrong with one field of a meeting, and what to write there."""

    code: str
    field: str
    message: str
    hint: str


def check_dates(meeting: Meeting) -> list[Fault]:
    """Return every contradiction in the dates of a meeting: what plan and calendar, or two calendars, read differently.

    The start is the first date of the rule, exdates and overrides name dates of the rule, no date is told twice, and
    one remains. `recurrence.ruled` says what a date of the rule is. A rule without a start is not looked at.
    """
    start, rrule = meeting.start, meeting.rrule
    if rrule is None:
        return [*_without_rule(meeting), *_told_twice(meeting, {})]
    if start is None:
        return []
    by_rule = _by_rule(rrule, start, meeting)
    if not by_rule:
        message = f"{rrule} has no date from {start.isoformat()} on"
        return [Fault(NO_DATE, "rrule", message, "Let the rule end after the start, or delete the row.")]
    return [
        *_off_start(rrule, start, next(iter(by_rule.values()))),
        *_none_left(rrule, start, meeting),
        *_off_rule(meeting, by_rule),
        *_told_twice(meeting, by_rule),
    ]


def _by_rule(rrule: str, start: datetime, meeting: Meeting) -> dict[float, datetime]:
    """Return the first date of the rule, and all up to the day after the last one that is named: instant -> date."""
    named = [start, *(moment for _, moment in _exceptions(meeting))]
    named += [override.start for override in meeting.overrides] + [single.start for single in meeting.singles]
    last = max(map(datetime.timestamp, named)) + _DAY
    moments = islice(ruled(rrule, start), MOST_DATES)
    found = [*islice(moments, 1), *takewhile(lambda moment: moment.timestamp() <= last, moments)]
    return {moment.timestamp(): moment for moment in found}


def _exceptions(meeting: Meeting) -> Iterator[tuple[str, datetime]]:
    """Yield what has to be a date of the rule, with its field."""
    yield from (("exdates", exdate) for exdate in meeting.exdates)
    yield from (("overrides", override.occurrence) for override in meeting.overrides)


def _without_rule(meeting: Meeting) -> Iterator[Fault]:
    for field, moment in _exceptions(meeting):
        message = f"{moment.isoformat()} must be a date of the rule, and there is no rule"
        yield Fault(OFF_RULE, field, message, "Fill in rrule, or take it out and correct start or singles themselves.")


def _off_start(rrule: str, start: datetime, first: datetime) -> Iterator[Fault]:
    if first.timestamp() != start.timestamp():
        message = f"{start.isoformat()} is not a date of {rrule}, which begins with {first.isoformat()}"
        yield Fault(OFF_RULE, "start", message, f"Write {first.isoformat()}, or change rrule so that it has the start.")


def _none_left(rrule: str, start: datetime, meeting: Meeting) -> Iterator[Fault]:
    if not meeting.exdates or meeting.overrides or meeting.singles:
        return
    gone = set(map(datetime.timestamp, meeting.exdates))
    if all(moment.timestamp() in gone for moment in ruled(rrule, start)):
        yield Fault(NO_DATE, "exdates", f"they leave no date of {rrule}", "Leave one, or delete the row.")


def _off_rule(meeting: Meeting, by_rule: Mapping[float, datetime]) -> Iterator[Fault]:
    # A rule without an end is followed only so far: a slip of the pen in a year must not make millions of dates.
    rule = "the rule" if len(by_rule) < MOST_DATES else f"the first {MOST_DATES} of the rule"
    for field, moment in _exceptions(meeting):
        if moment.timestamp() not in by_rule:
            same_day = (each.isoformat() for each in by_rule.values() if each.date() == moment.date())
            write = next((f"Write {date}. " for date in same_day), "")
            yield Fault(OFF_RULE, field, f"{moment.isoformat()} is not a date of {rule}", write + _ALONG)


def _told_twice(meeting: Meeting, by_rule: Mapping[float, datetime]) -> Iterator[Fault]:
    gone: dict[float, str] = {}
    for field, moment in _exceptions(meeting):
        if moment.timestamp() in by_rule:
            yield from _once(gone, field, moment)
    told = {instant: "rrule" for instant in by_rule if instant not in gone}
    if meeting.start and meeting.rrule is None:
        told[meeting.start.timestamp()] = "start"
    for override in meeting.overrides:
        # Where an override of no date belongs is seen when that is mended.
        if override.occurrence.timestamp() in gone:
            yield from _once(told, "overrides", override.start)
    for single in meeting.singles:
        yield from _once(told, "singles", single.start)


def _once(told: dict[float, str], field: str, moment: datetime) -> Iterator[Fault]:
    """Put a date to those that are told by now: instant -> field. One that is there already is a fault."""
    if known := told.get(moment.timestamp()):
        yield Fault(REPEATED_DATE, field, f"{moment.isoformat()} is told by {known} already", _ONCE)
    told[moment.timestamp()] = field
