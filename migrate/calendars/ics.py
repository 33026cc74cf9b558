"""Calendar files: one .ics file per host, and one with the events of all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from migrate.core.errors import TargetError
from migrate.core.meeting import Meeting, Person
from migrate.core.naming import slug
from migrate.core.ports import Calendar, Event, EventPlan, SiteFacts, Write
from migrate.shared.content_lines import text_line
from migrate.shared.events import PRODUCT, event_uids, find_events, render_event, restore_event, texts_by_uid
from migrate.shared.files import Files
from migrate.shared.icalendar_text import Component, components, take_apart
from migrate.shared.vtimezone import MARK, vtimezone, years_of_zones

HOSTS = "hosts"
COMBINED = "all.ics"
NO_HOST = "unknown-host"

BEGIN, END = "BEGIN:VCALENDAR\r\n", "END:VCALENDAR\r\n"

_COLLECTION = re.compile(rf"{HOSTS}/[^/\\\0]{{1,200}}\.ics")
_PLAIN = re.compile(r"[a-z0-9][a-z0-9.@_+-]{0,79}")
# Names that Windows keeps for devices, and names that we make for somebody else.
_TAKEN = re.compile(rf"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?|{NO_HOST}|.*-[0-9a-f]{{8}}")
_SLUG_CHARS, _DIGEST_CHARS = 40, 8


class IcsSettings(BaseModel):
    """The table [calendars.ics] of migrate.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    directory: Path = Field(default=Path("calendars"), description="where the files go, seen from the site directory")


class IcsCalendar(Calendar):
    """Writes files into a directory. What people add to those files stays as it is, to the byte."""

    name = "ics"
    atomic = True
    Settings: ClassVar[type[IcsSettings]] = IcsSettings

    @classmethod
    def open(cls, settings: IcsSettings, site: SiteFacts) -> IcsCalendar:
        """Make the adapter of a site."""
        return cls(site.directory / settings.directory, site.id, Files())

    def __init__(self, directory: Path, site_id: UUID, files: Files) -> None:
        self._directory = directory
        self._site_id = site_id
        self._files = files

    def collection(self, host: Person) -> str:
        """Name the file of a host; a name that a file system could take amiss is replaced by a harmless one."""
        return f"{HOSTS}/{_file_name(host)}.ics"

    def uids(self, key: str, meeting: Meeting) -> tuple[str, ...]:
        """Name the UIDs: UUIDs made of the site and the key, so that a lost journal orphans nothing."""
        return event_uids(self._site_id, key, meeting)

    def render(self, plan: EventPlan) -> Event:
        """Write the event as text. Raises ValueError for a room without dates."""
        return render_event(self._site_id, plan)

    def restore(self, uids: tuple[str, ...], text: str) -> Event:
        """Return the event of a text that was found in a file before."""
        return restore_event(uids, text)

    def look(self, wanted: Mapping[str, Collection[str]]) -> Mapping[str, Mapping[str, Event] | None]:
        """Return the events that are in the files; each is read once, and never parsed as a whole."""
        return {collection: self._events(collection, uids) for collection, uids in wanted.items()}

    def write(self, writes: Sequence[Write], wrote: Callable[[], None]) -> Sequence[str]:
        """Write each file anew with all its changes; without events it goes."""
        grouped: dict[str, list[Write]] = defaultdict(list)
        for write in writes:
            grouped[write.collection].append(write)
        for collection, group in grouped.items():
            self._rewrite(self._path(collection), group)
            for _ in group:
                wrote()
        return [""] * len(writes)

    def finish(self) -> Sequence[str]:
        """Write the combined file from the files of the hosts, with what people changed in them."""
        path = self._directory / COMBINED
        hosts = sorted((self._directory / HOSTS).glob("*.ics"))
        combined = _File(_head("All meetings"))
        for host in hosts:
            combined.add(_File.of(_read(host) or "", str(host)))
        if not combined.components:
            self._files.remove(path)
            return []
        self._replace(path, _read(path), combined.text())
        return [
            f"{path}: {_count(combined.components, 'event')}",
            f"{path.parent / HOSTS}: the same by host, in {_count(hosts, 'file')}",
        ]

    def _events(self, collection: str, uids: Collection[str]) -> Mapping[str, Event] | None:
        path = self._path(collection)
        content = _read(path)
        if content is None:
            return None
        return find_events(texts_by_uid(take_apart(content, str(path)).components), set(uids))

    def _rewrite(self, path: Path, writes: Iterable[Write]) -> None:
        before = _read(path)
        file = _File(_head(path.stem)) if before is None else _File.of(before, str(path))
        for write in writes:
            file.change(write)
        if file.components:
            self._replace(path, before, file.text())
        else:
            self._files.remove(path)

    def _path(self, collection: str) -> Path:
        # The name comes back from plans and the journal, which are files that people can edit.
        if not _COLLECTION.fullmatch(collection):
            raise TargetError(f"{collection!r} is not the calendar file of a host")
        return self._directory / collection

    def _replace(self, path: Path, before: str | None, after: str) -> None:
        if after != before:
            self._files.make_directory(path.parent)
            self._files.write(path, after.encode())


@dataclass(slots=True)
class _File:
    """A calendar file while it is changed.

    `components` are by UID, a series and its changed dates together; `zones` are those somebody else wrote, by TZID.
    """

    properties: str
    components: dict[str, str] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, content: str, where: str) -> _File:
        parts = take_apart(content, where)
        file = cls(parts.properties)
        for component in parts.components:
            file._put(component)
        return file

    def change(self, write: Write) -> None:
        for uid in write.removes:
            self.components.pop(uid, None)
        if write.event:
            for uid in write.event.uids:
                self.components.pop(uid, None)
            for component in components(write.event.text):
                self._put(component)

    def add(self, other: _File) -> None:
        for uid, part in other.components.items():
            self.components.setdefault(uid, part)
        self.zones = other.zones | self.zones

    def text(self) -> str:
        """Return the file, the same text for the same components: they are in order of their UIDs."""
        events = "".join([part for _, part in sorted(self.components.items())])
        zones = {name: vtimezone(name, year) for name, year in years_of_zones(events).items()} | self.zones
        return f"{BEGIN}{self.properties}{''.join(zones[name] for name in sorted(zones))}{events}{END}"

    def _put(self, component: Component) -> None:
        if component.name != "VTIMEZONE":
            # What has no UID goes by its text.
            key = component.uid or component.text
            self.components[key] = self.components.get(key, "") + component.text
        elif MARK not in component.text:
            self.zones[component.uid] = self.zones.get(component.uid, "") + component.text


def _count(things: Sized, noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def _head(name: str) -> str:
    properties = {
        "VERSION": "2.0",
        "PRODID": PRODUCT,
        "CALSCALE": "GREGORIAN",
        "NAME": name,
        "X-WR-CALNAME": name,
    }
    return "".join(text_line(*item) for item in properties.items())


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TargetError(f"{path}: cannot be read ({error.strerror})", hint="Check who owns the file.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise TargetError(
            f"{path}, line {line}: this is not iCalendar: it is not UTF-8",
            hint="Save the file as UTF-8, or move it away to have it written anew.",
        ) from error


def _file_name(host: Person) -> str:
    identity = (host.email or host.account or host.name).casefold()
    if not identity:
        return NO_HOST
    if _PLAIN.fullmatch(identity) and not _TAKEN.fullmatch(identity):
        return identity
    digest = sha256(identity.encode(errors="surrogatepass")).hexdigest()
    return f"{slug(identity)[:_SLUG_CHARS].strip('-') or 'host'}-{digest[:_DIGEST_CHARS]}"
