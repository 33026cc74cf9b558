"""The tables of the journal, and the way to them from every file ever written."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from migrate.core.errors import ConfigurationError
from migrate.state import app_passwords, room_steps
from migrate.state.database import damaged, transaction

APPLICATION_ID = 0x4A4D4947  # "JMIG"; tells a journal from any other database


@dataclass(frozen=True, slots=True)
class Migration:
    """One change of the tables. `product` is the first version of the product that knows them."""

    product: str
    statements: tuple[str, ...]


# Only ever added to: position + 1 is the user_version of a file.
MIGRATIONS = (
    Migration(
        product="0.1.0",
        statements=(
            f"PRAGMA application_id = {APPLICATION_ID}",
            # What a product too old for the file tells its user to install.
            "CREATE TABLE product (needed TEXT NOT NULL)",
            "INSERT INTO product VALUES ('')",
            """CREATE TABLE runs (
                number INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                command TEXT NOT NULL,
                plan TEXT NOT NULL,
                started TEXT NOT NULL,
                finished TEXT
            )""",
            """CREATE TABLE steps (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                run TEXT NOT NULL REFERENCES runs (id),
                key TEXT NOT NULL,
                action TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('intended', 'done', 'failed')),
                reason TEXT NOT NULL,
                before TEXT,
                after TEXT,
                before_text TEXT NOT NULL
            )""",
            "CREATE INDEX steps_by_run ON steps (run)",
            "CREATE INDEX open_steps ON steps (id) WHERE state = 'intended'",
            "CREATE INDEX done_by_key ON steps (key, state) WHERE state = 'done'",
            # Derived, not stored: a binding cannot disagree with the steps that made it.
            """CREATE VIEW bindings AS
                SELECT key, after AS binding FROM steps
                WHERE after IS NOT NULL
                AND id IN (SELECT max(id) FROM steps WHERE state = 'done' GROUP BY key)""",
            "CREATE TABLE rooms (key TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, url TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE aliases (name TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID",
        ),
    ),
    Migration(product="0.1.0", statements=room_steps.STATEMENTS),
    Migration(product="0.1.0", statements=app_passwords.STATEMENTS),
)


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ConfigurationError if this is another program's database, or a newer product's journal."""
    empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    if not empty and owner != APPLICATION_ID:
        raise damaged(path, "it is the database of another program")
    if version(connection) > len(MIGRATIONS):
        needed = connection.execute("SELECT needed FROM product").fetchone()[0]
        raise ConfigurationError(
            f"{path}: was written by a newer jitsi-migrate; it needs version {needed} or later",
            hint=f"Install jitsi-migrate {needed} or later and run the same command again.",
        )


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date, one transaction a migration. Fails if the file is write-protected, old or not."""
    for number, migration in enumerate(MIGRATIONS, start=1):
        with transaction(connection):
            if version(connection) < number:
                _apply(connection, number, migration)


def version(connection: sqlite3.Connection) -> int:
    """Tell how many migrations a file has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _apply(connection: sqlite3.Connection, number: int, migration: Migration) -> None:
    for statement in migration.statements:
        connection.execute(statement)
    connection.execute("UPDATE product SET needed = ?", (migration.product,))
    connection.execute(f"PRAGMA user_version = {number}")
