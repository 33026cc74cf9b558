"""A calendar in memory that is written event by event, as those on servers are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from migrate.core.ports import Write
from tests.fakes.calendar import MemoryCalendar


class Piecemeal(MemoryCalendar):
    """Calls `before_each` before it writes an event. If that returns a reason, the rest of the meeting is refused."""

    atomic = False
    before_each: Callable[[], str] = staticmethod(str)

    def write(self, writes: Sequence[Write], wrote: Callable[[], None]) -> Sequence[str]:
        return [self._reason(write, wrote) for write in writes]

    def _reason(self, write: Write, wrote: Callable[[], None]) -> str:
        comes = _events(self, write)
        for uid in sorted(comes.keys() | set(write.removes)):
            if reason := self.before_each():
                return reason
            event = self.restore((uid,), comes[uid]) if uid in comes else None
            super().write([Write(write.collection, (uid,), event)], lambda: None)
        wrote()
        return ""


def _events(calendar: MemoryCalendar, write: Write) -> dict[str, str]:
    """Return the texts of the events that come, by UID."""
    if write.event is None:
        return {}
    apart = MemoryCalendar(calendar.site_id)
    apart.write([Write("", (), write.event)], lambda: None)
    return apart.texts.get("", {})
