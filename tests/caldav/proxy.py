"""A proxy between the tool and a server: it counts, it calls back, and it lets things go wrong as planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import HTTPException
from itertools import count
from random import Random
from socket import MSG_PEEK
from threading import Condition, Event
from urllib.parse import urlsplit, urlunsplit

from tests.caldav.server import Answer, Exchange, Server, ask
from tests.caldav.serving import Handler, serving

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass
class Passed:
    """A request that came through. `status`: what the client got, `upstream`: what the server said; 0 for nothing."""

    number: int
    method: str
    path: str
    status: int = 0
    upstream: int = 0
    fault: str = ""


@dataclass(frozen=True)
class Fault:
    """What goes wrong with a request. `reaches`: whether the server sees it all the same.

    `answer` gets the connection and what the server said, and returns the status that the client gets.
    """

    name: str
    reaches: bool
    answer: Callable[[Handler, Answer | None], int]


# Say which fault a request meets, by its number from 1 on, and by what it asks.
Faults = Callable[[Passed], Fault | None]
Watch = Callable[[Passed], None]


def refused(status: int, *, seconds: int | None = None, as_date: bool = False) -> Fault:
    """Answer in the server's place, perhaps with Retry-After."""

    def answer(handler: Handler, _: Answer | None) -> int:
        when = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds or 0), usegmt=True)
        retry_after = when if as_date else str(seconds)
        handler.reply(status, {} if seconds is None else {"Retry-After": retry_after}, b"not now\n")
        return status

    after = "" if seconds is None else f" after {seconds} s" + " as a date" * as_date
    return Fault(f"{status}{after}", False, answer)


def _reset(handler: Handler, _: Answer | None) -> int:
    handler.reset()
    return 0


def _hang(handler: Handler, _: Answer | None) -> int:
    # Over when the client hangs up, or the proxy does at its end.
    handler.connection.recv(1, MSG_PEEK)
    handler.close_connection = True
    return 0


def _without_etag(handler: Handler, said: Answer | None) -> int:
    headers = [(name, value) for name, value in _headers(said) if name.lower() not in {"etag", "oc-etag"}]
    handler.reply(said.status, headers, said.body)
    return said.status


def _truncated(handler: Handler, said: Answer | None) -> int:
    handler.send_response(said.status)
    for name, value in (*_headers(said), ("Content-Length", str(len(said.body) + 10))):
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(said.body[: len(said.body) // 2])
    handler.close_connection = True
    return said.status


RESET_BEFORE = Fault("reset before the server", False, _reset)
RESET_AFTER = Fault("reset after the server", True, _reset)
HANG_BEFORE = Fault("hang before the server", False, _hang)
HANG_AFTER = Fault("hang after the server", True, _hang)
NO_ETAG = Fault("no ETag", True, _without_etag)
TRUNCATED = Fault("truncated", True, _truncated)
FULL = refused(507)
BUSY = (refused(500), refused(502), refused(503), refused(429, seconds=0), refused(503, seconds=0, as_date=True))
EVERY = (*BUSY, FULL, RESET_BEFORE, RESET_AFTER, HANG_BEFORE, HANG_AFTER, NO_ETAG, TRUNCATED)


def planned(plan: Mapping[int, Fault]) -> Faults:
    """Let requests fail by their number."""
    return lambda passed: plan.get(passed.number)


def seeded(seed: int, share: float = 0.2, faults: Sequence[Fault] = EVERY) -> Faults:
    """Let a share of the requests fail: the same ones by the same faults for the same seed."""

    def fault(passed: Passed) -> Fault | None:
        random = Random(f"{seed} {passed.number}")
        return random.choice(faults) if random.random() < share else None

    return fault


@dataclass
class Proxy:
    """A running proxy. All of it may be changed while it runs.

    `server` is to be used as the real one is; `upstream` is that one, for looking past the proxy. `before` is called
    when a request has come in and nobody has seen it; `after` when the server has answered and the client does not
    know. `latency`: seconds that each request waits.
    """

    upstream: Server
    faults: Faults | None = None
    before: Watch | None = None
    after: Watch | None = None
    latency: float = 0.0
    passed: list[Passed] = field(default_factory=list)
    server: Server = field(init=False)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _ended: Event = field(default_factory=Event)
    _at_work: int = 0
    _changed: Condition = field(default_factory=Condition)

    def exchanges(self) -> list[Exchange]:
        """Return what the server was asked and said, in the order in which requests came in."""
        return [Exchange(one.method, one.path, one.upstream) for one in self.passed if one.upstream]

    def wait_until_idle(self) -> None:
        """Wait until the server has answered what it was asked, though nobody may be there to hear it."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._at_work, 10)

    def respond(self, handler: Handler) -> None:
        """Pass one request on."""
        self._count(1)
        try:
            self._pass(handler)
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        with self._changed:
            self._at_work += more
            self._changed.notify_all()

    def _pass(self, handler: Handler) -> None:
        passed = Passed(next(self._numbers), handler.command, handler.path)
        self.passed.append(passed)
        body = handler.body()
        self._ended.wait(self.latency)
        fault = self.faults(passed) if self.faults else None
        passed.fault = fault.name if fault else ""
        if self.before:
            self.before(passed)
        said = self._ask(handler, body) if fault is None or fault.reaches else None
        passed.upstream = said.status if said else 0
        if self.after:
            self.after(passed)
        passed.status = (fault.answer if fault else _pass_on)(handler, said)

    def _ask(self, handler: Handler, body: bytes) -> Answer:
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in HOP_BY_HOP}
        try:
            return ask(handler.command, _moved(handler.path, self.upstream.url), body, headers)
        except HTTPException as error:
            raise ConnectionError(str(error)) from None


@contextmanager
def proxied(
    server: Server,
    *,
    faults: Faults | None = None,
    before: Watch | None = None,
    after: Watch | None = None,
    latency: float = 0.0,
) -> Iterator[Proxy]:
    """Put a proxy before a server."""
    proxy = Proxy(server, faults, before, after, latency)
    with serving(proxy.respond) as port:
        url = f"http://127.0.0.1:{port}/"
        collections = [_moved(collection, url) for collection in server.collections]
        proxy.server = Server(server.name, _moved(server.url, url), server.home, server.users, collections)
        try:
            yield proxy
        finally:
            proxy._ended.set()


def _pass_on(handler: Handler, said: Answer | None) -> int:
    handler.reply(said.status, _headers(said), said.body)
    return said.status


def _headers(said: Answer | None) -> list[tuple[str, str]]:
    return [(name, value) for name, value in said.headers.items() if name.lower() not in HOP_BY_HOP]


def _moved(url: str, to: str) -> str:
    """Return a URL or path at another server."""
    parts, there = urlsplit(url), urlsplit(to)
    return urlunsplit(parts._replace(scheme=there.scheme, netloc=there.netloc))
