"""Series and rules: from the dates of a meeting to an RRULE with exceptions, and back to its dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from itertools import islice, takewhile
from typing import Any

from migrate.core.cadence import Fit, commonest, fit
from migrate.core.meeting import Kind, Meeting, Occurrence, Override
from migrate.core.patterns import regular_and_rest
from migrate.core.rules import check_rule, count, is_bounded, local_dates, parts, until

__all__ = [
    "Shape",
    "check_rule",
    "continues_after",
    "dates",
    "is_bounded",
    "is_endless",
    "pattern_name",
    "patterns",
    "ruled",
    "tell",
]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a set of dates is told: rule + exceptions + single dates, in the words of Meeting.

    Without a rule, `start` is the first date, with its own length and topic, and `singles` are the others.
    """

    start: datetime
    duration_minutes: int | None
    topic: str
    rrule: str | None
    exdates: tuple[datetime, ...]
    overrides: tuple[Override, ...]
    singles: tuple[Occurrence, ...]

    def fields(self) -> dict[str, Any]:
        """Return the fields of a Meeting that has these dates."""
        return {name: getattr(self, name) for name in self.__slots__}


def tell(occurrences: Sequence[Occurrence]) -> Shape:
    """Tell dates by a rule that Zoom could have made, if one gives exactly these dates; else one by one.

    Wants one date or more, each with its length and topic, all in one zone, no two at the same instant. The rule keeps
    the commonest time of day, length and topic, and begins and ends on a day that has a date. Of several rules the one
    with the fewest exceptions is taken, then the simplest (cadence.fit has the order). One with more exceptions than
    plain dates is not taken. No rule has a date at a time that the clock skips or shows twice: there calendars differ.
    """
    first = occurrences[0]
    minutes, topic = first.duration_minutes, first.topic
    if any(row.duration_minutes != minutes or row.topic != topic for row in occurrences):
        return _tell(sorted(occurrences, key=_instant))
    # Many meetings are held at the same times: how their dates are told does not hang on what they are called.
    shape = _tell_instants(tuple(sorted(map(_instant, occurrences))), first.start.tzinfo)
    return Shape(shape.start, minutes, topic, shape.rrule, shape.exdates, shape.overrides, shape.singles)


@lru_cache(maxsize=4096)
def _tell_instants(instants: tuple[float, ...], zone: tzinfo | None) -> Shape:
    return _tell([Occurrence(datetime.fromtimestamp(instant, zone)) for instant in instants])


def _tell(rows: Sequence[Occurrence]) -> Shape:
    shape = _by_rule(rows)
    if shape and [_identity(told) for told in _dates(shape)] == [_identity(row) for row in rows]:
        return shape
    return _one_by_one(rows)


def pattern_name(told: Meeting | Shape) -> str:
    """Name dates by weekday and time of day, so that a later export with more of them gives the same name."""
    if not (told.rrule and told.start):
        return "dates"
    rule = parts(told.rrule)
    which = rule.get("BYDAY", rule.get("BYMONTHDAY", "")).replace("-1", "last").split(",")
    return "-".join(filter(None, (rule["FREQ"], *which, f"{told.start:%H%M}"))).lower()


def dates(meeting: Meeting, limit: datetime | None = None) -> Iterator[Occurrence]:
    """Yield every date up to `limit`, by start, each with its own length and topic.

    The rule is followed by the clock on the wall. A time that the clock skips counts by the offset before the change,
    one that it shows twice is the first, as RFC 5545 has it. Raises ValueError for an endless rule without a limit.
    """
    return iter(_dates(meeting, limit))


def ruled(rrule: str, start: datetime) -> Iterator[datetime]:
    """Yield where the rule puts its dates, whatever was made of them since; without an end they go on and on."""
    return _up_to(until(rrule), islice(_of_rule(rrule, start), count(rrule)))


def is_endless(meeting: Meeting) -> bool:
    """Tell whether the meeting has a rule that does not end by itself."""
    return meeting.rrule is not None and not is_bounded(meeting.rrule)


