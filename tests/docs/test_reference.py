"""The reference names what the code has: no code, column or file more, and none less."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest

from docs.generate.sessions import Terminal
from migrate.cli.app import COMMANDS, cli
from migrate.core.errors import Exit
from migrate.core.meeting import Kind
from migrate.core.plan import Action
from migrate.core.rooms import Target
from migrate.registry import adapters
from migrate.services import report
from migrate.shared import hosts
from migrate.shared.schedule_format import COLUMNS, MARKER
from tests.docs import emitted
from tests.docs.prose import REFERENCE, ROOT, codes, command_lines, rows

TREES = emitted.modules()


def test_every_exit_code_is_documented() -> None:
    documented = {int(row[0]): row[1].strip("`") for row in rows(REFERENCE / "exit-codes.md")}
    assert documented == {code.value: code.name.lower() for code in Exit}


def test_every_problem_is_documented_with_its_severities() -> None:
    headings = ["Losses", *(target.label for target in adapters(Target).values())]
    lost = [code for heading in headings for code in codes(REFERENCE / "problems.md", heading)]
    table = [row for row in rows(REFERENCE / "problems.md") if row[0].strip("`") not in lost]
    documented = {row[0].strip("`"): set(row[1].split(", ")) for row in table}
    found = emitted.problems(TREES)
    assert documented.keys() == found.keys()
    assert not [code for code, (certain, possible) in found.items() if not certain <= documented[code] <= possible]


def test_every_loss_that_no_target_words_is_documented() -> None:
    assert set(codes(REFERENCE / "problems.md", "Losses")) == emitted.losses(TREES)


@pytest.mark.parametrize(
    ("source", "certain", "possible"),
    [
        ("Problem('new-code', Severity.ERROR, 'text')", {"error"}, {"error"}),
        ("faults.warn('new-code', 'text')", {"warning"}, {"warning"}),
        ("Problem('new-code', Severity.ERROR if x else Severity.INFO)", {"error", "info"}, {"error", "info"}),
        ("CODE = 'new-code'\nself.faults.error(CODE, 'text')", {"error"}, {"error"}),
        ("CODE = 'new-code'\nself.faults.note(code, 'text')", set(), {"info"}),
    ],
)
def test_a_problem_is_found_however_it_is_reported(source: str, certain: set[str], possible: set[str]) -> None:
    assert emitted.problems({"migrate.new": ast.parse(source)}) == {"new-code": (certain, possible)}


def test_columns_of_the_schedule_csv_are_documented_in_their_order() -> None:
    assert codes(REFERENCE / "schedule-format.md", "Columns") == [MARKER, *COLUMNS]


def test_columns_of_the_hosts_file_are_documented_in_their_order() -> None:
    assert codes(REFERENCE / "settings.md", "hosts.csv") == list(hosts.COLUMNS)


def test_columns_of_the_report_are_documented_in_their_order() -> None:
    assert codes(REFERENCE / "json-output.md", "Reports") == list(report.COLUMNS)


def test_actions_and_kinds_are_documented() -> None:
    assert codes(REFERENCE / "plan-format.md", "Actions") == [action.value for action in Action]
    assert codes(REFERENCE / "plan-format.md", "Kinds") == [kind.value for kind in Kind]


def test_variables_are_documented() -> None:
    texts = [path.read_text("utf-8") for path in (ROOT / "migrate").rglob("*.py")]
    read = {name for text in texts for name in re.findall(r"environ(?:\.get\(|\[)\"(\w+)\"", text)}
    assert set(codes(REFERENCE / "settings.md", "Variables")) == read


def test_files_of_a_site_are_documented_with_the_command_that_makes_them(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "one.csv").write_text("Topic,Meeting ID,Start time\nKick-off,800 0000 0201,2027-03-01 09:00\n")
    terminal, made = Terminal(tmp_path), dict[str, str]()
    for command in (
        "init --server meet.example.org",
        "plan in/one.csv --timezone Europe/Berlin --since 2027-01-01",
        "apply plan.json",
        "undo last",
    ):
        terminal.run(f"jitsi-migrate {command}")
        new = {path.name for path in tmp_path.iterdir()} - {"in"} - made.keys()
        made |= dict.fromkeys(new, command.split()[0])
    tables = rows(REFERENCE / "settings.md", "Settings and the site directory")
    assert {row[0].strip("`"): row[1] for row in tables} == made


@pytest.mark.parametrize("line", command_lines(), ids=str)
def test_every_command_line_in_the_docs_is_one(line: tuple[str, ...]) -> None:
    _, name, *arguments = line
    assert name in COMMANDS
    command = cli.get_command(click.Context(cli), name)
    assert command
    options = {option for parameter in command.params for option in parameter.opts}
    assert {argument.partition("=")[0] for argument in arguments if argument.startswith("-")} <= options
