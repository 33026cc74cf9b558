"""Meetings that somebody put into a calendar before: their events are taken as they are, no second one is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from migrate.core.merge import place
from migrate.core.naming import normalise, room_key
from migrate.core.plan import Action, Change, EventRef
from migrate.core.ports import Calendar, Sighting, Sought
from migrate.core.problem import Problem, Severity
from migrate.shared.icalendar_text import properties_of

WHY = "somebody's own event tells of it; that is taken as it is"


def sighted(calendar: Calendar, changes: Sequence[Change], since: datetime) -> tuple[list[Change], list[Problem]]:
    """Return the changes, in their order, where nothing is created that is in a calendar already, and tell of each."""
    sought = [found for change in changes if (found := _sought(change, since))]
    sightings = calendar.search(sought) if sought else {}
    seen = {change.key: _events_of(change, sightings.get(change.key, ())) for change in changes}
    adopted = [_adopted(change, seen[change.key]) for change in changes]
    return adopted, [_told(change, seen[change.key]) for change in adopted if seen[change.key]]


def _sought(change: Change, since: datetime) -> Sought | None:
    meeting = change.meeting
    if change.action is not Action.CREATE or change.event is None or not (meeting.number or meeting.old_link):
        return None
    return Sought(change.key, meeting.host, meeting.number or "", meeting.old_link or "", since)


def _events_of(change: Change, sightings: Sequence[Sighting]) -> list[Sighting]:
    """Return the events that are of this meeting: in a personal room many are held, told apart by their topic."""
    ordered = sorted(sightings, key=lambda sighting: (sighting.collection, sighting.event.uids))
    if room_key(change.key) == change.key:
        return ordered
    topic = normalise(change.meeting.topic)
    return [sighting for sighting in ordered if topic in _topics(sighting)]


def _topics(sighting: Sighting) -> set[str]:
    vevents = properties_of(sighting.event.text, "VEVENT")
    return {normalise(value) for properties in vevents for name, value in properties if name == "SUMMARY"}


def _adopted(change: Change, seen: Sequence[Sighting]) -> Change:
    if not seen:
        return change
    event = EventRef(seen[0].event.uids, seen[0].collection, 0)
    return replace(change, action=Action.ADOPT, event=event, expects=seen[0].event.fingerprint, why=WHY)


def _told(change: Change, seen: Sequence[Sighting]) -> Problem:
    link = change.room.url if change.room and change.room.url else "the new one"
    more = f", and {len(seen) - 1} more events there" if len(seen) > 1 else ""
    return Problem(
        "already-in-calendar",
        Severity.WARNING,
        f"“{change.meeting.topic}” is in {seen[0].collection} already: {seen[0].where} tells of it{more}",
        *place(change.meeting),
        f"No second event is made, and that one stays as it is: put {link} in place of the old link, or delete it and"
        " plan again.",
    )