def continues_after(meeting: Meeting) -> datetime | None:
    """Return when the rule would go on if it had no end; None if it has none or there is no rule."""
    start, rrule = meeting.start, meeting.rrule
    if meeting.kind is Kind.ROOM or start is None or rrule is None or not is_bounded(rrule):
        return None
    return _continuation(rrule, start.replace(tzinfo=None, fold=0), start.tzinfo)


@lru_cache(maxsize=4096)
def _continuation(rrule: str, start: datetime, zone: tzinfo | None) -> datetime | None:
    following = islice(_of_rule(rrule, start.replace(tzinfo=zone)), count(rrule), None)
    end = until(rrule)
    return next((moment for moment in following if end is None or moment > end), None)


def patterns(occurrences: Sequence[Occurrence]) -> list[list[Occurrence]]:
    """Split the dates of a room into its regular meetings, by first date; what is not regular stays in one list.

    Regular are three dates or more that have a rule, a time of day and a length in common. A date near a missing day of
    one of them joins it, and so does a whole pattern on missing days: that is how a clock change in another zone looks.
    No two lists have the same `pattern_name`.
    """
    return _by_name(regular_and_rest(sorted(occurrences, key=_instant)))


@dataclass(frozen=True, slots=True)
class _Usual:
    """What most dates of a series share."""

    clock: time
    zone: tzinfo | None
    duration_minutes: int | None
    topic: str

    @classmethod
    def of(cls, rows: Sequence[Occurrence]) -> _Usual:
        return cls(
            commonest(row.start.time() for row in rows).replace(fold=0),
            rows[0].start.tzinfo,
            commonest(row.duration_minutes for row in rows),
            commonest(row.topic for row in rows),
        )

    def on(self, day: int) -> datetime:
        return datetime.combine(date.fromordinal(day), self.clock, self.zone)

    def is_plain(self, row: Occurrence) -> bool:
        return (
            row.start.time() == self.clock and row.duration_minutes == self.duration_minutes and row.topic == self.topic
        )

    def differing(self, row: Occurrence) -> tuple[datetime, int | None, str]:
        """Return start, length and topic of a row, the latter two only where they are not as usual."""
        minutes = row.duration_minutes if row.duration_minutes != self.duration_minutes else None
        return row.start, minutes, row.topic if row.topic != self.topic else ""


def _by_rule(rows: Sequence[Occurrence]) -> Shape | None:
    usual = _Usual.of(rows)
    found = _fit(rows, usual)
    if found is None:
        return None
    best, covered = found
    exdates = [usual.on(day) for day in best.missing]
    overrides = [
        Override(usual.on(day), *usual.differing(covered[index]))
        for day, index in zip(best.days, best.rows, strict=True)
        if index is not None and not (usual.is_plain(covered[index]) and covered[index].start.toordinal() == day)
    ]
    told = {id(covered[index]) for index in best.rows if index is not None}
    singles = [Occurrence(*usual.differing(row)) for row in rows if id(row) not in told]
    if len(exdates) + len(overrides) + len(singles) > best.plain:
        return None
    return Shape(
        usual.on(best.days[0]),
        usual.duration_minutes,
        usual.topic,
        best.rrule,
        tuple(exdates),
        tuple(overrides),
        tuple(singles),
    )


def _one_by_one(rows: Sequence[Occurrence]) -> Shape:
    first, *others = rows
    usual = _Usual.of([first])
    singles = tuple(Occurrence(*usual.differing(row)) for row in others)
    return Shape(first.start, usual.duration_minutes, usual.topic, None, (), (), singles)


