"""Spoilt files all the way: planned, applied, planned again, undone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bad_input import traces
from tests.bad_input.cases import NUMBER, case
from tests.cli.program import ZONE, Result, run

CHUNK = 500
EVERY = 25


@pytest.mark.parametrize("first", range(0, NUMBER, CHUNK))
def test_a_spoilt_file_leaves_no_trace_that_is_not_ours(first: int, tmp_path: Path) -> None:
    for number in range(first, first + CHUNK, EVERY):
        spoilt = case(number)
        directory = tmp_path / str(number)
        directory.mkdir()
        path = directory / "spoilt.csv"
        path.write_bytes(spoilt.data)
        if found := list(faults_of_run(path)):
            pytest.fail(f"{spoilt}\nin {path}\n" + "\n".join(found)[:5000], pytrace=False)


def faults_of_run(path: Path) -> Iterator[str]:
    """Do all that can be done with a file, and say what is wrong with what is left."""
    before = {*path.parent.rglob("*")}
    site = path.parent / "site"
    run("init", "--site", site, "--server", "meet.example.org")
    planned = run("--site", site, "plan", path, *ZONE)
    yield from traces.faults_of_terminal(planned)
    if planned.code == 4:
        return
    yield from _unexpected(planned, 0, 6)
    applied = run("--site", site, "apply", site / "plan.json", "--partial")
    yield from traces.faults_of_terminal(applied)
    yield from _unexpected(applied, 0, 6)
    yield from traces.faults_of_calendars(site)
    yield from traces.faults_of_tables(site)
    yield from traces.faults_of_names(site, before)
    again = run("--site", site, "--json", "plan", path, *ZONE)
    yield from _unexpected(again, planned.code)
    if pending := [change for change in again.json["data"]["changes"] if change["action"] != "keep"]:
        yield f"a second plan changes {json.dumps(pending)[:1000]}"
    for done in (site / "runs").glob("*"):
        undone = run("--site", site, "undo", done.name)
        yield from traces.faults_of_terminal(undone)
        yield from _unexpected(undone, 0)
    if left := list(site.rglob("*.ics")):
        yield f"undo leaves {left}"


def _unexpected(result: Result, *codes: int) -> Iterator[str]:
    if result.code not in codes:
        yield f"it ended with {result.code}: {result.out[-1000:]} {result.err[-1000:]}"
