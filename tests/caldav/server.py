"""What all CalDAV servers of the tests have in common: where they are, who has a password, and a plain client."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from socket import socket
from time import monotonic
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

# Non-ASCII on purpose: a client that encodes credentials by anything but UTF-8 is refused.
USERS: Mapping[str, str] = {"ana": "plum-öl-47", "ben": "fig-tree-12"}
EVENTS_ONLY = (
    b'<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>'
    b'<c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set>'
    b"</d:prop></d:set></c:mkcalendar>"
)


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    headers: HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Exchange:
    """A request and the status it got. 0: none, as the connection broke or is open still."""

    method: str
    path: str
    status: int


@dataclass
class Server:
    """A CalDAV server on loopback.

    `url`: where discovery begins. `home`: the path of a user's collections, with {user} in it. `users`: passwords by
    name, the first is the usual one. `collections`: the URLs of those made so far; one of the first user is there from
    the start. `log`: what the program wrote, where there is a program; `pattern` finds method, path and status there.
    """

    name: str
    url: str
    home: str
    users: Mapping[str, str] = field(default_factory=lambda: dict(USERS))
    collections: list[str] = field(default_factory=list)
    log: Path | None = None
    pattern: str = r'"(\w+) (\S+) HTTP/1.1" (\d{3})'

    @property
    def user(self) -> str:
        """The usual user."""
        return next(iter(self.users))

    @property
    def password(self) -> str:
        """The password of the usual user."""
        return self.users[self.user]

    def collection(self, name: str, user: str = "") -> str:
        """Return the URL of a collection, whether it is there or not."""
        return urljoin(self.url, self.home.format(user=user or self.user) + quote(name) + "/")

    def make(self, name: str, user: str = "") -> str:
        """Make a collection for events and return its URL."""
        url = self.collection(name, user)
        answer = self.request("MKCALENDAR", url, EVENTS_ONLY, user=user)
        assert answer.status == 201, (answer.status, answer.body)
        self.collections.append(url)
        return url

    def request(self, method: str, url: str, body: bytes = b"", *, user: str = "", **headers: str) -> Answer:
        """Ask as a user, for tests that look or edit beside the tool. `If_Match` stands for If-Match."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Content-Type", "text/calendar" if method == "PUT" else "application/xml")
        named.setdefault("Authorization", authorization(user or self.user, self.users[user or self.user]))
        return ask(method, urljoin(self.url, url), body, named)

    def exchanges(self) -> list[Exchange]:
        """Return what the server itself says it was asked, in the order of its answers."""
        lines = re.findall(self.pattern, self.log.read_text("utf-8", "replace")) if self.log else ()
        return [Exchange(method, path, int(status)) for method, path, status in lines]

    def resources(self, collection: str) -> dict[str, bytes]:
        """Return what is in a collection: bytes by the path of each resource."""
        listing = self.request("PROPFIND", collection, b"", Depth="1").body.decode()
        paths = sorted({part.split("</")[0].rpartition(">")[2] for part in listing.split("href>") if ".ics" in part})
        return {path: self.request("GET", path).body for path in paths}


def authorization(user: str, password: str) -> str:
    """Return the header of HTTP Basic."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def ask(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Make one request on a connection of its own; nothing is followed, nothing retried."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request(method, urlunsplit(("", "", parts.path or "/", parts.query, "")), body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


@contextmanager
def running(command: list[str], port: int, log: Path, **environment: str) -> Iterator[None]:
    """Run a program until the end of the block, with all processes that it starts."""
    ended, alive = os.pipe()
    with open(ended, "rb") as end, log.open("wb") as output:  # noqa: PTH123
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            env={**os.environ, **environment},
            pass_fds=[alive],
            start_new_session=True,
        )
        os.close(alive)
        try:
            _until_it_listens(process, port, log)
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            # Each of its processes has the other end: when all are gone, this is read to its end.
            end.read()


def _until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = monotonic() + 15
    while not _listens(port):
        assert monotonic() < deadline, f"nobody listens: {log.read_text()}"
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
            raise AssertionError(f"it ended: {log.read_text()}")


def _listens(port: int) -> bool:
    with socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0
