"""Every CSV under tests/data is read and compared with the JSON beside it.

A new case is a CSV file and, where it needs options, a JSON file with nothing but those. `REGENERATE=1 pytest
tests/sources/test_golden.py` writes what is read now; look at the difference before you keep it.
"""

from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from migrate.core.document import meeting_to_json, person_to_json
from migrate.core.errors import Exit, MigrateError
from migrate.core.plan import problem_to_json
from migrate.core.ports import Document, Reading, ReadOptions, Source
from migrate.shared.advice import advise
from migrate.shared.columns import language_of
from migrate.shared.decoding import decode
from migrate.shared.kinds import FileKind, kind_of, kinds
from migrate.shared.resources import data_rows
from migrate.shared.tables import sheet_of
from migrate.sources.history import History
from migrate.sources.schedule_csv import ScheduleCsv
from migrate.sources.upcoming_events import UpcomingEvents
from migrate.sources.users import Users
from tests.forms import FORMS, renumbered

DATA = Path(__file__).parent.parent / "data"
SOURCES: dict[str, Source] = {
    "history": History(),
    "schedule": ScheduleCsv(),
    "upcoming": UpcomingEvents(),
    "users": Users(),
}
REFUSED = "refused"
FOLDERS = (*SOURCES, REFUSED)
CASES = sorted(path for folder in FOLDERS for path in (DATA / folder).glob("*.csv"))
UNKNOWN = "unknown"
# They are about how a file is written: its letters and quotes, a delimiter that it names, rows wider than the header.
PECULIAR = {
    "every_fault",
    "semicolon_said",
    "unclosed_quote",
    "unknown_empty",
    "unknown_japanese_code_page",
    "unknown_text",
}


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_reads_as_it_did(path: Path):
    golden, expected = path.with_suffix(".json"), known(path)
    options = expected["options"]
    seen = {"options": options, **outcome(path, options)}
    if os.environ.get("REGENERATE"):
        golden.write_text(json.dumps(seen, ensure_ascii=True, indent=1) + "\n", encoding="utf-8")
    assert golden.exists(), f"{golden.name} is missing: run with REGENERATE=1 and look at what it writes"
    assert seen == expected or os.environ.get("REGENERATE")


@pytest.mark.parametrize("form", ["UTF-16 LE with tabs", "CR", "padded, with semicolons", "rows of bare delimiters"])
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_file_reads_as_it_did_in_whatever_form_it_comes(folder: str, form: str):
    for path in (path for path in CASES if path.parent.name == folder and path.stem not in PECULIAR):
        options = known(path)["options"]
        expected = settled(path, outcome(path, options))
        assert settled(path, outcome(path, options, FORMS[form](rows_of(path)))) == expected, path.name


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_expectation_has_its_file(folder: str):
    csv_files, json_files = ({path.stem for path in (DATA / folder).glob(f"*.{suffix}")} for suffix in ("csv", "json"))
    assert csv_files == json_files != set()


def test_there_is_a_file_of_every_kind_and_of_none():
    assert {kind_of(*sample(path)) for path in CASES} == {*kinds(), None}


def test_there_is_a_file_in_every_language():
    labels = data_rows("columns.tsv")
    spoken = {language for _, language, _, certainty in labels if certainty != "own"}
    assert spoken <= {language for path in CASES for language in languages(*sample(path))}


@pytest.mark.parametrize("path", sorted((DATA / REFUSED).glob("*.csv")), ids=lambda path: path.stem)
def test_a_file_that_is_refused_is_refused_as_what_its_name_says(path: Path):
    document, options = sample(path)
    assert name_of(kind_of(document, options)) == path.stem.partition("_")[0]
    assert outcome(path, known(path)["options"])["claimed_by"] == []


@pytest.mark.parametrize("path", sorted((DATA / "history").glob("*.csv")), ids=lambda path: path.stem)
def test_past_meetings_are_refused_where_nobody_asked_to_guess_from_them(path: Path):
    said = outcome(path, known(path)["options"] | {"from_history": False})
    assert (said["claimed_by"], said["error"]["exit_code"]) == ([], Exit.INPUT)
    assert "already happened" in said["error"]["message"]
    assert ("--from-history" in said["error"]["hint"]) == ("reading" in known(path))


def known(path: Path) -> dict[str, Any]:
    """Return what is expected of a file, and before that its options alone."""
    golden = path.with_suffix(".json")
    found: dict[str, Any] = json.loads(golden.read_text(encoding="utf-8")) if golden.exists() else {}
    return {"options": {}, **found}


def sample(path: Path) -> tuple[Document, ReadOptions]:
    return Document(path.name, path.read_bytes()), ReadOptions(**known(path)["options"])


def languages(document: Document, options: ReadOptions) -> set[str | None]:
    return {language_of(table.header) for table in sheet_of(document, options).tables}


def name_of(kind: FileKind | None) -> str:
    return kind.name if kind else UNKNOWN


def rows_of(path: Path) -> list[list[str]]:
    document, options = sample(path)
    text, delimiter = decode(document)[0], sheet_of(document, options).delimiter
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True))


def settled(path: Path, seen: dict[str, Any]) -> str:
    """Return an outcome without what tells how the file was written; its lines are counted anew."""
    if reading := seen.get("reading"):
        reading["encoding"] = reading["delimiter"] = None
        reading["rows"] |= dict.fromkeys(("read", "blank", "header"))
        reading["problems"] = [each for each in reading["problems"] if each["code"] != "encoding-guessed"]
    return renumbered(json.dumps(seen, ensure_ascii=False, default=str), path.name)


def outcome(path: Path, options: dict[str, Any], data: bytes | None = None) -> dict[str, Any]:
    document = Document(path.name, path.read_bytes() if data is None else data)
    read_options = ReadOptions(**options)
    claimed = [name for name, source in SOURCES.items() if source.identify(document, read_options)]
    try:
        if not claimed:
            raise advise(document, read_options)
        reading = SOURCES[path.parent.name].read(document, read_options)
    except MigrateError as error:
        said = {"message": error.message, "hint": error.hint, "details": list(error.details)}
        kind = name_of(kind_of(document, read_options))
        return {"claimed_by": claimed, "kind": kind, "error": {"exit_code": error.exit_code, **said}}
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
