"""Calls between people whose browsers are real, in rooms of a deployed server."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from tests.hosts.bed import Bed
from tests.hosts.enclosure import child
from tests.hosts.host import Host
from tests.hosts.library import library
from tests.readers import program

# Where Jitsi's own package has its scripts.
_SERVED = "/usr/share/jitsi-meet/libs/call"
# Only the focus may open a room.
_FOCUS = """
import sys
sys.path.insert(0, "/usr/share/jicofo")
from stub_xmpp import Stream, join, settings
found = settings("/etc/jitsi/jicofo/jicofo.conf")
client = {name.rpartition(".")[2]: value for name, value in found.items() if name.startswith("jicofo.xmpp.client.")}
stream = Stream(client["hostname"], 5222, client["domain"], client["username"], client["password"])
stream.send(join(sys.argv[1], "focus", {}))
while not stream.read().tag.endswith("}presence"):
    pass
print("there", flush=True)
sys.stdin.read()
"""
_QUIET = (
    "headless", "no-sandbox", "disable-gpu", "no-first-run", "no-proxy-server", "disable-background-networking",
    "disable-component-update", "disable-sync", "disable-quic", "ignore-certificate-errors",
    "use-fake-device-for-media-stream", "use-fake-ui-for-media-stream", "disable-features=WebRtcHideLocalIpsWithMdns",
    "enable-logging=stderr",
)  # fmt: skip
_TOLD = re.compile(r'"told (\{.*?\})", source')


@dataclass(frozen=True, repr=False)
class Person:
    """Somebody in a call."""

    log: Path

    def __repr__(self) -> str:
        return self.log.read_text("utf-8", "replace")

    @property
    def told(self) -> list[dict[str, Any]]:
        """Return what the page told until now."""
        return [json.loads(text) for text in _TOLD.findall(self.log.read_text("utf-8", "replace"))]

    @property
    def gathered(self) -> bool:
        """Tell whether all addresses were tried to be had by which others could reach the person."""
        return any(one.get("gathering") == "complete" for one in self.told)

    def seen(self, frames: int) -> list[str]:
        """Return by what kinds of addresses so many pictures came, the own and the other's."""
        return next((one["pair"] for one in self.told if one.get("frames", 0) >= frames), [])


@dataclass(frozen=True)
class Call:
    """A room that is open."""

    bed: Bed
    room: str
    url: str
    names: str
    cleaning: ExitStack

    def enter(self, at: Host | None = None, **how: object) -> Person:
        """Open the page in a browser of its own, at a host's address or outside."""
        profile = self.cleaning.enter_context(TemporaryDirectory(prefix="person", ignore_cleanup_errors=True))
        person = Person(Path(profile, "log"))
        url = f"{self.url}#{quote(json.dumps({'room': self.room, **how}))}"
        options = (*(f"--{option}" for option in _QUIET), f"--user-data-dir={profile}", self.names, url)
        where = ("ip", "netns", "exec", at.name) if at else ()
        command = self.bed.place.command(*where, program("chromium", "chromium"), *options)
        with person.log.open("wb") as log:
            browser = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.cleaning.callback(_end, browser)
        return person


@contextmanager
def call(bed: Bed, meet: Host) -> Iterator[Call]:
    """Open a new room."""
    room = f"room-{token_hex(4)}"
    files = {
        path.name: path.read_text("utf-8") for path in (*library().iterdir(), Path(__file__).with_name("call.html"))
    }
    meet.run(f"mkdir -p {_SERVED}")
    for name, text in files.items():
        meet.run(f"cat >{_SERVED}/{name}", text=text)
    with ExitStack() as cleaning:
        cleaning.callback(meet.run, f"rm -r {_SERVED}")
        cleaning.enter_context(_focus(bed, meet, f"{room}@conference.{meet.name}"))
        # Such as that of the TURN server.
        names = f"--host-resolver-rules=MAP *.{meet.name} {meet.v4}"
        yield Call(bed, room, f"https://{meet.name}/libs/call/call.html", names, cleaning)


@contextmanager
def _focus(bed: Bed, meet: Host, room: str) -> Iterator[None]:
    script = shlex.join(["python3", "-c", _FOCUS, room])
    command = bed.place.command("ssh", *bed.ssh, f"root@{meet.name}", script)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as focus:
        assert focus.stdout.readline() == "there\n"
        yield


def _end(browser: subprocess.Popen[bytes]) -> None:
    if browser.poll() is None:
        os.kill(child(browser.pid), signal.SIGKILL)
    browser.wait(30)
