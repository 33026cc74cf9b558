"""Writing into calendars on a server, against the same PUTs with nothing around them, and against vdirsyncer.

The server is sabre/dav with a database of its own. Whoever writes gets new calendars on it, which go again: all find it
equally empty.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.exports import write_export
from tests.caldav.proxy import proxied
from tests.caldav.sabre import LIBRARY, sabre
from tests.caldav.server import Server

HERE = Path(__file__).resolve().parent
# Dates of each meeting, so that it becomes a series.
DATES = 4
SETTINGS = """
[calendars.caldav]
user = "{user}"
workers = {workers}
"""
PAIR = """
[general]
status_path = "{folder}/status"

[pair calendars]
a = "files"
b = "server"
collections = {names}

[storage files]
type = "filesystem"
path = "{folder}/files"
fileext = ".ics"

[storage server]
type = "caldav"
url = "{url}"
username = "{user}"
password.fetch = ["command", "cat", "{folder}/password"]
"""

_NUMBERS = count(1)

__all__ = ["Task", "distant", "obstacle", "sabre", "vdirsyncer"]


def obstacle() -> str:
    """Say why nothing can be measured here, empty if it can."""
    there = {"php-cli": shutil.which("php"), "php-sabre-dav": LIBRARY.exists()}
    return ", ".join(f"{name} is not there" for name, found in there.items() if not found)


def vdirsyncer() -> str:
    """Find the peer beside this Python or in PATH; empty if it is not there."""
    return shutil.which("vdirsyncer", path=str(Path(sys.executable).parent)) or shutil.which("vdirsyncer") or ""


@contextmanager
def distant(server: Server, latency: float) -> Iterator[Server]:
    """Put a server so many seconds away."""
    with proxied(server, latency=latency) as proxy:
        yield proxy.server


@dataclass(frozen=True)
class Task:
    """Meetings of some hosts that are to be written to a calendar for each host. `files`: the events of all of them."""

    product: Sequence[str]
    folder: Path
    server: Server
    meetings: int
    hosts: int
    workers: int

    @property
    def files(self) -> Path:
        """One file for each event, as it was written first."""
        return self.folder / "events"

    def ours(self) -> float:
        """Apply a plan, made before, in a new site directory."""
        with self._calendars() as calendars:
            site = self._planned(calendars)
            began = time.perf_counter()
            self._run("apply", site / "plan.json", "--site", site)
            seconds = time.perf_counter() - began
            self._check(calendars)
        return seconds

    def floor(self, connections: int) -> float:
        """Put the same on so many connections at once."""
        command = [sys.executable, str(HERE / "puts.py"), str(connections)]
        with self._calendars() as calendars:
            places = [calendars[number % self.hosts] + path.name for number, path in enumerate(self._events())]
            puts = list(zip(places, map(str, self._events()), strict=True))
            given = json.dumps({"login": [self.server.user, self.server.password], "puts": puts})
            seconds = subprocess.run(command, input=given, check=True, stdout=subprocess.PIPE, text=True).stdout
            self._check(calendars)
        return float(seconds)

    def peer(self, program: str) -> float:
        """Let vdirsyncer bring the same to the server, of which it knows nothing yet."""
        with self._calendars() as calendars:
            common = [program, "--config", str(self._pair(calendars)), "--verbosity", "WARNING"]
            subprocess.run([*common, "discover"], check=True, stdout=subprocess.DEVNULL)
            began = time.perf_counter()
            subprocess.run([*common, "sync"], check=True, stdout=subprocess.DEVNULL)
            seconds = time.perf_counter() - began
            self._check(calendars)
        return seconds

    def requests(self) -> tuple[float, float]:
        """Plan, apply and keep what was written; return how many requests each of both costs for a meeting."""
        with self._calendars() as calendars:
            logged = len(self.server.exchanges())
            site, planned = self._planned(calendars), len(self.server.exchanges())
            self._run("apply", site / "plan.json", "--site", site)
            applied = len(self.server.exchanges())
            self._keep(calendars)
        return (planned - logged) / self.meetings, (applied - planned) / self.meetings

    def _planned(self, calendars: Sequence[str]) -> Path:
        site = self.folder / f"site-{next(_NUMBERS)}"
        export = self.folder / "export.csv"
        write_export(export, self.meetings * DATES, self.meetings, self.hosts)
        self._run("init", "--server", "meet.example.org", "--site", site)
        self._furnish(site, calendars)
        self._run("plan", export, "--timezone", "Europe/Berlin", "--since", "2027-01-01", "--site", site)
        return site

    def _furnish(self, site: Path, calendars: Sequence[str]) -> None:
        """Tell a site of the calendars."""
        settings = (site / "migrate.toml").read_text("utf-8").replace('calendar = "ics"', 'calendar = "caldav"')
        own = SETTINGS.format(user=self.server.user, workers=self.workers)
        (site / "migrate.toml").write_text(settings + own, "utf-8")
        rows = [f"Host {host},,host{host}@example.org,,{url}\n" for host, url in enumerate(calendars)]
        (site / "hosts.csv").write_text("zoom_name,zoom_id,zoom_email,account,calendar_url\n" + "".join(rows))
        credentials = site / "credentials.csv"
        credentials.touch(0o600)
        credentials.write_text(f"account,password\n{self.server.user},{self.server.password}\n", "utf-8")

    def _pair(self, calendars: Sequence[str]) -> Path:
        """Write the settings of vdirsyncer, with a folder for each calendar."""
        folder = self.folder / f"vdirsyncer-{next(_NUMBERS)}"
        names = [url.rstrip("/").rpartition("/")[2] for url in calendars]
        for name in names:
            (folder / "files" / name).mkdir(parents=True)
        for number, path in enumerate(self._events()):
            shutil.copy(path, folder / "files" / names[number % self.hosts])
        (folder / "password").write_text(self.server.password, "utf-8")
        url = calendars[0].removesuffix(f"{names[0]}/")
        (folder / "config").write_text(
            PAIR.format(folder=folder, names=json.dumps(names), url=url, user=self.server.user), "utf-8"
        )
        return folder / "config"

    @contextmanager
    def _calendars(self) -> Iterator[list[str]]:
        number = next(_NUMBERS)
        calendars = [self.server.make(f"calendar-{number}-{host}") for host in range(self.hosts)]
        yield calendars
        for calendar in calendars:
            self.server.request("DELETE", calendar)

    def _keep(self, calendars: Sequence[str]) -> None:
        self.files.mkdir()
        for calendar in calendars:
            for path, data in self.server.resources(calendar).items():
                (self.files / path.rpartition("/")[2]).write_bytes(data)
        assert len(self._events()) == self.meetings

    def _events(self) -> list[Path]:
        return sorted(self.files.iterdir())

    def _check(self, calendars: Sequence[str]) -> None:
        listings = (self.server.request("PROPFIND", url, Depth="1").body for url in calendars)
        found = sum(listing.count(b".ics</") for listing in listings)
        assert found == self.meetings, found

    def _run(self, *words: str | Path) -> None:
        subprocess.run([*self.product, *map(str, words)], check=True, stdout=subprocess.DEVNULL)
