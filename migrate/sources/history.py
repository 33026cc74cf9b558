"""Zoom's lists of meetings that took place. They are no schedule, but what was held again and again may go on."""

from __future__ import annotations

from dataclasses import replace

from migrate.core.errors import InputError
from migrate.core.ports import Document, Reading, ReadOptions, Source
from migrate.shared.advice import advise
from migrate.shared.kinds import ABOUT_ONE, HISTORY, kind_of, meetings_in
from migrate.shared.listing import read_listing
from migrate.shared.tables import sheet_of


class History(Source):
    """Reads each meeting that took place, to guess from. The people who were in it are nobody's invitees."""

    kind = "history"
    label = "Zoom history"
    rank = 5

    def identify(self, document: Document, options: ReadOptions) -> bool:
        """Tell whether the user wants guesses and the file lists past meetings by number and start."""
        kind = kind_of(document, options)
        return options.from_history and kind is not None and kind.name in HISTORY

    def read(self, document: Document, options: ReadOptions) -> Reading:
        """Read each row as one date of a meeting that took place."""
        sheet, kind = sheet_of(document, options), kind_of(document, options)
        if sheet.broken or kind is None or not self.identify(document, options):
            raise advise(document, options)
        tables = meetings_in(sheet, kind, options.columns)
        if not tables:
            raise InputError(
                f"{document.path}: does not tell which meeting took place when",
                hint='Export it again, participants with "Export with meeting data", or leave this file out.',
            )
        # Of a file that somebody joined, the name tells one meeting at most.
        about_one = kind.name == ABOUT_ONE and sum(len(table.rows) for table in tables) == 1
        reading = read_listing(self, document, options, tables, about_one=about_one)
        return replace(reading, kind=kind.name, label=kind.label, guesses=True)
