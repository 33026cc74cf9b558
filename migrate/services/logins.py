"""accounts: hosts of meetings get logins on the server, and those who are no hosts any more can lose them."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from migrate.core.errors import ConfigurationError, Exit, MigrateError, UsageError
from migrate.services.playbooks import Outcome
from migrate.shared import logins
from migrate.shared.files import Files
from migrate.shared.hosts import FILE, HostBook
from migrate.shared.logins import Login, Pending
from migrate.shared.nodeprep import nodeprep

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 20
_MODULE = "jitsi_migrate_accounts"
_TOLD = ("created", "changed_passwords", "removed", "others")


@dataclass(frozen=True, slots=True)
class LoginPlan:
    """What becomes of logins.csv: `after` is what it will be before the server is told.

    `gone` are those whom hosts.csv does not name any more; `nameless` are hosts for whom it has no account.
    """

    after: Sequence[Login]
    new: Sequence[str]
    reset: Sequence[str]
    removed: Sequence[str]
    gone: Sequence[str]
    nameless: Sequence[str]

    @property
    def settled(self) -> list[Login]:
        """What logins.csv is when the server was told."""
        kept = (login for login in self.after if login.pending is not Pending.REMOVE)
        return [replace(login, pending=Pending.NOTHING) for login in kept]


@dataclass(frozen=True, slots=True)
class Given:
    """What came of a plan. `server` is what the server did, and which accounts it has beside ours.

    No `done`: the server was not told.
    """

    plan: LoginPlan
    done: Outcome | None = None
    server: Mapping[str, Sequence[str]] = field(default_factory=lambda: dict.fromkeys(_TOLD, ()))

    def to_json(self) -> dict[str, Any]:
        """Return it for --json."""
        plan = self.plan
        return {
            "dry_run": self.done is None,
            "new": list(plan.new),
            "reset": list(plan.reset),
            "removed": list(plan.removed),
            "gone": list(plan.gone),
            "without_account": list(plan.nameless),
            "server": {name: list(found) for name, found in self.server.items()},
        }


def read_logins(path: Path) -> list[Login]:
    """Read logins.csv; an absent one is empty."""
    try:
        return logins.load(path.read_text("utf-8"), str(path))
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read ({error})") from error


def give_logins(plan: LoginPlan, path: Path, files: Files, tell_server: Callable[[], Outcome]) -> Given:
    """Write logins.csv, and have the server told of it."""
    # Before the server hears of them: killed from here on, nobody has a password that nobody knows.
    files.write(path, logins.dump(plan.after).encode())
    done = tell_server()
    if done.exit_code is Exit.OK:
        files.write(path, logins.dump(plan.settled).encode())
    results = done.told(_MODULE)
    told = {name: [str(one) for result in results for one in result.data.get(name, ())] for name in _TOLD}
    return Given(plan, done, told)


def are_due(hosts: Callable[[], HostBook], path: Path) -> bool:
    """Tell whether accounts has anything to do, as far as files tell. Faults in them it tells itself."""
    try:
        plan = plan_logins(hosts(), read_logins(path), reset=(), prune=False)
    except MigrateError:
        return True
    return bool(plan.new or plan.reset or not plan.after)


def plan_logins(book: HostBook, before: Sequence[Login], *, reset: Collection[str], prune: bool) -> LoginPlan:
    """Compare hosts.csv with the logins that there are. Whoever has a login keeps its password, unless it is reset.

    Raises ConfigurationError with every account that can be no login, UsageError for logins to reset that are none.
    """
    wanted = _wanted(book)
    known = {login.name: login for login in before}
    unknown = sorted(set(reset) - wanted)
    if unknown:
        raise UsageError(f"{FILE} has no {', no '.join(unknown)}", hint="Give logins as the column account has them.")
    kept = [_next(login, wanted, reset, prune=prune) for login in before]
    new = sorted(wanted - known.keys())
    after = [*kept, *(Login(name, _password()) for name in new)]
    return LoginPlan(
        after,
        new,
        [login.name for login in after if login.pending is Pending.RESET],
        [login.name for login in after if login.pending is Pending.REMOVE],
        sorted(known.keys() - wanted),
        [row["zoom_name"] or row["zoom_email"] for row in book.rows if not row["account"].strip()],
    )


def _next(login: Login, wanted: Collection[str], reset: Collection[str], *, prune: bool) -> Login:
    if login.name in reset:
        return Login(login.name, _password(), Pending.RESET)
    if login.name not in wanted:
        return replace(login, pending=Pending.REMOVE) if prune else replace(login, pending=Pending.NOTHING)
    # Who was to be removed is a host again.
    return replace(login, pending=Pending.NOTHING) if login.pending is Pending.REMOVE else login


def _wanted(book: HostBook) -> set[str]:
    """Return the logins that hosts.csv asks for."""
    accounts: dict[str, str] = {}
    faults: list[str] = []
    for line, account in _accounts(book):
        try:
            login = nodeprep(account.partition("@")[0])
        except ValueError as error:
            faults.append(f"line {line}: {account}: a login {error}")
            continue
        if accounts.setdefault(login, account.casefold()) != account.casefold():
            faults.append(f"line {line}: {account}: has the same login, {login}, as {accounts[login]}")
    if faults:
        raise ConfigurationError(
            f"{FILE} has accounts that can be no logins", hint="Change the column account there.", details=faults
        )
    return set(accounts)


def _accounts(book: HostBook) -> Iterator[tuple[int, str]]:
    rows = zip(book.lines, book.rows, strict=True)
    return ((line, row["account"].strip()) for line, row in rows if row["account"].strip())


def _password() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
