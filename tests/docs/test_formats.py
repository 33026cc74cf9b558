"""Every field of the plan, the JSON output and the journal is documented, with its type, and no field is made up.

The documents come from two migrations in which everything happens once; the second one is to a server that makes rooms.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from docs.generate.sessions import Terminal
from migrate.core.app_passwords import Token
from migrate.core.errors import Exit
from migrate.core.meeting import Meeting, Occurrence, Override, Person
from migrate.shared.schedule_format import write_schedule
from migrate.state.sqlite import SqliteJournal
from tests.docs.prose import REFERENCE, codes, fields
from tests.talk.nextcloud import nextcloud_talk
from tests.talk.site import TalkSite

JSON = REFERENCE / "json-output.md"

# Their keys are not ours to list.
OPEN = (
    *("inputs[].columns", "settings.targets", "settings.calendars", "aliases"),
    *("binding.meeting", "binding.room"),
    *("changes[].room.traits", "room.made.room", "room.made.asked", "room.made.found", "room.made.losses[]"),
)
# What a room has on few servers only.
SELDOM = {"password_length"}
# Said once: path -> where its fields are documented.
SAME = {
    "changes[].before": "changes[].meeting",
    "changes[].meeting.alternative_hosts[]": "changes[].meeting.host",
    "changes[].meeting.attendees[]": "changes[].meeting.host",
    "step.before": "binding",
    "step.after": "binding",
    "room step.before": "room.made",
    "room step.after": "room.made",
    "rooms[]": "items[]",
}

MARCH = "upcoming_events_20270301_20270331.csv"
EXPORT = """\
Topic,Meeting ID,Host name,Start time,Duration (minutes),Join URL
Weekly,800 0000 0201,Bo Okafor,2027-03-01 09:00,45,https://zoom.us/j/80000000201?pwd=abc
Weekly,800 0000 0201,Bo Okafor,2027-03-08 09:00,45,https://zoom.us/j/80000000201?pwd=abc
Kick-off,800 0000 0202,Bo Okafor,2027-03-02 09:00,,
Board,800 0000 0203,Bo Okafor,2027-03-03 09:00,45,
Lunch,,Bo Okafor,2027-03-04 12:00,45,
Ruined,8.5E+10,Bo Okafor,2027-03-05 12:00,45,
"""
# The series is gone, one meeting has moved, one was moved by people too, one has got a number.
LATER = """\
Topic,Meeting ID,Host name,Start time,Duration (minutes)
Kick-off,800 0000 0202,Bo Okafor,2027-03-02 11:00,
Board,800 0000 0203,Bo Okafor,2027-03-03 11:00,45
Lunch,800 0000 0204,Bo Okafor,2027-03-04 12:00,45
"""
START = datetime(2027, 3, 1, 10, tzinfo=ZoneInfo("Europe/Berlin"))
CLUB = Meeting(
    "Club",
    number="80000000210",
    start=START,
    timezone="Europe/Berlin",
    duration_minutes=60,
    rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=6",
    exdates=(START + timedelta(days=7),),
    overrides=(Override(START + timedelta(days=14), START + timedelta(days=15)),),
    singles=(Occurrence(START + timedelta(days=80), 30),),
    alternative_hosts=(Person("Anna Lind", "anna@example.org"),),
    attendees=(Person("", "kim@example.org"),),
)

READING = Meeting(
    "Reading circle",
    number="80000000211",
    start=START,
    timezone="Europe/Berlin",
    host=Person("Bo Okafor", account="ben"),
    attendees=(Person("", "kim@example.net"), Person("Ana", account="ana"), Person("Sam", account="gone")),
)


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
            self.data[result["command"] + " --dry-run" * ("--dry-run" in command)].append(result["data"])

    def plan(self, export: str, *options: str) -> None:
        (self.folder / MARCH).write_text(export)
        self.run(" ".join(["plan", MARCH, "schedule.csv --timezone Europe/Berlin --since 2027-01-01", *options]))
        self.plans.append(self.results[-1]["data"])

    def edit(self, before: str, after: str) -> None:
        (path,) = self.folder.glob("calendars/hosts/bo*.ics")
        path.write_bytes(path.read_bytes().replace(before.encode(), after.encode()))


@pytest.fixture(scope="module")
def migration(tmp_path_factory: pytest.TempPathFactory) -> Migration:
    made = Migration(tmp_path_factory.mktemp("site"))
    (made.folder / "schedule.csv").write_bytes(write_schedule([CLUB]))
    made.plan(EXPORT)
    made.run("init --server meet.example.org")
    made.plan(EXPORT)
    made.run("apply plan.json")
    made.run("apply plan.json --partial --dry-run")
    made.run("apply plan.json --partial")
    made.edit("SUMMARY:Board", "SUMMARY:The board")
    made.plan(LATER, "--prune")
    made.run("apply plan.json --partial --allow-large-change")
    made.plan(EXPORT.splitlines()[0])
    made.run("status")
    made.run("undo last")
    leave_app_passwords(made.folder)
    made.run("status")
    made.run("completion bash")
    return made


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Migration:
    made = Migration(tmp_path_factory.mktemp("talking"))
    with nextcloud_talk() as server:
        TalkSite(made.folder, server)
        (made.folder / "schedule.csv").write_bytes(write_schedule([READING]))
        made.plan(EXPORT)
        made.run("apply plan.json --partial --notify")
        made.run("apply plan.json --partial --notify --dry-run")
        (made.folder / "schedule.csv").write_bytes(write_schedule([replace(READING, topic="Readers")]))
        made.plan(EXPORT)
        made.run("apply plan.json --partial")
        made.run("undo last")
    return made


def leave_app_passwords(site: Path) -> None:
    """Do as a command that is killed: of one app password nobody knows whether it was made."""
    token = Token("cloud.example.org", "anna", "cli", frozenset(), datetime(2027, 1, 4, 8, tzinfo=UTC))
    with SqliteJournal.open(site / "state.sqlite") as journal:
        journal.tokens.intend([token, replace(token, id=27)])


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
        return isinstance(value, list) and all(is_(kind[len("list of ") : -1], item) for item in value)
    if kind.endswith(" or null"):
        return value is None or is_(kind.removesuffix(" or null"), value)
    if kind in words:
        return isinstance(value, words[kind])
    if kind == "number":
        return type(value) in (int, float)
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


def test_every_field_of_a_plan_is_documented(migration: Migration, talking: Migration) -> None:
    # What a server tells of itself has names for people.
    plans = [{**plan, "server": {}} for plan in (*migration.plans, *talking.plans)]
    compare(plans, fields(REFERENCE / "plan-format.md"))


def test_every_trait_of_a_room_is_documented(talking: Migration) -> None:
    rooms = [change["room"] for plan in talking.plans for change in plan["changes"]]
    found = {trait for room in rooms for trait in room["traits"]}
    assert {*codes(REFERENCE / "plan-format.md", "`changes[].room`")} == found | SELDOM | {*rooms[0]}


def test_the_migration_has_every_action_but_adopt(migration: Migration) -> None:
    actions = {change["action"] for plan in migration.plans for change in plan["changes"]}
    assert actions == {"create", "update", "keep", "delete", "conflict"}


def test_the_envelope_is_documented(migration: Migration) -> None:
    envelopes = [{**result, "data": {}} if "data" in result else result for result in migration.results]
    compare(envelopes, fields(JSON))


@pytest.mark.parametrize("command", ["init", "apply", "apply --dry-run", "status", "undo", "completion"])
def test_the_data_of_a_command_are_documented(migration: Migration, talking: Migration, command: str) -> None:
    compare([*migration.data[command], *talking.data[command]], fields(JSON, command))


def test_columns_of_the_sheet_of_passwords_are_documented_in_their_order(talking: Migration) -> None:
    head, *rows = (talking.folder / "passwords.csv").read_text("utf-8").splitlines()
    assert head.split(",") == codes(JSON, "passwords.csv")
    assert rows


def test_a_command_line_that_is_not_understood_is_answered_in_the_envelope_too(migration: Migration) -> None:
    answer = json.loads(migration.terminal.run("jitsi-migrate status --json --gone"))
    assert (answer["status"], answer["error"]["kind"]) == ("error", "usage")
    assert migration.terminal.exit_code == Exit.USAGE


def test_the_report_of_a_run_is_what_apply_printed(migration: Migration) -> None:
    reports = [json.loads(path.read_text()) for path in migration.folder.glob("runs/*/report.json")]
    assert reports
    assert all(report.keys() == migration.data["apply"][0].keys() for report in reports)


def test_every_record_of_the_journal_is_documented(migration: Migration, talking: Migration) -> None:
    records = [*journalled(migration), *journalled(talking)]
    found = [pair for record in records for pair in paths(record, record["record"])]
    check(found, fields(JSON, "journal"))


def journalled(migration: Migration) -> Iterable[Any]:
    migration.terminal.run("jitsi-migrate status --export journal.jsonl")
    return map(json.loads, (migration.folder / "journal.jsonl").read_text("utf-8").splitlines())


def test_a_field_that_is_not_documented_is_noticed() -> None:
    with pytest.raises(AssertionError, match="new"):
        compare([{"old": 1, "new": 2}], {"old": "number"})


def test_a_field_of_another_type_is_noticed() -> None:
    with pytest.raises(AssertionError, match="text"):
        compare([{"old": 1}], {"old": "text or null"})
