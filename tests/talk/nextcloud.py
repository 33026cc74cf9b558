"""A stand-in for Nextcloud with Talk: rooms, accounts and calendars on one port, with one list of users and of mails.

Held to recordings of Nextcloud 32.0.1 with Talk 22.0.0-beta.2. What they do not show says so where it stands.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import choice
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.caldav.errors import NotAuthenticated
from tests.caldav.nextcloud import CHALLENGE, Nextcloud
from tests.caldav.nextcloud_dav import ROOT, Dav, Reply
from tests.caldav.nextcloud_scheduling import Scheduling
from tests.caldav.nextcloud_store import DEFAULT, Store
from tests.caldav.server import USERS, ask, authorization
from tests.caldav.serving import Handler, serving
from tests.talk import accounts, routes
from tests.talk.accounts import ADMINS, MIN_LENGTH, Account, Accounts
from tests.talk.meeting import follow
from tests.talk.ocs import JSON, UNKNOWN_ROUTE, OcsError, Request
from tests.talk.profiles import TALK_22, Profile
from tests.talk.rooms import Room, Rooms
from tests.talk.talk import Talk

TRUSTED = ("127.0.0.1", "localhost")
ALPHABET = "abcdefghijkmnopqrstwxyz23456789"
HASH = {"X-Nextcloud-Talk-Hash": "0" * 40}
HASHED = {"GET room", routes.LOOK_UP, "GET room/*/capabilities"}


@dataclass(frozen=True)
class Said:
    """An answer without its envelope."""

    status: int
    code: int
    data: Any
    headers: Mapping[str, str]


@dataclass
class NextcloudTalk(Nextcloud):
    """The stand-in: what it keeps may be looked at, and changed as a person or an administrator would.

    `names_tokens`: its own program takes a name for app passwords, as that of Nextcloud 33 does. `imports`: it takes
    over calendars, as that of Nextcloud 32 does.
    """

    talk: Talk = field(default=None)  # type: ignore[assignment]
    trusted: tuple[str, ...] = TRUSTED
    names_tokens: bool = False
    imports: bool = True

    @property
    def accounts(self) -> Accounts:
        """Users and groups."""
        return self.talk.accounts

    @property
    def rooms(self) -> Mapping[str, Room]:
        """Rooms by token."""
        return self.talk.rooms.by_token

    def ocs(
        self, method: str, path: str, body: Mapping[str, object] | None = None, *, user: str = "", password: str = ""
    ) -> Said:
        """Ask as a user, for tests that look or act beside the tool. `path`: what follows /ocs/v2.php/."""
        user = user or self.user
        headers = {"OCS-APIRequest": "true", "Accept": "application/json", "Content-Type": "application/json"}
        headers["Authorization"] = authorization(user, password or self.users[user])
        sent = b"" if body is None else json.dumps(body).encode()
        answer = ask(method, f"{self.url}ocs/v2.php/{path}", sent, headers)
        found = json.loads(answer.body)["ocs"]
        return Said(answer.status, found["meta"]["statuscode"], found["data"], answer.headers)

    def _reply(self, handler: Handler) -> Reply:
        path = unquote(urlsplit(handler.path).path)
        if handler.headers.get("Host", "").partition(":")[0] not in self.trusted:
            return _untrusted(path)
        with self.lock:
            if path == "/status.php":
                return _json(self._status())
            if path.startswith("/ocs/"):
                return self._ocs(Request.read(handler))
            if path == "/index.php/login/v2":
                return _json(self._login_flow())
        reply = super()._reply(handler)
        if handler.command == "PUT" and reply.status < 300:
            self._follow(path.removeprefix(ROOT).split("/"))
        return reply

    def _user(self, authorization: str) -> str:
        name, password = _credentials(authorization)
        account = self.accounts.users.get(name)
        if not account or not account.enabled or not password or not self.accounts.is_right(account, password):
            raise NotAuthenticated("No public access to this resource.", **CHALLENGE)
        return name

    def _follow(self, parts: list[str]) -> None:
        _, user, calendar, name = parts
        with self.lock:
            follow(self.talk, user, self.store.objects(user, calendar)[name].data)

    def _status(self) -> dict[str, object]:
        version = self.talk.profile.server
        states = {"installed": True, "maintenance": self.dav.maintenance, "needsDbUpgrade": False}
        names = {"version": f"{version}.2", "versionstring": version, "edition": "", "productname": "Nextcloud"}
        return {**states, **names, "extendedSupport": False}

    def _login_flow(self) -> dict[str, object]:
        """Begin to ask a person in a browser. Nobody ever answers here."""
        poll = {"token": "a-token", "endpoint": f"{self.url}index.php/login/v2/poll"}
        return {"poll": poll, "login": f"{self.url}index.php/login/v2/flow/a-token"}

    def _ocs(self, request: Request) -> Reply:
        if "OCS-APIRequest" not in request.headers:
            return _json({"message": "CSRF check failed"}, 412)
        try:
            if self.dav.maintenance:
                raise OcsError(503, message="System in maintenance mode.")
            status, data = self._answer(request)
            headers = HASH if routes.key_of(request.method, request.path[6:]) in HASHED else {}
            return request.reply(status, data, **headers, **self.talk.throttle.headers())
        except OcsError as error:
            error.headers = {**error.headers, **self.talk.throttle.headers()}
            return request.refused(error)

    def _answer(self, request: Request) -> tuple[int, object]:
        anonymous = "Authorization" not in request.headers
        if request.path[2:] == ["cloud", "capabilities"] and anonymous:
            return 200, self._capabilities(None)
        name, password = _credentials(request.headers.get("Authorization", ""))
        account = self.accounts.login(name, password)
        if password == account.password and DEFAULT not in self.store.homes[name]:
            self.store.add_user(name, logged_in=True)
        match request.path[2:]:
            case ["cloud", "capabilities"]:
                return 200, self._capabilities(account)
            case ["cloud", *_]:
                return 200, accounts.provision(self.accounts, account, request)
            case ["core", "autocomplete", "get"]:
                return 200, accounts.complete(self.accounts, account, request)
            case ["core", "getapppassword"]:
                return 200, accounts.get_app_password(self.accounts, account, request, password)
            case ["core", "apppassword"] if request.method == "DELETE":
                return 200, accounts.delete_app_password(self.accounts, account, request, password)
            case ["apps", "spreed", "api", _, *_]:
                return routes.answer(self.talk, request, account)
        raise OcsError(404, code=UNKNOWN_ROUTE, message="Invalid query")

    def _capabilities(self, account: Account | None) -> dict[str, object]:
        slowed = {"delay": self.talk.throttle.next_delay, "allow-listed": False}
        found = {"bruteforce": slowed, **self.talk.capabilities(account)}
        if self.accounts.policy:
            # Not recorded: the names are those of the app's source.
            rules = {"enforceNumericCharacters": False, "enforceSpecialCharacters": False}
            rules |= {"enforceNonCommonPassword": True, "enforceUpperLowerCase": False, "minLength": MIN_LENGTH}
            found["password_policy"] = rules
        return {"version": self.talk.profile.version(), "capabilities": found}


def _json(found: Mapping[str, object], status: int = 200) -> Reply:
    return Reply(status, json.dumps(found).encode(), JSON)


def _untrusted(path: str) -> Reply:
    if path == "/status.php":
        return _json({"error": "Trusted domain error.", "code": 15}, 400)
    return Reply(400, b"<!DOCTYPE html>\n", {"Content-Type": "text/html; charset=UTF-8"})


def _credentials(authorization: str) -> tuple[str, str]:
    try:
        name, _, password = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
    except ValueError:
        name = password = ""
    return name, password


class _Addresses(Mapping[str, str]):
    """Users' addresses as the calendar asks for them; who has none is called by name, which gets no mail."""

    def __init__(self, users: Mapping[str, Account]) -> None:
        self._users = users

    def __getitem__(self, user: str) -> str:
        return self._users[user].email or user

    def __iter__(self) -> Iterator[str]:
        return iter(self._users)

    def __len__(self) -> int:
        return len(self._users)


