"""CalDAV: calendars that people use, on a server, one for all hosts or one for each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from migrate.core.errors import ConfigurationError, MigrateError
from migrate.core.meeting import Meeting, Person
from migrate.core.ports import Calendar, Event, EventPlan, Sighting, SiteFacts, Sought, Write
from migrate.shared.calendar_objects import render_objects, restore_objects, take_objects
from migrate.shared.credentials import APP_PASSWORDS, known_passwords
from migrate.shared.dav.bulk import BULK, DAV, NO_NEXTCLOUD, Bulk
from migrate.shared.events import event_uids, is_ours
from migrate.shared.gathering import gathered
from migrate.shared.hosts import FILE as HOSTS
from migrate.shared.hosts import HostBook, read
from migrate.shared.side_by_side import Tell, side_by_side
from migrate.shared.urls import fault_of_url, origin

if TYPE_CHECKING:  # it imports requests, which who writes files need not wait for
    from migrate.shared.dav.collection import RemoteCollection
    from migrate.shared.dav.places import Places
    from migrate.shared.http import Client

Result = TypeVar("Result")


class CaldavSettings(BaseModel):
    """The table [calendars.caldav] of migrate.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str | None = Field(
        default=None,
        description="a calendar, or the server on which it is found; {account} in it becomes each host's account",
    )
    user: str | None = Field(default=None, description="who writes; without it each host, by the account in hosts.csv")
    calendar: str | None = Field(
        default=None, description="which calendar, by its name, if the server has several of a user"
    )
    credentials: Path = Field(
        default=Path("credentials.csv"), description="accounts and passwords, seen from the site directory; mode 0600"
    )
    app_passwords: bool = Field(default=False, description=APP_PASSWORDS)
    bulk: bool = Field(default=False, description=BULK)
    ca_file: Path | None = Field(
        default=None, description="certificates of an authority of your own, seen from the site directory"
    )
    workers: int = Field(default=4, ge=1, le=32, description="how many requests at once; a busy server gets fewer")
    patience: int = Field(
        default=120, ge=0, le=86400, description="seconds until a server is given up that is busy or does not answer"
    )
    timeout: int = Field(default=30, ge=1, le=3600, description="seconds that one answer may take")

    @field_validator("url")
    @classmethod
    def _safe(cls, value: str | None) -> str | None:
        if value and (fault := fault_of_url(value)):
            raise ValueError(fault)
        return value

    @field_validator("bulk")
    @classmethod
    def _possible(cls, value: bool, info: ValidationInfo) -> bool:
        if value and DAV not in (info.data.get("url", DAV) or ""):
            raise ValueError(NO_NEXTCLOUD)
        return value


