"""Journalled meetings that no file tells: why they stay, or what --prune takes away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from migrate.core import recurrence
from migrate.core.coverage import Coverage
from migrate.core.diff import Live, Verdict, decide_vanished
from migrate.core.document import dump_meeting, load_meeting
from migrate.core.extend import cut, extend
from migrate.core.journal import Binding
from migrate.core.meeting import Kind, Meeting
from migrate.core.plan import WRITING, Action, Change, EventRef
from migrate.core.schedule import Schedule
from migrate.services.events import Place


def left(known: Meeting, coverage: Coverage) -> Meeting | None:
    """Return the meeting without the dates that files speak for; None if all of them are there, or none."""
    if not recurrence.is_endless(known):
        return cut(known, coverage)
    # As if it were listed, with none of its dates.
    listed = replace(known, kind=Kind.ROOM, start=None, rrule=None, exdates=(), overrides=(), singles=())
    rest = replace(extend(known, listed, coverage), kind=known.kind)
    return rest if dump_meeting(rest) != dump_meeting(known) else None


def vanished(binding: Binding, live: Live, schedule: Schedule, since: date, *, prune: bool) -> Change:
    """Return what happens to a journalled meeting that no file tells."""
    meeting = load_meeting(binding.meeting)
    verdict = _decide(meeting, binding, live, schedule, since, prune=prune)
    place = Place.of(binding)
    return Change(
        verdict.action,
        binding.key,
        meeting,
        binding.room,
        EventRef(place.uids, place.collection, binding.sequence) if place else None,
        before=meeting if verdict.action in WRITING else None,
        expects=live.fingerprint,
        why=verdict.why,
    )


def _decide(meeting: Meeting, binding: Binding, live: Live, schedule: Schedule, since: date, *, prune: bool) -> Verdict:
    if why := _why_not_gone(meeting, binding.key, schedule, since):
        return Verdict(Action.KEEP, why)
    if prune and schedule.is_partial:
        return Verdict(Action.KEEP, "not found, but rows that cannot be read may be of it; nothing is pruned")
    if recurrence.is_endless(meeting):
        return Verdict(Action.KEEP, "not in the export of some of its dates; --prune takes them out")
    return decide_vanished(binding, live, prune=prune)


def _why_not_gone(meeting: Meeting, key: str, schedule: Schedule, since: date) -> str:
    """Say why a meeting stays that no file tells; empty if a file should tell it, by its dates."""
    endless = recurrence.is_endless(meeting)
    if endless and left(meeting, schedule.coverage):
        return ""
    if endless and key in schedule.entries:
        return "written before, and past meetings still make it likely"
    if endless or meeting.start is None:
        return "not in these files; it has no last date, so no file can rule it out"
    starts = [occurrence.start for occurrence in recurrence.dates(meeting)]
    if all(start.date() < since for start in starts):
        return "already took place"
    return "" if any(map(schedule.coverage.covers, starts)) else "outside the dates of these files"