def _now() -> datetime:
    return datetime.now(UTC)


def _tokens() -> Iterator[str]:
    while True:
        yield "".join(choice(ALPHABET) for _ in range(8))


@contextmanager
def nextcloud_talk(
    users: Mapping[str, str] = USERS,
    *,
    admin: str = "",
    newcomers: tuple[str, ...] = (),
    profile: Profile = TALK_22,
    now: Callable[[], datetime] = _now,
    tokens: Iterator[str] | None = None,
    address: str = "127.0.0.1",
) -> Iterator[NextcloudTalk]:
    """Serve the stand-in. `newcomers` never logged in; `tokens` are those of the rooms to come."""
    store, known, passwords = Store(), {}, dict(users)
    dav = Dav(store, Scheduling(store, _Addresses(known)), now)

    def joined(account: Account) -> None:
        passwords[account.name] = account.password
        store.add_user(account.name, logged_in=account.name in users and account.name not in newcomers)

    book = Accounts(dav.scheduling.mails, joined, known)
    for name, password in users.items():
        groups = {ADMINS} if name == admin else set()
        book.add(Account(name, password, name.capitalize(), f"{name}@example.org", groups))
    # Whoever was there before is not greeted.
    dav.scheduling.mails.clear()
    rooms = Rooms(tokens or _tokens(), lambda: int(now().timestamp()))
    server = NextcloudTalk("nextcloud", "", f"{ROOT}calendars/{{user}}/", passwords, dav=dav)
    server.talk = Talk(book, rooms, profile, dav)
    with serving(server.respond, address) as port:
        server.url = f"http://{address}:{port}/"
        server.collections.append(server.collection(DEFAULT))
        yield server
