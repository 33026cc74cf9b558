"""A calendar in memory: what the services see of a real one, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from migrate.core.meeting import Meeting, Person
from migrate.core.ports import Calendar, Event, EventPlan, Sighting, SiteFacts, Sought, Write
from migrate.shared.events import event_uids, find_events, render_event, restore_event
from migrate.shared.icalendar_text import components, properties_of

SITE = UUID(int=1)


class MemoryCalendar(Calendar):
    """Keeps the text of each event by collection and UID. A test may change or remove `texts` as a person would.

    `homeless` are addresses of hosts without a calendar.
    """

    name = "memory"
    atomic = True

    @classmethod
    def open(cls, settings: Any, site: SiteFacts) -> MemoryCalendar:
        return cls(site.id)

    def __init__(self, site_id: UUID = SITE) -> None:
        self.site_id = site_id
        self.texts: dict[str, dict[str, str]] = {}
        self.homeless: set[str] = set()

    def collection(self, host: Person) -> str:
        if host.email in self.homeless:
            return ""
        return (host.email or host.account or host.name).casefold() or "nobody"

    def uids(self, key: str, meeting: Meeting) -> tuple[str, ...]:
        return event_uids(self.site_id, key, meeting)

    def render(self, plan: EventPlan) -> Event:
        return render_event(self.site_id, plan)

    def restore(self, uids: tuple[str, ...], text: str) -> Event:
        return restore_event(uids, text)

    def look(self, wanted: Mapping[str, Collection[str]]) -> Mapping[str, Mapping[str, Event] | None]:
        return {
            name: find_events(self.texts[name], set(uids)) if name in self.texts else None
            for name, uids in wanted.items()
        }

    def search(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[Sighting]]:
        return {each.key: list(self._sightings(each)) for each in sought}

    def _sightings(self, sought: Sought) -> Iterator[Sighting]:
        collection = self.collection(sought.host)
        for uid, text in self.texts.get(collection, {}).items():
            for name, value in [pair for vevent in properties_of(text, "VEVENT") for pair in vevent]:
                if f"zoom.us/j/{sought.number}" in value:
                    yield Sighting(collection, self.restore((uid,), text), name)
                    break

    def write(self, writes: Sequence[Write], wrote: Callable[[], None]) -> Sequence[str]:
        for write in writes:
            texts = self.texts.setdefault(write.collection, {})
            for uid in (*write.removes, *(write.event.uids if write.event else ())):
                texts.pop(uid, None)
            for component in components(write.event.text) if write.event else ():
                texts[component.uid] = texts.get(component.uid, "") + component.text
            if not texts:
                del self.texts[write.collection]
            wrote()
        return [""] * len(writes)

    def finish(self) -> Sequence[str]:
        return [f"{collection}: {len(texts)} events" for collection, texts in sorted(self.texts.items())]
