"""Every field of the plan, of the JSON output and of the journal is documented, with its type, and none that is not there.

The documents come from one migration in which everything happens once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from docs.generate.sessions import Terminal
from tests.docs.prose import REFERENCE, fields

JSON = REFERENCE / "json-output.md"

# Their keys are not ours to list.
OPEN = ("inputs[].columns", "settings.targets", "settings.calendars", "aliases", "binding.meeting", "binding.room")
# Said once: path -> where its fields are documented.
SAME = {
    "changes[].before": "changes[].meeting",
    "changes[].meeting.alternative_hosts[]": "changes[].meeting.host",
    "changes[].meeting.attendees[]": "changes[].meeting.host",
    "step.before": "binding",
    "step.after": "binding",
}

EXPORT = """\
Topic,Meeting ID,Host name,Start time,Duration (minutes),Join URL
Weekly,800 0000 0201,Bo Okafor,2027-03-01 09:00,45,https://zoom.us/j/80000000201?pwd=abc
Weekly,800 0000 0201,Bo Okafor,2027-03-08 09:00,45,https://zoom.us/j/80000000201?pwd=abc
Kick-off,800 0000 0202,Bo Okafor,2027-03-02 09:00,,
Board,800 0000 0203,Bo Okafor,2027-03-03 09:00,45,
Lunch,,Bo Okafor,2027-03-04 12:00,45,
Ruined,8.5E+10,Bo Okafor,2027-03-05 12:00,45,
"""
SCHEDULE = """\
jitsi-migrate schedule 1,topic,number,start,timezone,duration_minutes,rrule,exdates,overrides,singles,alternative_hosts,attendees
,Club,800 0000 0210,2027-03-01 10:00,Europe/Berlin,60,FREQ=WEEKLY;COUNT=6,2027-03-08T10:00,"[{""occurrence"": ""2027-03-15T10:00"", ""start"": ""2027-03-16T10:00""}]","[{""start"": ""2027-06-01T10:00"", ""duration_minutes"": 30}]","[""bo@example.org""]","[""anna@example.org""]"
"""


class Migration:
    """A site in which plans and runs are made; it keeps every document that a program could read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.terminal = Terminal(folder)
        self.plans: list[Any] = []
        self.results: list[Any] = []
        self.data: dict[str, list[Any]] = defaultdict(list)

    def run(self, command: str) -> None:
        result = json.loads(self.terminal.run(f"jitsi-migrate {command} --json"))
        self.results.append(result)
        if "data" in result:
            self.data[command.split()[0] + " --dry-run" * ("--dry-run" in command)].append(result["data"])

    def plan(self, export: str, *options: str) -> None:
        (self.folder / "export_20270301_20270331.csv").write_text(export)
        self.run(" ".join(["plan export_20270301_20270331.csv schedule.csv --timezone Europe/Berlin --since 2027-01-01", *options]))
        self.plans.append(self.results[-1]["data"])

    def edit(self, before: str, after: str) -> None:
        (path,) = self.folder.glob("calendars/hosts/bo*.ics")
        path.write_bytes(path.read_bytes().replace(before.encode(), after.encode()))


@pytest.fixture(scope="module")
def migration(tmp_path_factory: pytest.TempPathFactory) -> Migration:
    made = Migration(tmp_path_factory.mktemp("site"))
    (made.folder / "schedule.csv").write_text(SCHEDULE)
    made.plan(EXPORT)
    made.run("init --server meet.example.org")
    made.plan(EXPORT)
    made.run("apply plan.json")
    made.run("apply plan.json --partial --dry-run")
    made.run("apply plan.json --partial")
    # One is updated, one is gone, one is changed on both sides, one has got a number.
    later = EXPORT.replace("02 09:00", "02 11:00").replace("03 09:00", "03 11:00").replace("Lunch,,", "Lunch,800 0000 0204,")
    later = "".join(line for line in later.splitlines(keepends=True) if "Weekly" not in line)
    made.edit("SUMMARY:Board", "SUMMARY:The board")
    made.plan(later, "--prune")
    made.run("apply plan.json --partial --allow-large-change")
    made.plan(EXPORT.splitlines()[0])
    made.run("status")
    made.run("undo last")
    made.run("status")
    made.run("completion bash")
    return made


def paths(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of every field in a document."""
    path = SAME.get(path, path)
    if isinstance(value, list):
        for item in value:
            yield from paths(item, f"{path}[]")
    elif isinstance(value, dict) and path not in OPEN:
        for name, inner in value.items():
            where = f"{path}.{name}" if path else name
            yield where, inner
            yield from paths(inner, where)


def is_(kind: str, value: Any) -> bool:
    """Tell whether a value is of a type as the reference calls it."""
    words = {"text": str, "object": dict, "list": list, "true or false": bool}
    if kind.startswith("list of "):
        return isinstance(value, list) and all(is_(kind.removeprefix("list of ").removesuffix("s"), item) for item in value)
    if kind.endswith(" or null"):
        return value is None or is_(kind.removesuffix(" or null"), value)
    if kind in words:
        return isinstance(value, words[kind])
    if kind == "number":
        return type(value) is int
    return isinstance(value, str) and _is_moment(kind, value)


def _is_moment(kind: str, value: str) -> bool:
    try:
        return bool(date.fromisoformat(value) if kind == "date" else datetime.fromisoformat(value).tzinfo)
    except ValueError:
        return False


def compare(documents: list[Any], documented: Mapping[str, str]) -> None:
    check([pair for document in documents for pair in paths(document)], documented)


def check(found: list[tuple[str, Any]], documented: Mapping[str, str]) -> None:
    """Fail if the fields found and documented are not the same, or a value is not of its type."""
    assert {path for path, _ in found} == documented.keys()
    assert not [(path, value, documented[path]) for path, value in found if not is_(documented[path], value)]


def test_every_field_of_a_plan_is_documented(migration: Migration) -> None:
    compare(migration.plans, fields(REFERENCE / "plan-format.md"))


def test_the_migration_has_every_action_but_adopt(migration: Migration) -> None:
    actions = {change["action"] for plan in migration.plans for change in plan["changes"]}
    assert actions == {"create", "update", "keep", "delete", "conflict"}


def test_the_envelope_is_documented(migration: Migration) -> None:
    envelopes = [{**result, "data": {}} if "data" in result else result for result in migration.results]
    compare(envelopes, fields(JSON))


@pytest.mark.parametrize("command", ["init", "apply", "apply --dry-run", "status", "undo", "completion"])
def test_the_data_of_a_command_are_documented(migration: Migration, command: str) -> None:
    compare(migration.data[command], fields(JSON, command))


def test_the_report_of_a_run_is_what_apply_printed(migration: Migration) -> None:
    reports = [json.loads(path.read_text()) for path in migration.folder.glob("runs/*/report.json")]
    assert reports
    assert all(report.keys() == migration.data["apply"][0].keys() for report in reports)


def test_every_record_of_the_journal_is_documented(migration: Migration) -> None:
    migration.terminal.run("jitsi-migrate status --export journal.jsonl")
    lines = (migration.folder / "journal.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    found = [pair for record in records for pair in paths(record, record["record"])]
    check(found, fields(JSON, "journal"))


def test_a_field_that_is_not_documented_is_noticed() -> None:
    with pytest.raises(AssertionError, match="new"):
        compare([{"old": 1, "new": 2}], {"old": "number"})


def test_a_field_of_another_type_is_noticed() -> None:
    with pytest.raises(AssertionError, match="text"):
        compare([{"old": 1}], {"old": "text or null"})
