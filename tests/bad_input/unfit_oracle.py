"""What must hold for spoilt files that are no schedule: they are refused, as long as anything in them says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache

from migrate.shared.resources import data_rows
from migrate.shared.schedule_format import MARKER
from tests.bad_input.cases import Case
from tests.bad_input.oracle import REFUSED, faults_of_ending, faults_of_rows
from tests.bad_input.sheet import Sheet
from tests.cli.program import Result

_LABELS = {
    "webinar-report": "a Zoom webinar report file",
    "registration": "a Zoom registration report file",
    "dashboard": "a Zoom dashboard or attendee log file",
    "outlook": "an Outlook calendar CSV file",
    "participants": "a Zoom meeting participants file",
    "polls": "a Zoom poll report file",
}
_MARKS = {
    "participants",
    "join",
    "leave",
    "person",
    "total",
    "actual_start",
    "actual_duration",
    "participant_minutes",
    "attended",
    "time_in_session",
    "unique_viewers",
    "total_users",
    "max_views",
    "guest",
    "in_waiting_room",
    "recording_consent",
    "registration_time",
    "registered",
    "join_status",
    "generated",
    "all_day",
    "required_attendees",
    "show_time_as",
    "outlook_time",
}
"""What columns are about that only lists of past meetings, reports and other programs' calendars have."""


def faults(case: Case, result: Result, seconds: float) -> Iterator[str]:
    """Say in words what is wrong with the outcome of a plan of a spoilt file that is no schedule."""
    yield from faults_of_ending(result, seconds)
    if result.code == REFUSED:
        yield from _faults_of_words(case, result.json["error"])
    elif not may_be_read(case.spoilt):
        yield f"it was read: {result.out[:1000]}"
    else:
        yield from faults_of_rows(case, result.json["data"])


def may_be_read(sheet: Sheet) -> bool:
    """Tell whether a mutation made a schedule of a file.

    A header must have our own mark, or name the start and the topic or number of a meeting, while no header is left
    with a column that only other files have.
    """
    rows = [sheet.header, *(row.cells for row in (sheet.rows[:-1] if sheet.form.cut is not None else sheet.rows))]
    fields = [_fields(cells) for cells in rows]
    if any("schedule" in named for named in fields):
        return True
    timed = any(named & {"start", "start_date"} and named & {"topic", "number"} for named in fields)
    return timed and not any(named & _MARKS for named in fields if len(named) > 1)


def _faults_of_words(case: Case, error: dict[str, object]) -> Iterator[str]:
    said = json.dumps(error, ensure_ascii=False)
    if error["kind"] != "input" or not error["hint"] or len(said) > 10_000:
        yield f"it is no good refusal: {said[:500]}"
    label = _LABELS.get(case.base.name.partition("_")[0], "")
    words = (label,) if label and case.base.kind == "unfit" else ("already happened", "no column is known as")
    is_clear = not case.effect.everything and not case.effect.refusals and not case.from_history
    if is_clear and not any(word in said for word in words):
        yield f"it is not called {' or '.join(words)}: {said}"


def _fields(cells: Sequence[str]) -> set[str]:
    return {field for cell in cells if (field := _labels().get(_plain(cell)))}


@cache
def _labels() -> dict[str, str]:
    labels = {_plain(MARKER): "schedule", "rrule": "schedule"}
    for field, _, header, _ in data_rows("columns.tsv"):
        labels.setdefault(_plain(header), field)
    return labels


def _plain(header: str) -> str:
    text = header.replace("\u2019", "'").casefold()
    return "".join(character for character in text if character.isalnum() or character in "'/#?")
