"""A stand-in for Nextcloud's CalDAV, held to recordings of Nextcloud 32.0.1.

It has what a migration meets there and on no other server: data that is repaired, a trash bin that keeps UIDs taken,
calendars that only a first login makes, and invitations that go out by mail.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from urllib.parse import unquote, urlsplit

from tests.caldav.errors import DavError, NotAuthenticated
from tests.caldav.nextcloud_dav import ROOT, Dav, Reply, Request
from tests.caldav.nextcloud_scheduling import Mail, Scheduling
from tests.caldav.nextcloud_store import DEFAULT, Store
from tests.caldav.server import USERS, Exchange, Server
from tests.caldav.serving import Handler, serving

XML = {"Content-Type": "application/xml; charset=utf-8"}
CHALLENGE = {"WWW-Authenticate": 'Basic realm="Nextcloud", charset="UTF-8"'}


@dataclass
class Nextcloud(Server):
    """The stand-in: what it keeps may be looked at, and changed as a person would. `asked`: every exchange so far."""

    dav: Dav = field(default=None)  # type: ignore[assignment]
    asked: list[Exchange] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    @property
    def store(self) -> Store:
        """Calendars and trash bins."""
        return self.dav.store

    @property
    def mails(self) -> list[Mail]:
        """What was sent so far."""
        return self.dav.scheduling.mails

    def exchanges(self) -> list[Exchange]:
        """Return what it was asked, in the order of its answers."""
        return list(self.asked)

    def respond(self, handler: Handler) -> None:
        """Answer one request."""
        reply = self._reply(handler)
        self.asked.append(Exchange(handler.command, handler.path, reply.status))
        handler.reply(reply.status, reply.headers, reply.body)

    def _reply(self, handler: Handler) -> Reply:
        path = unquote(urlsplit(handler.path).path)
        if path.rstrip("/") == "/.well-known/caldav":
            return Reply(301, headers={"Location": f"http://{handler.headers['Host']}{ROOT}"})
        try:
            user = self._user(handler.headers.get("Authorization", ""))
            parts = [part for part in path.removeprefix(ROOT.rstrip("/")).split("/") if part]
            with self.lock:
                return self.dav.answer(Request(handler.command, parts, user, handler.headers, handler.body()))
        except DavError as error:
            return Reply(error.status, error.body(), {**XML, **error.headers})

    def _user(self, authorization: str) -> str:
        try:
            user, _, password = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user = password = ""
        if not user or self.users.get(user) != password:
            raise NotAuthenticated("No public access to this resource.", **CHALLENGE)
        return user


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def nextcloud(
    users: Mapping[str, str] = USERS, *, newcomers: tuple[str, ...] = (), now: Callable[[], datetime] = _now
) -> Iterator[Nextcloud]:
    """Serve the stand-in. `newcomers` are users who never logged in, and so have no calendar."""
    store = Store()
    for user in users:
        store.add_user(user, logged_in=user not in newcomers)
    dav = Dav(store, Scheduling(store, {user: f"{user}@example.org" for user in users}), now)
    server = Nextcloud("nextcloud", "", f"{ROOT}calendars/{{user}}/", dict(users), dav=dav)
    with serving(server.respond) as port:
        server.url = f"http://127.0.0.1:{port}/"
        server.collections.append(server.collection(DEFAULT))
        yield server
