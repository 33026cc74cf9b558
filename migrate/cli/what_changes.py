"""What a change does to a meeting that is known already, in a few short lines: old → new."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from migrate.cli.text import shortened
from migrate.cli.when import moment, rule
from migrate.core.document import dump_meeting
from migrate.core.features import lower
from migrate.core.meeting import Kind, Meeting, Occurrence, Person
from migrate.core.plan import Action, Change, Difference
from migrate.core.recurrence import dates, is_endless

MOST_LINES = 6
MOST_NAMED = 3
_LONGEST_TEXT = 60
_FIELDS = {
    "number": "meeting number",
    "uuid": "uuid",
    "old_link": "old link",
    "agenda": "agenda",
    "timezone": "zone",
}
_PROPERTIES = {
    "SUMMARY": "topic",
    "DTSTART": "start",
    "DTEND": "end",
    "DURATION": "length",
    "RRULE": "rule",
    "EXDATE": "left out",
    "LOCATION": "place",
    "DESCRIPTION": "text",
    "STATUS": "status",
}
_MOMENT = re.compile(r"\b(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)\d\d\b")
_LISTS = {"alternative_hosts": "alternative hosts", "attendees": "invited", "features": "features"}
_DATED = {Kind.SINGLE, Kind.SERIES}
# An endless rule is compared for so long after the last date that is told by itself.
_FAR = timedelta(days=366)

Dates = Mapping[tuple[datetime, int], Occurrence]


def what_changes(change: Change, *, everything: bool = False) -> list[str]:
    """Tell what differs from the meeting as it was written; bounded, unless `everything` is asked for.

    Of a conflict it tells what both sides have.
    """
    if change.differs:
        return _bounded([*map(_both_sides, change.differs)], everything=everything)
    before = change.before
    if before is None or change.action is Action.DELETE:
        return []
    after, _ = lower(change.meeting, {loss.feature: loss for loss in change.losses})
    lines = list(_differences(before, after, 10**9 if everything else MOST_NAMED))
    if not lines and dump_meeting(before) != dump_meeting(after):
        lines = ["told in another way; the dates stay the same"]
    if not lines and change.action is Action.UPDATE and change.room:
        lines = [f"link: {change.room.url}"]
    return _bounded(lines, everything=everything)


def _bounded(lines: Sequence[str], *, everything: bool) -> list[str]:
    if everything or len(lines) <= MOST_LINES:
        return list(lines)
    return [*lines[: MOST_LINES - 1], f"and {len(lines) - MOST_LINES + 1} more: -v lists all"]


def _both_sides(difference: Difference) -> str:
    name = _PROPERTIES.get(difference.name, difference.name)
    about = f" on {_readable(difference.occurrence)}" if difference.occurrence else ""
    sides = (_short(_readable(side)) for side in (difference.export, difference.calendar))
    return "{}: {} in the export, {} in the calendar".format(f"{name}{about}", *sides)


def _readable(value: str) -> str:
    return _MOMENT.sub(r"\1-\2-\3 \4:\5", value)


def _differences(before: Meeting, after: Meeting, limit: int) -> Iterator[str]:
    dated = _Dated.of(before, after)
    if not dated.pairs:
        yield from _old_and_new("topic: ", before.topic, after.topic)
        yield from _old_and_new("", _minutes(before.duration_minutes), _minutes(after.duration_minutes))
    if {before.kind, after.kind} != _DATED:
        yield from _old_and_new("", before.kind, after.kind)
    yield from _host(before.host, after.host)
    for name, label in _FIELDS.items():
        yield from _old_and_new(f"{label}: ", getattr(before, name), getattr(after, name))
    yield from _rule(before, after)
    yield from dated.lines(limit)
    for name, label in _LISTS.items():
        yield from _members(label, getattr(before, name), getattr(after, name), limit)


def _old_and_new(label: str, old: str | None, new: str | None) -> Iterator[str]:
    if old != new:
        yield f"{label}{_short(old)} → {_short(new)}"


def _short(text: str | None) -> str:
    return shortened(" ".join(text.split()), _LONGEST_TEXT) if text else "none"


def _minutes(number: int | None) -> str:
    return f"{number} min" if number else ""


def _host(old: Person, new: Person) -> Iterator[str]:
    named = old.name and new.name and old.name != new.name
    yield from _old_and_new("host: ", *((old.name, new.name) if named else (str(old), str(new))))
    yield from _old_and_new("account: ", old.account, new.account)


def _members(label: str, old: Sequence[object], new: Sequence[object], limit: int) -> Iterator[str]:
    signed = [f"+{_short(str(item))}" for item in new if item not in old]
    signed += [f"-{_short(str(item))}" for item in old if item not in new]
    if signed:
        yield f"{label}: {_few(signed, limit)}"


def _few(names: Sequence[str], limit: int, *, endless: bool = False) -> str:
    shown, hidden = ", ".join(names[:limit]), len(names) - limit
    if hidden <= 0:
        return shown
    return f"{shown} and more" if endless else f"{shown} and {hidden} more"


def _rule(before: Meeting, after: Meeting) -> Iterator[str]:
    if before.rrule == after.rrule:
        return
    old, new = _told(before), _told(after)
    if old == new:
        old, new = [before.rrule or ""], [after.rrule or ""]
    elif old[0] == new[0]:
        old, new = old[1:] or ["no end"], new[1:] or ["no end"]
    yield f"{', '.join(old)} → {', '.join(new)}"


def _told(meeting: Meeting) -> list[str]:
    if meeting.rrule:
        return rule(meeting.rrule)
    if meeting.start is None:
        return ["no date"]
    return [f"{len(meeting.singles) + 1} dates" if meeting.singles else "one date"]


@dataclass(frozen=True, slots=True)
class _Dated:
    """The dates of a meeting, old and new: in pairs where one became the other, else gone or new.

    They are compared by the clock on the wall, which is what people read; a change of zone is told apart.
    """

    pairs: Sequence[tuple[Occurrence, Occurrence]]
    gone: Sequence[Occurrence]
    new: Sequence[Occurrence]
    endless: bool

    @classmethod
    def of(cls, before: Meeting, after: Meeting) -> _Dated:
        horizon = _horizon(before, after)
        old, new = _by_clock(before, horizon), _by_clock(after, horizon)
        same = [(old[at], new[at]) for at in old if at in new]
        moved = list(_moved([old[at] for at in old if at not in new], [new[at] for at in new if at not in old]))
        paired = {id(occurrence) for pair in (*same, *moved) for occurrence in pair}
        gone = [occurrence for occurrence in old.values() if id(occurrence) not in paired]
        come = [occurrence for occurrence in new.values() if id(occurrence) not in paired]
        return cls([*same, *moved], gone, come, endless=horizon is not None)

    def lines(self, limit: int) -> Iterator[str]:
        """Tell each difference once, with the dates that have it if not all of them do."""
        having: dict[tuple[str, bool], list[datetime]] = defaultdict(list)
        for old, new in self.pairs:
            for text, names_date in _differing(old, new):
                having[text, names_date].append(new.start)
        for (text, names_date), starts in having.items():
            obvious = names_date or len(starts) == len(self.pairs)
            yield text if obvious else f"{text}: {_few([*_named(starts, clock=False)], limit, endless=self.endless)}"
        for label, found in (("gone", self.gone), ("new", self.new)):
            if found:
                starts = [occurrence.start for occurrence in found]
                yield f"{label}: {_few([*_named(starts)], limit, endless=self.endless)}"


def _horizon(*meetings: Meeting) -> datetime | None:
    """Return until when to compare; None if all rules end by themselves."""
    if not any(map(is_endless, meetings)):
        return None
    return max(start for meeting in meetings for start in _explicit(meeting)) + _FAR


def _explicit(meeting: Meeting) -> Iterator[datetime]:
    if meeting.start:
        yield meeting.start
    yield from meeting.exdates
    yield from (override.start for override in meeting.overrides)
    yield from (single.start for single in meeting.singles)


def _by_clock(meeting: Meeting, horizon: datetime | None) -> Dates:
    found = dates(meeting, horizon) if meeting.start else ()
    return {(each.start.replace(tzinfo=None), each.start.fold): each for each in found}


def _moved(gone: Sequence[Occurrence], new: Sequence[Occurrence]) -> Iterator[tuple[Occurrence, Occurrence]]:
    """Yield what is surely the same date at another time: the only one of its day, or the only one at all."""
    if len(gone) == len(new) == 1:
        yield gone[0], new[0]
        return
    come = _only_of_their_day(new)
    for day, occurrence in _only_of_their_day(gone).items():
        if day in come:
            yield occurrence, come[day]


def _only_of_their_day(found: Iterable[Occurrence]) -> dict[date, Occurrence]:
    by_day: dict[date, list[Occurrence]] = defaultdict(list)
    for occurrence in found:
        by_day[occurrence.start.date()].append(occurrence)
    return {day: there[0] for day, there in by_day.items() if len(there) == 1}


def _differing(old: Occurrence, new: Occurrence) -> Iterator[tuple[str, bool]]:
    """Yield what differs between two dates, and whether the text names the date itself."""
    if old.start.date() != new.start.date():
        yield f"{moment(old.start)} → {moment(new.start)}", True
    elif old.start.time() != new.start.time():
        yield f"{old.start:%H:%M} → {new.start:%H:%M}", False
    for text in _old_and_new("topic: ", old.topic, new.topic):
        yield text, False
    if old.duration_minutes != new.duration_minutes:
        yield f"{old.duration_minutes or 'no'} → {new.duration_minutes or 'no'} min", False


def _named(starts: Sequence[datetime], *, clock: bool = True) -> Iterator[str]:
    """Name dates; year and time are said again only where they are others than before."""
    known: datetime | None = None
    for start in starts:
        year = "" if known and known.year == start.year else f" {start.year}"
        time = f" {start:%H:%M}" if clock and not (known and known.time() == start.time()) else ""
        yield f"{start:%a} {start.day} {start:%b}{year}{time}"
        known = start