class CaldavCalendar(Calendar):
    """Writes events to a server, each only if it is still as it was seen."""

    name = "caldav"
    atomic = False
    Settings: ClassVar[type[CaldavSettings]] = CaldavSettings

    @classmethod
    def open(cls, settings: CaldavSettings, site: SiteFacts) -> CaldavCalendar:
        """Make the adapter of a site. Raises ConfigurationError for hosts.csv, the file of credentials, and `bulk`."""
        from migrate.shared.dav.places import Places
        from migrate.shared.http import Client, Limits

        path = site.directory / settings.credentials
        hosts = site.directory / HOSTS
        book = read(hosts.read_bytes(), str(hosts)) if hosts.exists() else HostBook()
        passwords = known_passwords(path, _made(settings, site, book))
        places = Places(settings.url or "", settings.user or "", book, passwords, str(path))
        if faults := places.faults():
            raise ConfigurationError(f"{hosts}: calendars cannot be used", details=faults)
        limits = Limits(settings.workers, settings.patience, settings.timeout)
        ca_file = site.directory / settings.ca_file if settings.ca_file else None
        calendar = cls(site.id, places, Client(limits, ca_file), settings.calendar or "", settings.workers)
        if settings.bulk and site.occ:
            calendar.bulk = Bulk(site.occ(), origin(settings.url or ""))
        return calendar

    def __init__(self, site_id: UUID, places: Places, client: Client, calendar: str, workers: int) -> None:
        self.bulk: Bulk | None = None
        self._site_id = site_id
        self._places = places
        self._client = client
        self._calendar = calendar
        self._workers = workers
        self._remote: dict[str, RemoteCollection] = {}
        self._changed: Counter[str] = Counter()
        self._made: set[str] = set()

    def collection(self, host: Person) -> str:
        """Name the collection by its URL as it is configured, with the user in it if it is another one's."""
        return self._places.name(host)

    def uids(self, key: str, meeting: Meeting) -> tuple[str, ...]:
        """Name the UIDs: UUIDs made of the site and the key, so that a lost journal orphans nothing."""
        return event_uids(self._site_id, key, meeting)

    def render(self, plan: EventPlan) -> Event:
        """Write the event as one object for each UID. Raises ValueError for a room without dates."""
        return render_objects(self._site_id, plan)

    def restore(self, uids: tuple[str, ...], text: str) -> Event:
        """Return the event of a text that was found in a calendar before."""
        return restore_objects(uids, text)

    def look(self, wanted: Mapping[str, Collection[str]]) -> Mapping[str, Mapping[str, Event] | None]:
        """Return the events that are in the collections, which are read at the same time."""
        tasks = {name: partial(self._look, name, set(uids)) for name, uids in wanted.items()}
        return self._all(tasks, "read")

    def search(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[Sighting]]:
        """Return the events of somebody else in all calendars of the hosts that tell of these meetings."""
        grouped: dict[str, list[Sought]] = defaultdict(list)
        for one in sought:
            if name := self._places.name(one.host):
                grouped[name].append(one)
        calendars = self._all({name: partial(self._calendars, name) for name in grouped}, "searched")
        # Hosts may share an account: each of its calendars is searched once, for all of them.
        shared: dict[tuple[str, str], list[Sought]] = defaultdict(list)
        called: dict[tuple[str, str], str] = {}
        for name, places in calendars.items():
            for place, named in places.items():
                shared[place] += grouped[name]
                called[place] = name if named == name else called.get(place, named)
        tasks = {called[place]: partial(self._search, place[0], called[place], own) for place, own in shared.items()}
        found: dict[str, list[Sighting]] = defaultdict(list)
        for sightings in self._all(tasks, "searched").values():
            for key, sighting in sightings:
                found[key].append(sighting)
        return found

    def write(self, writes: Sequence[Write], wrote: Callable[[], None]) -> Sequence[str]:
        """Make the changes of each collection in their order, and those of several at the same time."""
        grouped: dict[str, list[int]] = defaultdict(list)
        for number, write in enumerate(writes):
            grouped[write.collection].append(number)
        by_name = {name: [writes[one] for one in own] for name, own in grouped.items()}
        done = self.bulk.take_over(by_name, self._ready, self._all) if self.bulk else {}
        tasks = {name: partial(self._write, name, own, done.get(name, ())) for name, own in by_name.items()}
        reasons = self._all(tasks, "written", wrote)
        self._changed.update(name for name in grouped for reason in reasons[name] if not reason)
        by_number = {
            number: reason for name, own in grouped.items() for number, reason in zip(own, reasons[name], strict=True)
        }
        return [by_number[number] for number in range(len(writes))]

    def finish(self) -> Sequence[str]:
        """Make nothing, as every program reads the calendars where they are; tell which were made and changed."""
        names = sorted({*self._changed, *self._made})
        slow = [f"event by event, as bulk failed: {self.bulk.complaint}"] if self.bulk and self.bulk.complaint else []
        if len(names) <= _MOST_NAMED:
            told = [f"{name}: {'made, ' * (name in self._made)}{_changes(self._changed[name])}" for name in names]
            return [*told, *slow]
        made = f", of which {len(self._made)} were made" if self._made else ""
        return [f"{_changes(self._changed.total())} in {len(names)} calendars{made}", *slow]

    def _look(self, name: str, uids: Collection[str], _tell: Tell) -> Mapping[str, Event] | None:
        remote = self._open(name)
        return remote.look(uids) if remote else None

    def _calendars(self, name: str, _tell: Tell) -> Mapping[tuple[str, str], str]:
        """Return all calendars of who writes to a collection, by URL and user, and how each is called."""
        from migrate.shared.dav.discovery import calendars_of

        own = self._open(name)
        if own is None:
            return {}
        url, login = self._places.locate(name)
        others = [one.url for one in calendars_of(self._client, url, login)]
        named = {(other, login.user): self._places.named(other, login.user) for other in others}
        return named | {(own.url, login.user): name}

    def _search(self, url: str, called: str, sought: Sequence[Sought], _tell: Tell) -> Sequence[tuple[str, Sighting]]:
        from migrate.shared.dav.collection import RemoteCollection
        from migrate.shared.dav.searching import queries
        from migrate.shared.sightings import Wanted

        _, login = self._places.locate(called)
        wanted, asked = Wanted(sought), queries(min(one.since for one in sought))
        return [
            (key, Sighting(called, one.event(), where))
            for one in RemoteCollection(self._client, url, login).matching(asked)
            if not is_ours(one.uid)
            for key, where in wanted.told_by(one.events).items()
        ]

    def _write(self, name: str, writes: Sequence[Write], done: Collection[str], tell: Tell) -> Sequence[str]:
        """Make the changes of a collection; the events of the UIDs in `done` are there."""
        remote, missing = self._ready(name, makes=any(write.event for write in writes))
        reasons = []
        for write in writes:
            reasons.append(_change(remote, write, done) if remote else missing if write.event else "")
            tell()
        return reasons

    def _ready(self, name: str, *, makes: bool = True) -> tuple[RemoteCollection | None, str]:
        """Return a collection with all that is in it seen; None, and why it could not be made, if it is not there."""
        known = name in self._remote
        missing = self._make(name) if self._open(name) is None and makes else ""
        remote = self._remote.get(name)
        if remote and not known:
            remote.look(())
        return remote, missing

    def _make(self, name: str) -> str:
        """Make a collection that is not there; return why not, empty if it is there now."""
        from migrate.shared.dav.discovery import make_calendar
        from migrate.shared.dav.refusals import NO_CALENDAR

        missing = make_calendar(self._client, *self._places.locate(name))
        if not missing and self._open(name) is None:
            return NO_CALENDAR
        if not missing:
            self._made.add(name)
        return missing

    def _open(self, name: str) -> RemoteCollection | None:
        from migrate.shared.dav.collection import RemoteCollection
        from migrate.shared.dav.discovery import find_calendar

        if name not in self._remote:
            url, login = self._places.locate(name)
            found = find_calendar(self._client, url, login, self._calendar)
            if found is None:
                return None
            self._remote[name] = RemoteCollection(self._client, found, login)
        return self._remote[name]

    def _all(
        self, tasks: Mapping[str, Callable[[Tell], Result]], done: str, told: Tell = lambda: None
    ) -> dict[str, Result]:
        """Run a task for each collection. Raises one error for all collections at which something is in the way."""
        results = dict(
            zip(tasks, side_by_side(list(tasks.values()), self._workers, self._client.stop, told), strict=True)
        )
        faults = {name: result for name, result in results.items() if isinstance(result, MigrateError)}
        if faults:
            raise gathered(faults, "a calendar", "calendars", done)
        return {name: result for name, result in results.items() if not isinstance(result, MigrateError)}


_MOST_NAMED = 8


def _changes(count: int) -> str:
    return f"{count} {'event' if count == 1 else 'events'} changed"


def _made(settings: CaldavSettings, site: SiteFacts, book: HostBook) -> Mapping[str, str]:
    """Return the passwords that were made on the server of `url`; who has a calendar on another one gets none."""
    if not settings.app_passwords:
        return {}
    urls = ((row["account"].strip(), row["calendar_url"].strip()) for row in book.rows)
    strangers = {account for account, url in urls if url and origin(url) != origin(settings.url or "")}
    return {account: one for account, one in site.passwords.items() if account not in strangers}


def _change(remote: RemoteCollection, write: Write, done: Collection[str]) -> str:
    """Make one change: what comes first, so that a fault on the way loses nothing. Return why it was not made."""
    coming = take_objects(write.event.text) if write.event else []
    going = dict.fromkeys((*write.removes, *(write.event.uids if write.event else ())))
    for one in coming:
        going.pop(one.uid, None)
    puts = (partial(remote.put, one) for one in coming if one.uid not in done)
    reasons = (*puts, *(partial(remote.remove, uid) for uid in going))
    return next((reason for change in reasons if (reason := change())), "")
