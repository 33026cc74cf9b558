"""Moving meetings to Nextcloud Talk, against the same conversations and events made one after the other."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from bench.exports import write_export
from migrate.shared.talk.requests import whole
from tests.caldav.server import Server

HERE = Path(__file__).resolve().parent
# Dates of each meeting, so that it becomes a series.
DATES = 4
# As long as ours are.
PASSWORD = "Abcd-2345-" * 3

_NUMBERS = count(1)


@dataclass(frozen=True)
class Cloud:
    """A server that runs: where it is, who has which password, and what it says of itself when it is asked."""

    process: subprocess.Popen[str]
    url: str
    users: Mapping[str, str]

    def state(self) -> Any:
        """Ask it what it was asked, and what is there."""
        asking, telling = self.process.stdin, self.process.stdout
        assert asking
        assert telling
        print(file=asking, flush=True)
        return json.loads(telling.readline())


@contextmanager
def running(hosts: int, latency: float) -> Iterator[Cloud]:
    """Run a new server until the end of the block."""
    command = [sys.executable, str(HERE / "talk_server.py"), str(hosts), str(latency)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=HERE.parent) as process:
        assert process.stdout
        yield Cloud(process, **json.loads(process.stdout.readline()))


@dataclass(frozen=True)
class Costs:
    """Requests for each meeting: to plan and to apply its room, to plan and to apply its event."""

    rooms: tuple[float, float]
    events: tuple[float, float]

    def __str__(self) -> str:
        (plan_room, apply_room), (plan_event, apply_event) = self.rooms, self.events
        return (
            f"{plan_room:.2f} requests for its room when it is planned and {apply_room:.2f} when applied, "
            f"{plan_event:.2f} and {apply_event:.2f} for its event"
        )


@dataclass(frozen=True)
class Move:
    """Meetings of some hosts that are to be moved to a server `latency` seconds away."""

    product: Sequence[str]
    folder: Path
    meetings: int
    hosts: int
    latency: float

    def ours(self) -> float:
        """Apply a plan, made before, in a new site directory."""
        with running(self.hosts, self.latency) as cloud:
            site = self._planned(cloud)
            began = time.perf_counter()
            self._run("apply", site / "plan.json", "--site", site)
            seconds = time.perf_counter() - began
            self._check(cloud)
        return seconds

    def costs(self) -> Costs:
        """Plan and apply, keep what was written, and return how many requests that took."""
        with running(self.hosts, 0) as cloud:
            site, planned = self._planned(cloud), cloud.state()
            self._run("apply", site / "plan.json", "--site", site)
            applied = self._check(cloud)
            self._keep(cloud, site)
        return Costs(*(self._each(planned[about], applied[about]) for about in ("asked_for_rooms", "asked_for_events")))

    def peer(self) -> float:
        """Make what was kept by a script that does nothing else."""
        kept = json.loads((self.folder / "kept.json").read_text("utf-8"))
        with running(self.hosts, self.latency) as cloud:
            given = json.dumps({"url": cloud.url, "users": cloud.users, "meetings": kept})
            command = [sys.executable, str(HERE / "conversations.py")]
            done = subprocess.run(command, input=given, check=True, stdout=subprocess.PIPE, text=True)
            self._check(cloud)
        return float(done.stdout)

    def _each(self, planned: int, applied: int) -> tuple[float, float]:
        return planned / self.meetings, (applied - planned) / self.meetings

    def _planned(self, cloud: Cloud) -> Path:
        site = self.folder / f"site-{next(_NUMBERS)}"
        export = self.folder / "export.csv"
        write_export(export, self.meetings * DATES, self.meetings, self.hosts)
        self._run("init", "--target", "nextcloud_talk", "--server", "cloud.example.org", "--site", site)
        self._furnish(site, cloud)
        self._run("plan", export, "--timezone", "Europe/Berlin", "--since", "2027-01-01", "--site", site)
        return site

    def _furnish(self, site: Path, cloud: Cloud) -> None:
        """Tell a site of the server and its accounts."""
        settings = (site / "migrate.toml").read_text("utf-8")
        # Outside of comments, which explain what an address looks like.
        moved = re.sub(r'(?m)^url = "https://cloud\.example\.org/?', f'url = "{cloud.url}', settings)
        (site / "migrate.toml").write_text(moved, "utf-8")
        rows = [f"Host {at},,{user}@example.org,{user},\n" for at, user in enumerate(cloud.users)]
        (site / "hosts.csv").write_text("zoom_name,zoom_id,zoom_email,account,calendar_url\n" + "".join(rows))
        credentials = site / "credentials.csv"
        credentials.touch(0o600)
        lines = (f"{user},{password}\n" for user, password in cloud.users.items())
        credentials.write_text("account,password\n" + "".join(lines), "utf-8")

    def _keep(self, cloud: Cloud, site: Path) -> None:
        """Write down what makes the conversation and the event of each meeting."""
        server = Server("nextcloud", cloud.url, "/remote.php/dav/calendars/{user}/", cloud.users)
        rooms: dict[str, list[Any]] = {user: [] for user in cloud.users}
        for change in json.loads((site / "plan.json").read_text("utf-8"))["changes"]:
            room = change["room"]
            rooms[room["owner"]].append(whole(room["traits"], PASSWORD, 0))
        kept: list[Sequence[Any]] = []
        for user, bodies in rooms.items():
            objects = _objects(server, user)
            kept += [(user, body, *event) for body, event in zip(bodies, objects.items(), strict=True)]
        (self.folder / "kept.json").write_text(json.dumps(kept), "utf-8")

    def _check(self, cloud: Cloud) -> Any:
        state = cloud.state()
        assert (state["rooms"], state["events"]) == (self.meetings, self.meetings), state
        return state

    def _run(self, *words: str | Path) -> None:
        subprocess.run([*self.product, *map(str, words)], check=True, stdout=subprocess.DEVNULL)


def _objects(server: Server, user: str) -> dict[str, str]:
    """Return the events of a user, by the name of each."""
    listing = server.request("PROPFIND", server.collection("personal", user), user=user, Depth="1").body.decode()
    paths = sorted(set(re.findall(r"/[^<>]+\.ics", listing)))
    found = ((path, server.request("GET", urljoin(server.url, path), user=user)) for path in paths)
    return {path.rpartition("/")[2]: answer.body.decode() for path, answer in found}
