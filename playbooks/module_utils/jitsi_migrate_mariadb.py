"""MariaDB on this host, as its administrator: what is asked and told goes by standard input, no password ever does."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from ansible.module_utils.jitsi_migrate_programs import PATIENCE, tried
from ansible.module_utils.jitsi_migrate_refused import Refused

# Root needs no password at the socket. Options of others, such as those of root's home, mean nothing here.
CLIENT = ("mariadb", "--no-defaults", "--protocol=socket", "--batch", "--skip-column-names")
# As Nextcloud asks for it: the whole of Unicode, and rows that several requests may change at once.
CHARACTERS = "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)


class Database(NamedTuple):
    """A database and the one user who may do everything in it, and nothing elsewhere."""

    name: str
    user: str
    password: str

    def checked(self) -> Database:
        """Return it. Raises ValueError for names that would have to be quoted."""
        if not (_NAME.fullmatch(self.name) and _NAME.fullmatch(self.user) and self.password):
            raise ValueError
        return self


def asked(statements: str) -> list[list[str]]:
    """Return the rows that statements give."""
    try:
        done = tried(*CLIENT, text=statements, patience=PATIENCE)
    except OSError as error:
        raise Refused(f"mariadb cannot be run ({error.strerror}): its package is not installed") from None
    if done.returncode:
        raise Refused(f"MariaDB: {done.stderr.strip()}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def hashed(password: str) -> str:
    """Return a password as MariaDB keeps it, so that the password itself is never told."""
    return "*" + hashlib.sha1(hashlib.sha1(password.encode()).digest()).hexdigest().upper()  # noqa: S324 - its format


def lacking(database: Database) -> list[str]:
    """Return what is not as it should be, in words."""
    name, user = database.name, database.user
    lacks = [] if asked(f"SHOW DATABASES LIKE '{name}'") else [f"database {name}: made"]
    if not asked(f"SELECT 1 FROM mysql.user WHERE User = '{user}' AND Host = 'localhost'"):  # noqa: S608 - names are checked
        return [*lacks, f"user {user}: made"]
    if not _admits_only(database):
        lacks.append(f"user {user}: another password")
    if not asked(f"SELECT 1 FROM mysql.db WHERE Db = '{name}' AND User = '{user}' AND Host = 'localhost'"):  # noqa: S608 - names are checked
        lacks.append(f"user {user}: may use {name}")
    return lacks


def provide(database: Database) -> None:
    """Make the database and its user, or make them right."""
    name, user = database.name, database.user
    asked(
        f"CREATE DATABASE IF NOT EXISTS {name} {CHARACTERS};"
        f"CREATE USER IF NOT EXISTS {user}@localhost IDENTIFIED BY PASSWORD '{hashed(database.password)}';"
        f"GRANT ALL PRIVILEGES ON {name}.* TO {user}@localhost;"
    )
    admit(database)


def admit(database: Database, guest: str = "") -> None:
    """Let the user in by the password, and by that of a guest beside it; by no other."""
    ways = [f"mysql_native_password USING '{hashed(one)}'" for one in (database.password, guest) if one]
    asked(f"ALTER USER {database.user}@localhost IDENTIFIED VIA {' OR '.join(ways)}")


def tables(database: Database) -> int:
    """Return how many tables there are."""
    query = f"SELECT count(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{database.name}'"  # noqa: S608
    return int(asked(query)[0][0])


def empty(database: Database) -> None:
    """Take away everything that is in the database."""
    asked(f"DROP DATABASE {database.name}; CREATE DATABASE {database.name} {CHARACTERS}")


def _admits_only(database: Database) -> bool:
    shown = asked(f"SHOW CREATE USER {database.user}@localhost")[0][0]
    return shown.endswith(f"IDENTIFIED BY PASSWORD '{hashed(database.password)}'")
