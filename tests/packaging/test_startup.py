"""The program starts at once: help and version load nothing but click and the standard library's light parts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"ansible_runner", "icalendar", "jinja2", "orjson", "pydantic", "requests", "rich", "sqlite3"}
PROGRAM = "from migrate.cli.app import main; main()"


def imported_by(*arguments: str) -> set[str]:
    command = [sys.executable, "-X", "importtime", "-c", PROGRAM, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    modules = (line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {module.partition(".")[0] for module in modules}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_nothing_heavy_is_imported_by(option):
    loaded = imported_by(option)
    assert "click" in loaded
    assert not loaded & HEAVY


def test_a_plan_knows_no_server_that_the_settings_do_not_have(tmp_path):
    (tmp_path / "export.csv").write_text("Topic,Meeting ID,Start time\nKick-off,800 0000 0201,2027-03-01 09:00\n")
    plan = ("--site", str(tmp_path / "site"), "plan", str(tmp_path / "export.csv"), "--timezone", "Europe/Berlin")
    for words, expected in ((("--server", "meet.example.org"), False), (("meet.example.org",), True)):
        imported_by("--site", str(tmp_path / "site"), "init", *words)
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", PROGRAM, *plan, "--since", "2027-01-01"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert ("migrate.deployment.jitsi_meet.settings" in done.stderr) == expected
