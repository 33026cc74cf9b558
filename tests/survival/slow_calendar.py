"""A calendar like that of the files, but slow: it waits at a door that a test opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    def write(self, writes: Sequence[Write], wrote: Callable[[], None]) -> Sequence[str]:
        """Write what is not slow, wait, then write the rest."""
        slow = [write for write in writes if write.collection == self._settings.collection]
        super().write([write for write in writes if write not in slow], wrote)
        if slow and self._settings.door.exists():
            self._settings.door.write_text(self._settings.collection)
            self._settings.door.read_text()
            self._settings.door.unlink()
        super().write(slow, wrote)
        return [""] * len(writes)
