"""Every CSV under tests/data is read and compared with the JSON beside it.

A new case is a CSV file and, where it needs options, a JSON file with nothing but those. `REGENERATE=1 pytest
tests/sources/test_golden.py` writes what is read now; look at the difference before you keep it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from migrate.core.document import meeting_to_json, person_to_json
from migrate.core.errors import MigrateError
from migrate.core.plan import problem_to_json
from migrate.core.ports import Document, Reading, ReadOptions, Source
from migrate.shared.advice import advise
from migrate.sources.schedule_csv import ScheduleCsv
from migrate.sources.upcoming_events import UpcomingEvents

DATA = Path(__file__).parent.parent / "data"
SOURCES: dict[str, Source] = {"upcoming": UpcomingEvents(), "schedule": ScheduleCsv()}
CASES = sorted(path for kind in SOURCES for path in (DATA / kind).glob("*.csv"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_reads_as_it_did(path: Path):
    golden = path.with_suffix(".json")
    known = json.loads(golden.read_text(encoding="utf-8")) if golden.exists() else {}
    options = known.get("options", {})
    seen = {"options": options, **outcome(path, options)}
    if os.environ.get("REGENERATE"):
        golden.write_text(json.dumps(seen, ensure_ascii=True, indent=1) + "\n", encoding="utf-8")
    assert golden.exists(), f"{golden.name} is missing: run with REGENERATE=1 and look at what it writes"
    assert seen == known or os.environ.get("REGENERATE")


@pytest.mark.parametrize("kind", SOURCES)
def test_every_expectation_has_its_file(kind: str):
    csv_files, json_files = ({path.stem for path in (DATA / kind).glob(f"*.{suffix}")} for suffix in ("csv", "json"))
    assert csv_files == json_files != set()


def outcome(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    document, read_options = Document(path.name, path.read_bytes()), ReadOptions(**options)
    claimed = [name for name, source in SOURCES.items() if source.identify(document, read_options)]
    try:
        if not claimed:
            raise advise(document, read_options)
        reading = SOURCES[path.parent.name].read(document, read_options)
    except MigrateError as error:
        said = {"message": error.message, "hint": error.hint, "details": list(error.details)}
        return {"claimed_by": claimed, "error": {"exit_code": error.exit_code, **said}}
    return {"claimed_by": claimed, "reading": as_json(reading)}


def as_json(reading: Reading) -> dict[str, Any]:
    window = reading.window
    return {
        **{name: getattr(reading, name) for name in Reading.__slots__},
        "columns": dict(reading.columns),
        "meetings": [meeting_to_json(meeting) for meeting in reading.meetings],
        "problems": [problem_to_json(problem) for problem in reading.problems],
        "people": [person_to_json(person) for person in reading.people],
        "rows": asdict(reading.rows),
        "window": [window.first.isoformat(), window.last.isoformat()] if window else None,
    }
