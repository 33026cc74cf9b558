"""Users, groups and credentials of the stand-in, and the part of the provisioning API that is used with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from secrets import choice
from string import ascii_letters, digits

from tests.caldav.nextcloud_scheduling import Mail
from tests.talk.ocs import UNAUTHORISED, OcsError, Request

ADMINS = "admin"
TOKEN_LENGTH = 72
USER_ID = re.compile(r"[a-zA-Z0-9 _.@'-]+")
# Nextcloud's own default, of which the list of common passwords is a sample here.
MIN_LENGTH = 10
COMMON = {"abc", "123456", "12345678", "password", "qwertyuiop", "1234567890"}


@dataclass
class Account:
    """A user. `tokens`: app passwords by their number, `labels` what they are called."""

    name: str
    password: str = ""
    displayname: str = ""
    email: str = ""
    groups: set[str] = field(default_factory=set)
    language: str = "en"
    enabled: bool = True
    tokens: dict[int, str] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)

    @property
    def details(self) -> dict[str, object]:
        """What the provisioning API tells."""
        return {
            "id": self.name,
            "enabled": self.enabled,
            "backend": "Database",
            "language": self.language,
            "displayname": self.displayname,
            "display-name": self.displayname,
            "email": self.email or None,
            "groups": sorted(self.groups),
        }


@dataclass
class Accounts:
    """All accounts and groups. `joined` is told of each new account. `mails`: what was sent so far.

    `policy`: whether the app that judges passwords is on. `greets`: whether a new user gets mail.
    """

    mails: list[Mail]
    joined: Callable[[Account], None]
    users: dict[str, Account] = field(default_factory=dict)
    groups: set[str] = field(default_factory=lambda: {ADMINS})
    policy: bool = False
    greets: bool = True
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def add(self, account: Account) -> None:
        """Add an account; an address is written to at once."""
        account.displayname = account.displayname or account.name
        self.users[account.name] = account
        self.groups |= account.groups
        self.joined(account)
        if "@" in account.email and self.greets:
            self.mails.append(Mail(account.email, "WELCOME", account.name, ""))

    def login(self, name: str, password: str) -> Account:
        """Return the user with that password, or app password."""
        account = self.users.get(name)
        if not account or not account.enabled or not password or not self.is_right(account, password):
            challenge = {"WWW-Authenticate": 'Basic realm="Authorisation Required"'}
            raise OcsError(401, code=UNAUTHORISED, message="Unauthorised", headers=challenge)
        return account

    def is_right(self, account: Account, password: str) -> bool:
        """Say whether a user gets in with it."""
        return password == account.password or password in account.tokens.values()

    def make_token(self, account: Account, label: str = "cli") -> str:
        """Make an app password."""
        number, token = next(self.numbers), "".join(choice(ascii_letters + digits) for _ in range(TOKEN_LENGTH))
        account.tokens[number], account.labels[number] = token, label
        return token

    def weakness(self, password: str, account: Account | None = None) -> str:
        """Return what the policy has against a password, in the user's language; nothing if it may be."""
        if not self.policy or (len(password) >= MIN_LENGTH and password not in COMMON):
            return ""
        german = account is not None and account.language == "de"
        return f"Mindestens {MIN_LENGTH} Zeichen." if german else f"At least {MIN_LENGTH} characters."

    def matching(self, search: str) -> list[Account]:
        """Return who has the text in name, display name or address."""
        wanted = search.casefold()
        found = (
            account
            for account in self.users.values()
            if any(wanted in text.casefold() for text in (account.name, account.displayname, account.email))
        )
        return sorted(found, key=lambda account: account.name)


def list_users(accounts: Accounts, _: Account, request: Request) -> object:
    return {"users": [account.name for account in _page(accounts, request)]}


def list_details(accounts: Accounts, _: Account, request: Request) -> object:
    return {"users": {account.name: account.details for account in _page(accounts, request)}}


def _page(accounts: Accounts, request: Request) -> list[Account]:
    return accounts.matching(request.text("search"))[: request.number("limit", 1000)]


