"""What must hold for spoilt lists of past meetings: guesses are marked, and only what was not touched stays likely."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.bad_input import unfit_oracle
from tests.bad_input.bases import lines_of
from tests.bad_input.cases import Case
from tests.bad_input.oracle import (
    DONE,
    faults_of_counts,
    faults_of_outcome,
    faults_of_problems,
    is_planned,
    kept,
)
from tests.bad_input.past import VISITOR, pasts
from tests.bad_input.sheet import Sheet
from tests.cli.program import ZONE, Result, run

Data = Mapping[str, Any]
Hosts = Sequence[Mapping[str, str]]


def faults(case: Case, result: Result, seconds: float, hosts: Hosts) -> Iterator[str]:
    """Say in words what is wrong with the outcome of a plan of a spoilt list of past meetings."""
    if not case.from_history:
        yield from unfit_oracle.faults(case, result, seconds)
        return
    yield from faults_of_outcome(case, result, seconds)
    if not is_planned(result):
        return
    data = result.json["data"]
    yield from _faults_of_people(case, data, hosts)
    yield from _faults_of_guesses(case, data)
    yield from _faults_of_series(case, data)
    if case.is_single:
        yield from faults_of_problems(case, data)
        if case.effect.same and case.effect.counts is not None:
            yield from faults_of_counts(case, data, _base_plan(case.base.name))


def _faults_of_people(case: Case, data: Data, hosts: Hosts) -> Iterator[str]:
    """Whoever was in a meeting is in no plan and no list of hosts, unless a mutation put them where hosts stand."""
    sheet = case.spoilt
    columns = [name for name in ("host_name", "host_email", "host_id") if name in sheet.fields]
    moved = [cell for row in sheet.rows for name in columns if _is_visitor(cell := sheet.cell(row, name))]
    moved = [] if sheet.has_blocks and not case.effect.everything and not case.effect.touched else moved
    for change in data["changes"]:
        meeting = change["meeting"]
        if meeting["attendees"] or meeting["alternative_hosts"]:
            yield f"{change['key']} has attendees: {meeting}"
        if any(map(_is_visitor, meeting["host"].values())) and not moved:
            yield f"{change['key']} has the host {meeting['host']}"
    if not moved and (strange := [row for row in hosts if any(map(_is_visitor, row.values()))]):
        yield f"hosts.csv has {strange}"


def _is_visitor(text: str) -> bool:
    return VISITOR.casefold() in text.casefold()


def _faults_of_guesses(case: Case, data: Data) -> Iterator[str]:
    if unfit_oracle.may_be_read(case.spoilt):
        return
    if sure := [change["key"] for change in data["changes"] if not change["guess"]]:
        yield f"{sure} are no guesses"
    told = [line for change in data["changes"] for line in _lines(change)]
    if len(set(told)) < len(told) or len(told) != sum(file["rows"]["in_meetings"] for file in data["inputs"]):
        yield f"{len(told)} rows tell of guesses: {[file['rows'] for file in data['inputs']]}"
    if not case.base.beside and case.spoilt.form.cut is None and not case.effect.everything:
        rows = case.spoilt.lines()
        for change in data["changes"]:
            keys = {rows[line].key for line in lines_of(change) if line in rows} - {change["key"]}
            if strangers := [key for key in keys if not case.effect.touches(key)]:
                yield f"{change['key']} has rows of {strangers}"


def _faults_of_series(case: Case, data: Data) -> Iterator[str]:
    """What was likely to go on still is, as it was; a later date than any before can only show that it ended."""
    if case.effect.everything:
        return
    before = _base_plan(case.base.name)
    told = {change["key"]: change["meeting"] for change in before["changes"]}
    found = {change["key"]: change["meeting"] for change in data["changes"]}
    moved = _last(data) != _last(before)
    for key in (told.keys() | found.keys()) - {key for key in told.keys() | found.keys() if case.effect.touches(key)}:
        if key in told and key in found:
            if kept(found[key], case) != kept(told[key], case):
                yield f"{key} was {told[key]} and is {found[key]}"
        elif key in told and not (moved and _last(data) > _last(before) and case.effect.touched):
            yield f"{key} is likely no more: {data['problems']}"
        elif key in found and key in _keys(case.base) and not moved:
            yield f"{key} was not likely before: {found[key]}"


def _lines(change: Data) -> list[str]:
    return [str(source) for source in change["meeting"]["sources"]]


def _keys(sheet: Sheet) -> set[str]:
    return {row.key for row in sheet.rows}


def _last(data: Data) -> str:
    return max((file["window"]["to"] for file in data["inputs"] if file["window"]), default="")


@cache
def _base_plan(name: str) -> Data:
    return plan(next(base for base in pasts() if base.name == name))


def plan(sheet: Sheet) -> Data:
    """Plan a list of past meetings, together with the files beside it."""
    with TemporaryDirectory() as directory:
        paths = [Path(directory, f"past{number}.csv") for number in range(1 + len(sheet.beside))]
        for path, data in zip(paths, (sheet.data(), *sheet.beside), strict=True):
            path.write_bytes(data)
        result = run("--site", directory, "--json", "plan", *paths, "--from-history", *ZONE)
    assert result.code == DONE, result.out
    found: Data = result.json["data"]
    return found
