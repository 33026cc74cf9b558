"""The organisation of the survival tests on a CalDAV server: its sites, and the server as it was left by each."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from icalendar import Calendar

from tests.caldav.proxy import Proxy
from tests.caldav.server import Server
from tests.survival import organisation
from tests.survival.organisation import apply, init, plan
from tests.survival.program import Program
from tests.survival.sites import State, copied, read_plan
from tests.survival.wire import Wire

# Two collections of several hosts each, so that meetings move within and between them, and one of a host whose changes
# people make before the tool does.
HOSTS = {
    "one": ("ada", "cleo", "eve", "hal"),
    "two": ("ben", "dan", "ivy", "jo"),
    "fay": ("fay",),
}
SETTINGS = '[calendars.caldav]\nuser = "{user}"\ntimeout = {timeout}\npatience = 5\n\n[calendars.ics]'
DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"
QUERY = (
    b'<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">'
    b'<d:prop><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>'
)
PEOPLES_NAME = "dentist.ics"
PEOPLES = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//people\r\n%sEND:VCALENDAR\r\n"
# Below the directory where it logs: what it keeps.
STORAGE = {"sabre": "database", "radicale": "collections"}
_REVISION = re.compile(r"^(?:DTSTAMP|SEQUENCE):.*$", re.MULTILINE)

Events = Mapping[str, str]


def reported(server: Server) -> dict[str, str]:
    """Return what REPORT tells of all collections: the text by path."""
    return {path: text for collection in server.collections for path, text in _reported(server, collection).items()}


def _reported(server: Server, collection: str) -> dict[str, str]:
    answer = server.request("REPORT", collection, QUERY, Depth="1")
    assert answer.status == 207, answer
    responses = ET.fromstring(answer.body).iter("{DAV:}response")
    return {one.findtext("{DAV:}href", ""): "".join(data.text or "" for data in one.iter(DATA)) for one in responses}


@dataclass(frozen=True)
class Storage:
    """What a server keeps, as files that can be kept elsewhere and put back. No request may be under way."""

    path: Path

    @classmethod
    def of(cls, server: Server) -> Self:
        """Return where a server keeps what it has."""
        assert server.log
        return cls(server.log.with_name(STORAGE[server.name]))

    def keep(self, to: Path) -> Path:
        """Copy it to where nothing is yet."""
        self._copy(self.path, to)
        return to

    def put_back(self, kept: Path) -> None:
        """Make it what it was."""
        if self.path.is_dir():
            shutil.rmtree(self.path)
        self._copy(kept, self.path)

    def _copy(self, source: Path, to: Path) -> None:
        if source.is_dir():
            shutil.copytree(source, to)
            return
        # As files it could not be copied: a worker closes a database only after its answer.
        with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(to)) as here:
            here.execute("PRAGMA synchronous = OFF")
            there.backup(here)


@dataclass
class Remote(Wire):
    """The world on a server, behind a proxy.

    `base`, `planned` and `applied` are sites as in `World`; of each, `stored` has what the server kept then, and
    `events` what it tells of that.
    """

    directory: Path
    timeout: int = 1
    stored: dict[str, Path] = field(default_factory=dict)
    events: dict[str, Events] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def made(cls, program: Program, proxy: Proxy, timeout: int = 1) -> Iterator[Self]:
        """Make it on a server that has nothing but an empty collection. `timeout`: seconds that an answer may take."""
        with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as directory:
            remote = cls(program, proxy, Path(directory), timeout)
            remote._make()
            yield remote

    @property
    def server(self) -> Server:
        """The server, past the proxy."""
        return self.proxy.upstream

    @property
    def export(self) -> Path:
        """The export that asks for thirty changes."""
        return self.directory / "after" / organisation.NAME

    @property
    def first_export(self) -> Path:
        """The export that came before."""
        return self.directory / "before" / organisation.NAME

    def site(self, name: str) -> Path:
        """Return the site directory of that name."""
        return self.directory / name

    @contextmanager
    def copy(self, name: str) -> Iterator[Path]:
        """Lend a copy of a site, on the server as it was then."""
        self.proxy.wait_until_idle()
        Storage.of(self.server).put_back(self.stored[name])
        with copied(self.site(name), self.site("copy")) as site:
            yield site

    def unlike(self, site: Path, name: str, *ignored: str) -> str:
        """Name what of a site, and of the server, is not as it is in another; empty if nothing differs."""
        self.proxy.wait_until_idle()
        now, then = reported(self.server), self.events[name]
        wrong = [f"event: {path}" for path in sorted(now.keys() | then) if now.get(path) != then.get(path)]
        return ", ".join(filter(None, [*wrong, State.of(site).unlike(State.of(self.site(name)), *ignored)]))

    def bytes(self) -> dict[str, bytes]:
        """Return what the server has, to the byte."""
        self.proxy.wait_until_idle()
        collections = self.server.collections
        return {path: data for one in collections for path, data in self.server.resources(one).items()}

    def meaning(self, name: str = "") -> dict[str, str]:
        """Return what is on the server, now or as a site has left it, without what tells when it was written."""
        return {path: _unrevised(text) for path, text in (self.events[name] if name else reported(self.server)).items()}

    @contextmanager
    def creating_once(self) -> Iterator[Callable[[], Collection[str]]]:
        """Lend a function that names what was created more than once since, or not at all, by the server's own log."""
        told = len(self.server.exchanges())
        wanted = Counter(self.events["applied"].keys() - self.events["planned"].keys())

        def wrong() -> Collection[str]:
            exchanges = self.server.exchanges()[told:]
            created = Counter(one.path for one in exchanges if (one.method, one.status) == ("PUT", 201))
            return {*(created - wanted), *(wanted - created)}

        yield wrong

    def _make(self) -> None:
        base, planned, applied = (self.site(name) for name in ("base", "planned", "applied"))
        organisation.write(self.directory / "before", organisation.before())
        organisation.write(self.directory / "after", organisation.after())
        self._make_site(base)
        self._done(plan(base, self.first_export), apply(base))
        self._edit(base)
        self._keep("base")
        with copied(base, planned, keep=True):
            self._done(plan(planned, self.export))
            self._keep("planned")
        with copied(planned, applied, keep=True):
            self._done(apply(applied))
            self._keep("applied")
        self._check(read_plan(planned))

    def _check(self, planned: Mapping[str, Any]) -> None:
        """Make sure that what all is compared with is what the plan says."""
        summary = planned["summary"]
        assert {name: summary[name] for name in organisation.SUMMARY} == organisation.SUMMARY
        wanted = {}
        for change in planned["changes"]:
            if change["event"] and change["action"] != "delete":
                collection = urlsplit(change["event"]["calendar"]).path
                topic, start = change["meeting"]["topic"], datetime.fromisoformat(change["meeting"]["start"])
                wanted[f"{collection}{change['event']['uid']}.ics"] = (topic, start)
                wanted |= {f"{collection}{uid}.ics": (topic, None) for uid in change["event"]["singles"]}
        found = {path: _topic_and_start(text) for path, text in self.events["applied"].items() if path in wanted}
        dentist = urlsplit(self.server.collection("one")).path + PEOPLES_NAME
        assert self.events["applied"].keys() == {*wanted, dentist}, self.events["applied"].keys() ^ {*wanted, dentist}
        assert {path: (topic, wanted[path][1] and start) for path, (topic, start) in found.items()} == wanted

    def _make_site(self, site: Path) -> None:
        self._done(init(site))
        for name in HOSTS:
            self.server.make(name)
            self.proxy.server.collections.append(self.proxy.server.collection(name))
        settings = site / "migrate.toml"
        text = settings.read_text().replace('calendar = "ics"', 'calendar = "caldav"')
        table = SETTINGS.format(user=self.server.user, timeout=self.timeout)
        settings.write_text(text.replace("[calendars.ics]", table))
        (site / "credentials.csv").write_text(f"account,password\n{self.server.user},{self.server.password}\n", "utf-8")
        (site / "credentials.csv").chmod(0o600)
        lines = [
            f"{who.title()} Example,,{who}@example.org,,{self.proxy.server.collection(name)}\n"
            for name, hosts in HOSTS.items()
            for who in hosts
        ]
        (site / "hosts.csv").write_text("zoom_name,zoom_id,zoom_email,account,calendar_url\n" + "".join(lines))

    def _edit(self, base: Path) -> None:
        """Let people add an event of their own, and make all changes of one host."""
        event = (
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//people\r\n%sEND:VCALENDAR\r\n" % organisation.PEOPLES_EVENT
        )
        assert self.server.request("PUT", self.server.collection("one") + PEOPLES_NAME, event).status == 201
        self._keep("edited")
        fay = self.server.collection("fay")
        theirs = {number: told for number, told in organisation.after().items() if told.host == "fay"}
        export = organisation.write(self.directory / "foretold-export", theirs)
        with copied(base, self.site("foretold")) as site:
            # Without --prune: only her meetings are in this export.
            self._done(plan(site, export)[:-1], apply(site))
            foretold = self.server.resources(fay)
        Storage.of(self.server).put_back(self.stored["edited"])
        for path, data in foretold.items():
            assert self.server.request("PUT", path, data).status in {201, 204}

    def _done(self, *commands: list[str]) -> None:
        for command in commands:
            self.program.done(command)

    def _keep(self, name: str) -> None:
        self.stored[name] = Storage.of(self.server).keep(self.directory / f"{name}.stored")
        self.events[name] = reported(self.server)


def _topic_and_start(text: str) -> tuple[str, datetime]:
    [event] = Calendar.from_ical(text).walk("VEVENT")
    return str(event["SUMMARY"]), event["DTSTART"].dt


def _unrevised(text: str | None) -> str:
    return _REVISION.sub("", text or "")