def create_user(accounts: Accounts, _: Account, request: Request) -> object:
    """Not atomic in Nextcloud, but it is here."""
    name, password, email = (request.text(key) for key in ("userid", "password", "email"))
    groups = set(request.body.get("groups") or ())
    if weakness := accounts.weakness(password) if password else "":
        raise _refused(107, weakness)
    if groups - accounts.groups:
        raise _refused(104, f"Group {min(groups - accounts.groups)} does not exist")
    if name in accounts.users:
        raise _refused(102, "User already exists")
    if not USER_ID.fullmatch(name):
        raise _refused(101, "Only some characters are allowed in a name")
    if not password and not email:
        raise _refused(108, "An email address is required")
    language = request.text("language") or "en"
    accounts.add(Account(name, password, request.text("displayName"), email, groups, language))
    return {"id": name}


def get_user(accounts: Accounts, _: Account, request: Request) -> object:
    return _wanted(accounts, request).details


def edit_user(accounts: Accounts, _: Account, request: Request) -> object:
    """Set one field of those that are modelled."""
    if request.text("key") in {"email", "displayname", "password", "language"}:
        setattr(_wanted(accounts, request), request.text("key"), request.text("value"))
        return []
    raise _refused(103, "")


def enable_user(accounts: Accounts, _: Account, request: Request) -> object:
    _wanted(accounts, request).enabled = request.path[-1] == "enable"
    return []


def create_group(accounts: Accounts, _: Account, request: Request) -> object:
    if request.text("groupid") in accounts.groups:
        raise _refused(102, "group exists")
    accounts.groups.add(request.text("groupid"))
    return []


def _wanted(accounts: Accounts, request: Request) -> Account:
    if request.path[4] not in accounts.users:
        raise OcsError(404, message="User does not exist")
    return accounts.users[request.path[4]]


def _refused(code: int, message: str) -> OcsError:
    return OcsError(400, code=code, message=message)


def get_me(_: Accounts, account: Account, __: Request) -> object:
    return account.details


def complete(accounts: Accounts, _: Account, request: Request) -> object:
    """Find users as the field for participants does: each comes twice."""
    hits = [
        {
            "id": one.name,
            "label": one.displayname,
            "icon": "icon-user",
            "source": "users",
            "status": "",
            "subline": "",
            "shareWithDisplayNameUnique": one.email or one.name,
        }
        for one in accounts.matching(request.text("search"))
    ]
    return [hit for hit in hits for _ in range(2)]


def get_app_password(accounts: Accounts, account: Account, request: Request, password: str) -> object:
    if password in account.tokens.values():
        raise OcsError(403, message="You cannot request an new apppassword with an apppassword")
    return {"apppassword": accounts.make_token(account)}


def delete_app_password(_: Accounts, account: Account, __: Request, password: str) -> object:
    """Revoke the app password that the request was made with. Not recorded: read in the server's source."""
    number = next((number for number, token in account.tokens.items() if token == password), None)
    if number is None:
        raise OcsError(403, message="no app password in use")
    del account.tokens[number]
    return []


ROUTES = {
    "GET user": get_me,
    "GET users": list_users,
    "GET users/details": list_details,
    "POST users": create_user,
    "GET users/*": get_user,
    "PUT users/*": edit_user,
    "PUT users/*/enable": enable_user,
    "PUT users/*/disable": enable_user,
    "POST groups": create_group,
}
FOR_ALL = {"GET user"}


def provision(accounts: Accounts, account: Account, request: Request) -> object:
    """Answer what is asked below /cloud."""
    parts = list(request.path[3:])
    if parts[1:] != ["details"]:
        parts[1:2] = ["*"] * len(parts[1:2])
    key = f"{request.method} {'/'.join(parts)}"
    if key not in ROUTES:
        raise OcsError(404, code=998, message="Invalid query")
    if key not in FOR_ALL and ADMINS not in account.groups:
        raise OcsError(403, message="Logged in account must be at least a sub admin")
    return ROUTES[key](accounts, account, request)
