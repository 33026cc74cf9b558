"""Meetings as JSON and back, exactly: the shape of `meeting` in plans, the journal and reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from migrate.core.meeting import Kind, Meeting, Occurrence, Override, Person

# What may differ between two exports of the same meeting without the meeting having changed.
PROVENANCE = ("assumptions", "sources")

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def meeting_to_json(meeting: Meeting) -> dict[str, Any]:
    """Return the meeting as plain JSON values; datetimes in ISO 8601 with their offset."""
    return {
        "number": meeting.number,
        "uuid": meeting.uuid,
        "topic": meeting.topic,
        "kind": meeting.kind.value,
        "host": person_to_json(meeting.host),
        "alternative_hosts": [person_to_json(person) for person in meeting.alternative_hosts],
        "timezone": meeting.timezone,
        "start": _iso(meeting.start),
        "duration_minutes": meeting.duration_minutes,
        "rrule": meeting.rrule,
        "exdates": [moment.isoformat() for moment in meeting.exdates],
        "overrides": [
            {
                "occurrence": override.occurrence.isoformat(),
                "start": override.start.isoformat(),
                "duration_minutes": override.duration_minutes,
                "topic": override.topic,
            }
            for override in meeting.overrides
        ],
        "singles": [
            {"start": single.start.isoformat(), "duration_minutes": single.duration_minutes, "topic": single.topic}
            for single in meeting.singles
        ],
        "old_link": meeting.old_link,
        "agenda": meeting.agenda,
        "features": list(meeting.features),
        "attendees": [person_to_json(person) for person in meeting.attendees],
        "assumptions": list(meeting.assumptions),
        "sources": list(meeting.sources),
    }


def meeting_from_json(value: Mapping[str, Any]) -> Meeting:
    """Return the meeting of `meeting_to_json`. Raises KeyError, ValueError or TypeError if it is not one."""
    zone = ZoneInfo(value["timezone"])

    def moment(text: str) -> datetime:
        return datetime.fromisoformat(text).astimezone(zone)

    return Meeting(
        topic=value["topic"],
        kind=Kind(value["kind"]),
        number=value["number"],
        uuid=value["uuid"],
        host=person_from_json(value["host"]),
        alternative_hosts=tuple(person_from_json(person) for person in value["alternative_hosts"]),
        timezone=value["timezone"],
        start=moment(value["start"]) if value["start"] else None,
        duration_minutes=value["duration_minutes"],
        rrule=value["rrule"],
        exdates=tuple(moment(text) for text in value["exdates"]),
        overrides=tuple(
            Override(moment(item["occurrence"]), moment(item["start"]), item["duration_minutes"], item["topic"])
            for item in value["overrides"]
        ),
        singles=tuple(
            Occurrence(moment(item["start"]), item["duration_minutes"], item["topic"]) for item in value["singles"]
        ),
        old_link=value["old_link"],
        agenda=value["agenda"],
        features=tuple(value["features"]),
        attendees=tuple(person_from_json(person) for person in value["attendees"]),
        assumptions=tuple(value["assumptions"]),
        sources=tuple(value["sources"]),
    )


def person_to_json(person: Person) -> dict[str, str]:
    """Return a person as JSON; all three fields, empty where unknown."""
    return {"name": person.name, "email": person.email, "account": person.account}


def person_from_json(value: Mapping[str, str]) -> Person:
    """Return the person of `person_to_json`."""
    return Person(value["name"], value["email"], value["account"])


def dump_meeting(meeting: Meeting) -> str:
    """Return the canonical text: equal texts are equal meetings, wherever they were read from."""
    value = meeting_to_json(meeting)
    for name in PROVENANCE:
        value[name] = []
    return _CANONICAL.encode(value)


def load_meeting(text: str) -> Meeting:
    """Return the meeting of `dump_meeting`."""
    return meeting_from_json(json.loads(text))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
