"""Cells -> moments: the order of dates and the time zone of a file, put to use on each row."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from migrate.core.errors import InputError
from migrate.shared.date_circumstances import Order
from migrate.shared.dates import read_moment
from migrate.shared.faults import Faults, show
from migrate.shared.timezones import NONEXISTENT, did_you_mean, find_zone, local, require_zone

_UTC = ZoneInfo("UTC")


class Moments:
    """Reads the times of one file. `zone` is that of its zone-less times, None if the user has not said."""

    def __init__(self, faults: Faults, order: Order, timezone: str | None) -> None:
        self.zone = require_zone(timezone) if timezone else None
        self._faults = faults
        self._order = order

    def zone_of(self, name: str | None) -> ZoneInfo | None:
        """Return the zone that a row names, the file's if it names none; None if that is not known."""
        if name is None:
            return self.zone
        zone = find_zone(name)
        if zone is None:
            self._faults.error("unknown-timezone", f"{show(name)} is not a time zone", did_you_mean(name))
        # The row is out; with some zone the rest of it can still be checked.
        return zone or _UTC

    def read(self, cell: str, zone: ZoneInfo | None) -> datetime | None:
        """Return the time a cell means in `zone`, None if it means none.

        Raises InputError if neither the cell nor anything else tells the zone: it is not guessed.
        """
        moment = read_moment(cell, self._order.name)
        if not isinstance(moment, datetime):
            self._bad_date(cell, is_day=moment is not None)
            return None
        if moment.tzinfo:
            return moment.astimezone(zone or _UTC)
        if zone is None:
            raise self._no_zone(cell)
        aware, code = local(moment, zone)
        if code:
            self._odd_hour(code, cell, zone)
        return aware

    def _no_zone(self, cell: str) -> InputError:
        return InputError(
            f"{self._faults.path}: line {self._faults.line}: {show(cell)} is in no known time zone",
            hint="Name the zone in the Zoom profile of whoever made the export, for instance --timezone Europe/Berlin",
        )

    def _bad_date(self, cell: str, *, is_day: bool) -> None:
        order = f" in the order {self._order.name}" if self._order.name else ""
        fault = "has no time of day" if is_day else f"is not a date and time{order}"
        self._faults.error("bad-date", f"{show(cell)} {fault}", "Correct the cell, for instance 2027-03-01 09:00")

    def _odd_hour(self, code: str, cell: str, zone: ZoneInfo) -> None:
        if code == NONEXISTENT:
            hint = "Correct the cell, or check that --timezone is the zone of whoever made the export."
            self._faults.error(code, f"{show(cell)} does not exist in {zone.key}: clocks skip that hour", hint)
        else:
            hint = "If the second is meant, write the time with its offset, as in 2027-10-31T02:30:00+01:00"
            self._faults.warn(code, f"{show(cell)} comes twice in {zone.key}; the first is taken", hint)
