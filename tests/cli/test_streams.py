"""What is printed meets a reader who left, or a full disk: real pipes and devices, the real program."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import ZONE, run

COMMAND = [sys.executable, "-m", "migrate.cli"]


def without_a_reader(*words: str | Path, errors_too: bool = False) -> tuple[int, str]:
    """Run the program with a pipe that nobody reads any more; return its exit code and standard error."""
    reading, writing = os.pipe()
    os.close(reading)
    where = writing if errors_too else subprocess.PIPE
    done = subprocess.run([*COMMAND, *map(str, words)], stdout=writing, stderr=where, text=True, check=False)
    os.close(writing)
    return done.returncode, done.stderr or ""


def onto_a_full_disk(*words: str | Path) -> tuple[int, str]:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, *map(str, words)], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["plan", "--help"], ["completion", "bash"]])
def test_a_reader_who_left_is_no_error(words: list[str]) -> None:
    assert without_a_reader(*words) == (0, "")


@pytest.mark.parametrize("options", [[], ["--json"], ["-v"]])
def test_the_exit_code_is_that_of_the_work(site: Path, export: Path, options: list[str]) -> None:
    plan = ["--site", site, "plan", export, *ZONE, *options]
    assert without_a_reader(*plan) == (0, "")
    assert without_a_reader(*plan, "--detailed-exitcode") == (10, "")
    assert without_a_reader("--site", site, "apply", site / "plan.json", *options) == (0, "")
    assert run("--site", site, "plan", export, *ZONE, "--detailed-exitcode").code == 0


def test_errors_keep_their_code_though_nobody_reads_them(site: Path) -> None:
    assert without_a_reader("--site", site, "apply", "nowhere.json", errors_too=True) == (4, "")
    assert without_a_reader("--site", site, "apply", "nowhere.json", "--json") == (4, "")
    assert without_a_reader("frobnicate", errors_too=True) == (2, "")


def test_a_pipe_that_is_closed_after_the_first_line_is_no_error(site: Path, export: Path) -> None:
    rows = export.read_text().splitlines(keepends=True)
    export.write_text(rows[0] + "".join(rows[3].replace("0202", f"{number:04}") for number in range(2000)))
    with subprocess.Popen(
        [*COMMAND, "--site", str(site), "plan", str(export), *ZONE, "-v"], stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout
        program.stdout.readline()
        program.stdout.close()
    assert program.returncode == 0


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_full_disk_is_told_and_is_no_bug(site: Path, export: Path, options: list[str]) -> None:
    code, error = onto_a_full_disk("--site", site, "plan", export, *ZONE, *options)
    assert (code, "bug" in error, "Traceback" in error) == (75, False, False)
    assert "standard output: the disk is full; the command did its work" in error
    code, error = onto_a_full_disk("--site", site, "apply", site / "plan.json", *options)
    assert (code, "the disk is full; the run is done" in error, f"{site} status" in error) == (75, True, True)


def test_an_error_on_a_full_disk_stays_what_it_is(site: Path) -> None:
    code, error = onto_a_full_disk("--site", site, "apply", "nowhere.json")
    assert (code, "nowhere.json" in error) == (4, True)


@pytest.mark.parametrize("closed", [1, 2])
def test_a_stream_that_was_never_open_is_no_error(site: Path, closed: int) -> None:
    script = f'exec "$0" -m migrate.cli --site "$1" status {closed}>&-'
    assert subprocess.run(["sh", "-c", script, sys.executable, site], capture_output=True, check=False).returncode == 0
