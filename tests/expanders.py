"""Two programs that are not ours and read every date from a calendar file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import recurring_ical_events
from icalendar import Calendar

JS = Path(__file__).parent / "js"
LIMIT = datetime(2029, 1, 1, tzinfo=UTC)

Date = tuple[datetime, datetime, str]
"""When an occurrence starts and ends, in UTC, and what it is called."""


def by_python(text: str) -> Iterator[tuple[str, Date]]:
    calendar = Calendar.from_ical(text)
    for event in recurring_ical_events.of(calendar).between(datetime(1980, 1, 1, tzinfo=UTC), LIMIT):
        yield str(event["UID"]), (event.start.astimezone(UTC), event.end.astimezone(UTC), str(event["SUMMARY"]))


def by_ical_js(*paths: Path) -> Iterator[tuple[str, Date]]:
    node = shutil.which("node")
    if not node or not (JS / "node_modules").is_dir():
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up("ical.js is not there: install Node.js and run `npm ci` in tests/js")
    command = [node, str(JS / "expand.mjs"), "--until", LIMIT.isoformat(), *map(str, paths)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    for date in found:
        yield date["uid"], (datetime.fromisoformat(date["start"]), datetime.fromisoformat(date["end"]), date["summary"])
