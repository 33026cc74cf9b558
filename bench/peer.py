"""The straightforward script that an admin would write: DictReader, dateutil and icalendar.

Usage: peer.py EXPORT.csv OUT.ics   Prints its own times as JSON: {"plan": seconds, "write": seconds}.
"""

from __future__ import annotations

import csv
import json
import sys
import time
import uuid
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil import parser, rrule
from icalendar import Calendar, Event

ZONE = ZoneInfo("Europe/Berlin")


def plan(path: Path) -> dict[str, tuple[str, int, list[datetime], rrule.rrule | None]]:
    """Group rows by number; where a weekly rule gives exactly the dates, take it."""
    meetings: dict[str, list[tuple[datetime, dict[str, str]]]] = defaultdict(list)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            start = parser.parse(row["Start time"]).replace(tzinfo=ZONE)
            meetings[row["Meeting ID"].replace(" ", "")].append((start, row))
    planned = {}
    for number, rows in meetings.items():
        rows.sort(key=lambda pair: pair[0])
        starts = [start for start, _ in rows]
        rule = rrule.rrule(rrule.WEEKLY, dtstart=starts[0].replace(tzinfo=None), count=len(starts))
        fits = [start.replace(tzinfo=ZONE) for start in rule] == starts
        first = rows[0][1]
        planned[number] = (first["Topic"], int(first["Duration (minutes)"]), starts, rule if fits else None)
    return planned


def write(planned: dict[str, tuple[str, int, list[datetime], rrule.rrule | None]], path: Path) -> None:
    """Write one calendar file."""
    calendar = Calendar()
    calendar.add("prodid", "-//peer//")
    calendar.add("version", "2.0")
    stamp = datetime.now(UTC)
    for number, (topic, minutes, starts, rule) in planned.items():
        for index, start in enumerate(starts[:1] if rule else starts):
            event = Event()
            event.add("uid", str(uuid.uuid5(uuid.NAMESPACE_URL, f"{number}/{index}")))
            event.add("dtstamp", stamp)
            event.add("summary", topic)
            event.add("dtstart", start)
            event.add("dtend", start + timedelta(minutes=minutes))
            event.add("location", f"https://meet.example.org/{number}")
            if rule:
                event.add("rrule", {"FREQ": ["WEEKLY"], "COUNT": [len(starts)]})
            calendar.add_component(event)
    calendar.add_missing_timezones()
    path.write_bytes(calendar.to_ical())


def main() -> None:
    began = time.perf_counter()
    planned = plan(Path(sys.argv[1]))
    middle = time.perf_counter()
    write(planned, Path(sys.argv[2]))
    print(json.dumps({"plan": middle - began, "write": time.perf_counter() - middle}))


if __name__ == "__main__":
    main()
