"""logins.csv: the logins of people on the server, and what the next run does with them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from migrate.core.errors import ConfigurationError
from migrate.shared.formulas import guard, unguard

FILE = "logins.csv"
COLUMNS = ("login", "password", "pending")


class Pending(StrEnum):
    """What the server is still to be told. A login that it does not have is made in any case."""

    NOTHING = ""
    RESET = "reset"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Login:
    """One person's login. The password is the one that it began with: its owner may have another by now."""

    name: str
    password: str
    pending: Pending = Pending.NOTHING


def load(text: str, path: str) -> list[Login]:
    """Read logins.csv. Raises ConfigurationError with every line that is not understood."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ConfigurationError(f"{path}: the first line must be {','.join(COLUMNS)}", hint=_HINT)
    logins, faults = [], []
    for row in reader:
        try:
            logins.append(_login(row))
        except (KeyError, ValueError, AttributeError):
            faults.append(f"line {reader.line_num}: must be a login, a password, and reset, remove or nothing")
    if faults:
        raise ConfigurationError(f"{path} is not understood", hint=_HINT, details=faults)
    return logins


def dump(logins: Iterable[Login]) -> str:
    """Write logins.csv. A login that a spreadsheet would take for a formula gets a leading apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((guard(login.name), login.password, login.pending.value) for login in logins)
    return stream.getvalue()


def _login(row: dict[str | None, str]) -> Login:
    if None in row or not row["login"] or not row["password"]:
        raise ValueError
    return Login(unguard(row["login"]), row["password"], Pending(row["pending"]))


_HINT = "It holds the passwords that people were given: mend it, or put a copy of it back."
