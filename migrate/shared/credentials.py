"""credentials.csv: the passwords with which a server is used, by account. Made by people, for its owner's eyes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from migrate.core.errors import ConfigurationError
from migrate.shared.formulas import unguard

COLUMNS = ("account", "password")
APP_PASSWORDS = (
    "make app passwords on the server for accounts that have none in the file, for the time of one command, by [occ]"
)
_HINT = f"The first line must be {','.join(COLUMNS)}; then one line for each account."


def read_credentials(path: Path) -> dict[str, SecretStr]:
    """Return the passwords by account; none if there is no such file.

    Raises ConfigurationError if others may read it, and with every line that is not understood.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigurationError(f"{path} can be read by others", hint=f"Run: chmod 600 {path}")
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8", hint="Save it as UTF-8.") from error
    return _passwords(text, path)


def known_passwords(path: Path, made: Mapping[str, str]) -> dict[str, SecretStr]:
    """Return the passwords of the file, and those that were made for accounts that it does not have."""
    return {**{account: SecretStr(password) for account, password in made.items()}, **read_credentials(path)}


def _passwords(text: str, path: Path) -> dict[str, SecretStr]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if not {*COLUMNS} <= {*(reader.fieldnames or ())}:
        raise ConfigurationError(f"{path}: columns are missing", hint=_HINT)
    passwords, faults = {}, []
    for row in reader:
        account, password = unguard(row["account"] or "").strip(), row["password"]
        if account in passwords or not account or not password or None in row:
            # Nothing of the line is shown: the password may be in the wrong column.
            faults.append(f"line {reader.line_num}: must be an account that no other line has, and its password")
        else:
            passwords[account] = SecretStr(password)
    if faults:
        raise ConfigurationError(f"{path} is not understood", hint=_HINT, details=faults)
    return passwords
