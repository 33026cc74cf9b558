"""A calendar like that of the files, but slow: it waits at a door that a test opens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from migrate.calendars.ics import IcsCalendar, IcsSettings
from migrate.core.ports import SiteFacts, Write


class SlowSettings(IcsSettings):
    """The table [calendars.slow]. `door`: a named pipe, if there is one; `collection`: whose writing waits there."""

    door: Path
    collection: str


class SlowCalendar(IcsCalendar):
    """Says at the door that it is there, and goes on, once for all, when somebody opens it from the other side."""

    name = "slow"
    Settings: ClassVar[type[SlowSettings]] = SlowSettings
    _settings: SlowSettings

    @classmethod
    def open(cls, settings: SlowSettings, site: SiteFacts) -> SlowCalendar:  # type: ignore[override]
        """Make the adapter of a site."""
        calendar = super().open(settings, site)
        assert isinstance(calendar, cls)
        calendar._settings = settings
        return calendar

    def write(self, collection: str, writes: Sequence[Write]) -> None:
        """Wait, then write."""
        if collection == self._settings.collection and self._settings.door.exists():
            self._settings.door.write_text(collection)
            self._settings.door.read_text()
            self._settings.door.unlink()
        super().write(collection, writes)
