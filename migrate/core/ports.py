"""The ports: what the services ask of the outside. Adapters implement them, fakes in the tests do too."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any, ClassVar, Self
from uuid import UUID

from migrate.core.meeting import Meeting, Person
from migrate.core.occ import Occ
from migrate.core.problem import Problem


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Document:
    """An input file as it was found: `path` is what the plan and problems call it, `data` its bytes."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the caller knows about the files.

    `timezone`: IANA name for times without a zone, None if not given. `date_order`: auto, mdy, dmy or ymd.
    `columns`: field -> header, as the user mapped them. `default_duration`: minutes, where the file has none.
    `from_history`: lists of past meetings are to be guessed from.
    """

    timezone: str | None = None
    date_order: str = "auto"
    columns: Mapping[str, str] = field(default_factory=dict)
    default_duration: int = 60
    from_history: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """The dates an export covers, both included, as a calendar in `zone` has them: that of whoever made it."""

    first: date
    last: date
    zone: tzinfo

    def covers(self, moment: datetime) -> bool:
        """Tell whether the moment is on one of the dates."""
        return self.first <= moment.astimezone(self.zone).date() <= self.last


@dataclass(slots=True)
class RowCounts:
    """Where every row of a file went. `read` is the sum of the rest (tested); a row counts once."""

    read: int = 0
    blank: int = 0
    header: int = 0
    in_meetings: int = 0
    merged: int = 0
    before_since: int = 0
    not_a_schedule: int = 0
    problems: int = 0


@dataclass(slots=True)
class Reading:
    """What a source understood of one file.

    `rows` counts what the source settled itself (blank, header, not_a_schedule, problems); each Meeting in `meetings`
    comes from one row, which core.schedule counts. `by_rows` tells that a meeting is one date of perhaps many (an
    upcoming-events export), not a whole meeting (a schedule CSV). `columns` is field -> header, in file order. `people`
    are users that the file lists, for hosts.csv. `guesses`: the meetings took place, and are only there to guess from.
    """

    kind: str
    label: str
    rank: int
    by_rows: bool
    meetings: list[Meeting]
    problems: list[Problem]
    rows: RowCounts
    columns: Mapping[str, str]
    unused_columns: Sequence[str]
    encoding: str
    delimiter: str
    timezone: str | None
    date_order: str | None
    date_order_reason: str
    window: Window | None
    people: Sequence[Person] = ()
    guesses: bool = False


class Source(ABC):
    """Reads one kind of file.

    FILE: the bytes a user hands in. KIND: the name of a format in plans (`upcoming-events`). RANK: which source is
    believed when two tell different things of one meeting; the higher one.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    rank: ClassVar[int]

    @abstractmethod
    def identify(self, document: Document, options: ReadOptions) -> bool:
        """Tell whether the file is of this kind, by what is in it, never by its name alone."""

    @abstractmethod
    def read(self, document: Document, options: ReadOptions) -> Reading:
        """Read all of it. A bad row becomes a Problem. Raise InputError only if nothing can be read from the file."""


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What an adapter may know of the site: its directory, its id (for UIDs) and its secret key (for names).

    `passwords` are those that were made for this one command, by account. `occ` opens Nextcloud's own program;
    it raises ConfigurationError if the site names no server for it.
    """

    directory: Path
    id: UUID
    key: bytes = field(repr=False)
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    occ: Callable[[], Occ] | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What is written into a calendar for one key.

    `uids`: the UID of the meeting first, then one for each single date. `text`: RFC 5545 with CRLF line ends, as much
    as the adapter needs to put it back. `fingerprint`: equal for two events that mean the same; of several UIDs it is
    the fingerprints of each that is there, joined by "+" in the order of `uids`. `meeting`: of a single date that
    `look` found, the UID of its meeting, else empty.
    """

    uids: tuple[str, ...]
    text: str
    fingerprint: str
    meeting: str = ""


@dataclass(frozen=True, slots=True)
class EventPlan:
    """What a calendar needs to write an event. `stamp` is the plan's time of creation, for DTSTAMP."""

    key: str
    meeting: Meeting
    url: str
    sequence: int
    stamp: datetime


@dataclass(frozen=True, slots=True)
class Write:
    """One change to a collection: events of `removes` go, `event` comes (None: a removal)."""

    collection: str
    removes: tuple[str, ...]
    event: Event | None


@dataclass(frozen=True, slots=True)
class Sought:
    """A meeting that somebody may have put into a calendar by hand: its host, its number or link, its first date."""

    key: str
    host: Person
    number: str
    link: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """An event of somebody else that tells of a meeting: the collection it is in, and the property that tells."""

    collection: str
    event: Event
    where: str


class Calendar(ABC):
    """A way out for events.

    COLLECTION: where the events of one host are, a file or a CalDAV collection. EVENT: everything under the UIDs of one
    key. ATOMIC: what is written to one collection at once is written all or not at all; else each write is for itself.
    """

    name: ClassVar[str]
    atomic: ClassVar[bool]
    Settings: ClassVar[type[Any]]

    @classmethod
    @abstractmethod
    def open(cls, settings: Any, site: SiteFacts) -> Self:
        """Make the adapter from its own table of migrate.toml (an instance of `Settings`) and its site."""

    @abstractmethod
    def collection(self, host: Person) -> str:
        """Name the collection of a host without asking any server; empty if the host has none."""

    @abstractmethod
    def uids(self, key: str, meeting: Meeting) -> tuple[str, ...]:
        """Name the UIDs of a meeting: stable for a key, of the meeting first, then of its single dates."""

    @abstractmethod
    def render(self, plan: EventPlan) -> Event:
        """Write the event as text. The same plan gives the same bytes."""

    @abstractmethod
    def restore(self, uids: tuple[str, ...], text: str) -> Event:
        """Return the event of a text that `look` returned before, so that it can be written back.

        It has these UIDs, then all others that are in the text.
        """

    @abstractmethod
    def look(self, wanted: Mapping[str, Collection[str]]) -> Mapping[str, Mapping[str, Event] | None]:
        """Return the events that are there, by collection and UID (one entry a UID, each with its own text).

        The single dates of a meeting that is asked for are returned too, whether they are asked for or not: who has
        lost the journal cannot name them. None for a collection that does not exist. Raise TargetError, naming each
        collection that cannot be read, or TryLaterError.
        """

    def search(self, sought: Sequence[Sought]) -> Mapping[str, Sequence[Sighting]]:
        """Return, by key, the events of somebody else that tell of these meetings, in all collections of their hosts.

        A calendar that nobody but this product writes has none.
        """
        del sought
        return {}

    @abstractmethod
    def write(self, writes: Sequence[Write], wrote: Callable[[], None]) -> Sequence[str]:
        """Make the changes; return for each why it was not made, empty if it was.

        Those to one collection are made in their order, those to several perhaps at the same time; `wrote` is called
        after each. What `look` returned before is changed only if it is still that. Raise TargetError or TryLaterError
        where going on makes no sense; what was written by then, `look` tells.
        """

    @abstractmethod
    def finish(self) -> Sequence[str]:
        """Make whatever is derived from all collections (a combined file); return what was written, for people."""
