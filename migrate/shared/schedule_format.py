"""The schedule CSV: our own format, one row a meeting with all that is known of it, to be corrected by hand.

The column named MARKER tells the version of the format; its cells are free for remarks. All other columns are the
fields of Meeting and may be missing or empty. Texts are written as shared.spreadsheet says; `exdates` and `features`
are separated by spaces; `alternative_hosts`, `overrides`, `singles` and `attendees` are JSON lists.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from migrate.core.document import meeting_to_json
from migrate.core.meeting import Meeting
from migrate.shared.columns import normalise
from migrate.shared.spreadsheet import json_cell, to_cell

MARKER = "jitsi-migrate schedule 1"
_ANY_VERSION = "jitsi migrate schedule"
_TEXTS = ("topic", "uuid", "host_name", "host_email", "host_account", "old_link", "agenda")
_LISTS = ("alternative_hosts", "overrides", "singles", "attendees")
# What people look at and correct comes first, the long cells last.
COLUMNS = (
    "topic",
    "kind",
    "number",
    "uuid",
    "host_name",
    "host_email",
    "host_account",
    "timezone",
    "start",
    "duration_minutes",
    "rrule",
    "exdates",
    "overrides",
    "singles",
    "old_link",
    "alternative_hosts",
    "attendees",
    "features",
    "agenda",
)


def markers(header: Sequence[str]) -> list[str]:
    """Return the column names that mark a file as a schedule CSV of this or another version."""
    return [name for name in header if normalise(name).startswith(_ANY_VERSION)]


def write_schedule(meetings: Iterable[Meeting]) -> bytes:
    """Write meetings so that reading the file gives the same ones, but for `assumptions` and `sources`."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow((MARKER, *COLUMNS))
    for meeting in meetings:
        cells = _cells(meeting)
        writer.writerow(("", *(cells[column] for column in COLUMNS)))
    # Excel takes a file without the mark for one in the code page of the machine.
    return stream.getvalue().encode("utf-8-sig")


def _cells(meeting: Meeting) -> dict[str, str]:
    values = meeting_to_json(meeting)
    values |= {f"host_{field}": value or None for field, value in values["host"].items()}
    values["agenda"] = meeting.agenda or None
    return {
        **{column: "" if values[column] is None else to_cell(values[column]) for column in (*_TEXTS, "number")},
        **{column: _json(values[column]) for column in _LISTS},
        **{column: " ".join(values[column]) for column in ("exdates", "features")},
        **{column: str(values[column] or "") for column in ("kind", "timezone", "start", "duration_minutes", "rrule")},
    }


def _json(values: Sequence[Any]) -> str:
    return json_cell(json.dumps(values, ensure_ascii=False)) if values else ""
