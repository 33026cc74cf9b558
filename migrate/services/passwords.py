"""passwords.csv: how people get into rooms that take a password, for their hosts to hand on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from migrate.core.journal import RoomRecord
from migrate.core.rooms import Target
from migrate.shared.formulas import guard

FILE = "passwords.csv"
COLUMNS = ("account", "room", "link", "password")


def passwords(target: Target, made: Iterable[RoomRecord]) -> str:
    """Return the sheet, in order of accounts and rooms; empty if no room takes a password.

    A cell that a spreadsheet would take for a formula gets a leading apostrophe.
    """
    rows = sorted(
        (record.owner, str(record.found.get("name", "")), record.room.url, password)
        for record in made
        if (password := target.password(record.room, record.found))
    )
    if not rows:
        return ""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(guard, row) for row in rows)
    return stream.getvalue()