def _fit(rows: Sequence[Occurrence], usual: _Usual) -> tuple[Fit, Sequence[Occurrence]] | None:
    """Find the rule for the rows, and the rows it was fitted to: those on one side of a time calendars disagree on."""
    if len(rows) < 2:
        return None
    days = [row.start.toordinal() for row in rows]
    best = fit(tuple(days), tuple(usual.is_plain(row) for row in rows))
    doubtful = next((day for day in best.days if _is_doubtful(usual.on(day))), None) if best else None
    if best is None or doubtful is None:
        return (best, rows) if best else None
    before = [row for row, day in zip(rows, days, strict=True) if day < doubtful]
    after = [row for row, day in zip(rows, days, strict=True) if day > doubtful]
    sides = [side for side in (_fit(before, usual), _fit(after, usual)) if side]
    return max(sides, key=lambda side: side[0].plain, default=None)


def _dates(told: Meeting | Shape, limit: datetime | None = None) -> list[Occurrence]:
    found = [_resolved(told, single.start, single.duration_minutes, single.topic) for single in told.singles]
    if told.start and not (isinstance(told, Meeting) and told.kind is Kind.ROOM):
        gone = {moment.timestamp() for moment in told.exdates}
        gone.update(override.occurrence.timestamp() for override in told.overrides)
        found += (
            Occurrence(moment, told.duration_minutes, told.topic)
            for moment in _nominal(told.rrule, told.start, limit)
            if not gone or moment.timestamp() not in gone
        )
        found += (_resolved(told, each.start, each.duration_minutes, each.topic) for each in told.overrides)
    if told.overrides or told.singles:
        found.sort(key=_instant)
    return found if limit is None else [each for each in found if _instant(each) <= limit.timestamp()]


def _resolved(told: Meeting | Shape, start: datetime, minutes: int | None, topic: str) -> Occurrence:
    return Occurrence(start, told.duration_minutes if minutes is None else minutes, topic or told.topic)


def _nominal(rrule: str | None, start: datetime, limit: datetime | None) -> Iterator[datetime]:
    """Yield where the rule puts its dates, up to its end or the limit."""
    if rrule is None:
        return iter((start,))
    if limit is None and not is_bounded(rrule):
        raise ValueError(f"{rrule} has no end: a limit is needed")
    return _up_to(limit, ruled(rrule, start))


def _up_to(end: datetime | None, moments: Iterator[datetime]) -> Iterator[datetime]:
    if end is None:
        return moments
    last = end.timestamp()
    return takewhile(lambda moment: moment.timestamp() <= last, moments)


def _of_rule(rrule: str, start: datetime) -> Iterator[datetime]:
    """Yield the dates of the rule without an end."""
    for moment in local_dates(rrule, start.replace(tzinfo=None, fold=0)):
        there = datetime.combine(moment.date(), moment.time(), start.tzinfo)
        # A time that the clock skips becomes the one it really shows then.
        yield datetime.fromtimestamp(there.timestamp(), start.tzinfo) if _is_doubtful(there) else there


def _is_doubtful(moment: datetime) -> bool:
    """Tell whether the clock skips this time or shows it twice."""
    second = datetime.combine(moment.date(), _second(moment.time()), moment.tzinfo)
    return moment.utcoffset() != second.utcoffset()


@lru_cache(maxsize=1440)
def _second(clock: time) -> time:
    return clock.replace(fold=1)


def _instant(occurrence: Occurrence) -> float:
    # Datetimes of one zone compare by the clock on the wall, which shows one hour twice in autumn.
    return occurrence.start.timestamp()


def _identity(occurrence: Occurrence) -> tuple[float, int | None, str]:
    return _instant(occurrence), occurrence.duration_minutes, occurrence.topic


def _by_name(lists: Sequence[list[Occurrence]]) -> list[list[Occurrence]]:
    """Put lists of one name together, until all names differ."""
    named: defaultdict[str, list[Occurrence]] = defaultdict(list)
    for rows in lists:
        named[pattern_name(tell(rows))].extend(rows)
    if len(named) < len(lists):
        return _by_name(list(named.values()))
    return sorted((sorted(rows, key=_instant) for rows in named.values()), key=lambda rows: _instant(rows[0]))
