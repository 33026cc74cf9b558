"""What must hold for every spoilt file: nothing but what a mutation touches may change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from migrate.core.document import meeting_from_json
from migrate.core.recurrence import dates
from tests.bad_input.bases import bases, lines_of, plan
from tests.bad_input.cases import Case
from tests.bad_input.effect import HOST, MINUTES, TOPIC
from tests.bad_input.sheet import Row
from tests.cli.program import Result

Data = Mapping[str, Any]

DONE, REFUSED, PARTIAL = 0, 4, 6
_SECONDS = 2
# Rules without an end are followed up to here.
_LIMIT = datetime(2029, 1, 1, tzinfo=UTC)
# What is true of a file and not of the meetings in it.
_FACTS = {"sha256", "columns", "unused_columns", "encoding", "delimiter", "rows", "date_order_reason"}

_NO_TOPIC = "Zoom meeting"
_PLACE = re.compile(r"\w+\.csv:\d+")


def faults(case: Case, result: Result, seconds: float) -> Iterator[str]:
    """Say in words what is wrong with the outcome of a plan of a spoilt file."""
    yield from faults_of_outcome(case, result, seconds)
    if not is_planned(result):
        return
    data = result.json["data"]
    yield from _faults_of_counts(case, data)
    yield from _faults_of_sources(case, data)
    yield from _faults_of_meetings(case, data)
    if not case.effect.everything and not case.spoilt.is_schedule and case.spoilt.form.cut is None:
        yield from _faults_of_dates(case, data)
    if case.is_single:
        yield from faults_of_problems(case, data)
    if case.effect.same and _same(data) != _same(_base_plan(case.base.name)):
        yield from _differences(_same(_base_plan(case.base.name)), _same(data))


def is_planned(result: Result) -> bool:
    """Tell whether there is a plan, be it of a part of the rows."""
    return result.code in (DONE, PARTIAL)


def faults_of_outcome(case: Case, result: Result, seconds: float) -> Iterator[str]:
    """Say what is wrong with how a run ended, with a refusal, or with the rows that were counted."""
    yield from faults_of_ending(result, seconds)
    if not is_planned(result):
        yield from faults_of_refusal(case, result)
        return
    if case.effect.refused:
        yield "it was not refused"
    yield from faults_of_rows(case, result.json["data"])


def faults_of_ending(result: Result, seconds: float) -> Iterator[str]:
    """Say what is wrong with how a run ended, whatever the file was."""
    if "Traceback" in result.err or result.code not in (DONE, REFUSED, PARTIAL):
        yield f"it ended with {result.code}: {result.out[:500]} {result.err[:500]}"
    elif result.code != REFUSED and bool(result.json["data"]["summary"]["problems"]["error"]) != (
        result.code == PARTIAL
    ):
        yield f"it ended with {result.code} and {result.json['data']['summary']['problems']}"
    if seconds > _SECONDS:
        yield f"it took {seconds:.1f} s"


def faults_of_refusal(case: Case, result: Result) -> Iterator[str]:
    """Say what is wrong with how a file was refused, and whether it may be."""
    if result.code != REFUSED:
        return
    error = result.json["error"]
    said = json.dumps(error, ensure_ascii=False)
    if error["kind"] != "input" or not error["hint"] or len(said) > 10_000:
        yield f"it is no good refusal: {said[:500]}"
    if not any(words in said for words in case.effect.refusals):
        yield f"it was refused: {said}"


def faults_of_rows(case: Case, data: Data) -> Iterator[str]:
    """Say which rows are counted nowhere, or twice."""
    for file in data["inputs"]:
        if file["rows"]["read"] != sum(file["rows"].values()) - file["rows"]["read"]:
            yield f"the rows do not add up: {file['rows']}"
    read = data["inputs"][0]["rows"]["read"]
    if case.spoilt.form.cut is not None:
        return
    if read != (written := case.spoilt.count()):
        yield f"{written} rows are written and {read} are read"
    if (blank := data["inputs"][0]["rows"]["blank"]) != (empty := case.spoilt.count_blank()):
        yield f"{empty} rows are empty and {blank} are counted"


def _faults_of_counts(case: Case, data: Data) -> Iterator[str]:
    if case.is_single and case.effect.counts is not None:
        yield from faults_of_counts(case, data, _base_plan(case.base.name))


def faults_of_counts(case: Case, data: Data, before: Data) -> Iterator[str]:
    """Say whether the counts changed otherwise than the effect of a mutation says."""
    counts = case.effect.counts or {}
    wanted = {name: number + counts.get(name, 0) for name, number in before["inputs"][0]["rows"].items()}
    if wanted != (rows := data["inputs"][0]["rows"]):
        yield f"rows are counted as {rows} instead of {wanted}"


def _faults_of_sources(case: Case, data: Data) -> Iterator[str]:
    """Every row is in one place: one meeting, or one problem, or counted as no part of the schedule."""
    counted = data["inputs"][0]["rows"]
    told = [line for change in data["changes"] for line in lines_of(change)]
    if len(told) != counted["in_meetings"] + counted["merged"]:
        yield f"{len(told)} rows tell of meetings, but the counts are {counted}"
    # A row without an error may still be kept out, together with others that it contradicts.
    wrong = {problem["line"] for problem in data["problems"] if problem["severity"] == "error"}
    if set(told) & wrong or len(set(told)) < len(told) or len(wrong) > counted["problems"]:
        yield f"rows are in two places: {sorted(told)} and {sorted(wrong)}"
    if case.spoilt.form.cut is None:
        rows = case.spoilt.lines()
        for change in data["changes"]:
            keys = {rows[line].key for line in lines_of(change) if line in rows} - {change["key"], ""}
            if strangers := [key for key in keys if not case.effect.touches(key)]:
                yield f"{change['key']} has rows of {strangers}"


def _faults_of_meetings(case: Case, data: Data) -> Iterator[str]:
    found = {change["key"]: change["meeting"] for change in data["changes"]}
    for key, before in _told(case.base.name).items():
        if case.effect.touches(key):
            continue
        if key not in found:
            yield f"{key} is gone: {data['problems']}"
        elif (after := kept(found[key], case)) != (wanted := kept(before, case)):
            yield f"{key} was {wanted} and is {after}"


def _faults_of_dates(case: Case, data: Data) -> Iterator[str]:
    """A row tells of one date of its meeting, and only rows do; what a meeting is called stands in them."""
    rows = case.spoilt.lines()
    left = {line: row for line, row in rows.items() if row.key and row.start is not None}
    for change in data["changes"]:
        own = [rows[line] for line in lines_of(change) if line in rows]
        starts = {row.start for row in own if row.start is not None}
        held = [instant for instant, *_ in _instants_of(change["meeting"])]
        unsure = sum(row.start is None for row in own)
        if not starts <= set(held) or len(set(held) - starts) > unsure or len(set(held)) < len(held):
            yield f"{change['key']} is held at {held}, and {unsure} rows beside those that say {sorted(starts)}"
        left = {line: row for line, row in left.items() if row not in own}
        yield from _faults_of_words(change["meeting"], own, data)
    refused = any(problem["code"] == "ambiguous-series" for problem in data["problems"])
    if lost := [line for line, row in left.items() if not (refused and case.effect.touches(row.key))]:
        yield f"the rows of the lines {lost} are lost: {data['problems']}"


def _faults_of_words(meeting: Data, rows: Sequence[Row], data: Data) -> Iterator[str]:
    if any(problem["code"] == "encoding-guessed" for problem in data["problems"]):
        return
    cells = {cell.replace("\0", "").strip() for row in rows for cell in row.cells}
    topics = {meeting["topic"], *(topic for _, _, topic in _instants_of(meeting))}
    if strange := topics - cells - {_NO_TOPIC}:
        yield f"no row has the topics {strange}"
    if strange := {name for name in meeting["host"].values() if not any(name in cell for cell in cells)}:
        yield f"no row has the host {strange}"


def faults_of_problems(case: Case, data: Data) -> Iterator[str]:
    """Say whether a row that must have a problem has none of the right ones."""
    effect = case.effect
    if effect.codes and effect.row:
        line = next(line for line, row in case.spoilt.lines().items() if row is effect.row)
        codes = {problem["code"] for problem in data["problems"] if problem["line"] == line}
        if not codes & effect.codes:
            yield f"line {line} has the problems {codes}, none of {set(effect.codes)}"


def kept(meeting: Data, case: Case) -> tuple[object, ...]:
    """Return what no mutation of something else may change: the dates as instants, and the host."""
    forgets = case.effect.forgets
    host = () if HOST in forgets else tuple(meeting["host"].values())
    held = [
        (instant, None if MINUTES in forgets else minutes, None if TOPIC in forgets else topic)
        for instant, minutes, topic in _instants_of(meeting)
    ]
    return *held, host


def _instants_of(meeting: Data) -> list[tuple[float, int | None, str]]:
    return _instants(json.dumps({**meeting, "sources": [], "assumptions": []}))


@lru_cache(maxsize=4096)
def _instants(text: str) -> list[tuple[float, int | None, str]]:
    meeting = meeting_from_json(json.loads(text))
    return [(date.start.timestamp(), date.duration_minutes, date.topic) for date in dates(meeting, _LIMIT)]


@cache
def _base_plan(name: str) -> Data:
    return plan(next(base for base in bases() if base.name == name).data())


@cache
def _told(name: str) -> dict[str, Data]:
    return {change["key"]: change["meeting"] for change in _base_plan(name)["changes"]}


def _same(data: Data) -> Data:
    """Return a plan without the facts of its file."""
    problems = [
        {**problem, "path": "", "line": 0, "message": _PLACE.sub("", problem["message"])}
        for problem in sorted(data["problems"], key=lambda problem: (problem["code"], problem["message"]))
        if problem["code"] != "encoding-guessed"
    ]
    changes = [{**change, "meeting": {**change["meeting"], "sources": []}} for change in data["changes"]]
    inputs = [{name: value for name, value in each.items() if name not in _FACTS} for each in data["inputs"]]
    rest = {name: value for name, value in data.items() if name not in ("created", "checksum", "summary")}
    return {**rest, "problems": problems, "changes": changes, "inputs": [{**each, "path": ""} for each in inputs]}


def _differences(before: Data, after: Data) -> Iterator[str]:
    for name in before:
        if before[name] != after[name]:
            yield f"{name} was {before[name]} and is {after[name]}"
