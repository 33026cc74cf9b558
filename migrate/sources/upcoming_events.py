"""Zoom's Upcoming Events report: one row for every date of every meeting of an account."""

from __future__ import annotations

from migrate.core.ports import Document, Reading, ReadOptions, Source
from migrate.shared.advice import opened
from migrate.shared.kinds import is_of
from migrate.shared.listing import read_listing


class UpcomingEvents(Source):
    """Reads the report by what its columns are called. Times are in the zone of whoever made the export."""

    kind = "upcoming-events"
    label = "Zoom upcoming events"
    rank = 20

    def identify(self, document: Document, options: ReadOptions) -> bool:
        """Tell whether there are a start and a topic or number, and no column that only other kinds have."""
        return is_of(self.kind, document, options)

    def read(self, document: Document, options: ReadOptions) -> Reading:
        """Read each row as one meeting. Raise InputError if the order of dates or the zone of times is not known."""
        _, tables = opened(self.kind, document, options)
        return read_listing(self, document, options, tables)
