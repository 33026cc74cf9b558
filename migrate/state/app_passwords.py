"""The journal's table of app passwords that are not revoked yet. It never holds one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from migrate.core.app_passwords import Token, TokenBook

STATEMENTS = (
    # Numbers are not given twice: what was revoked is not to be taken for what was made since.
    """CREATE TABLE app_passwords (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        host TEXT NOT NULL,
        account TEXT NOT NULL,
        label TEXT NOT NULL,
        before TEXT NOT NULL,
        intended TEXT NOT NULL,
        id INTEGER
    )""",
)


Transactions = Callable[[], AbstractContextManager[sqlite3.Connection]]
"""Opens a transaction."""


class SqliteTokenBook(TokenBook):
    """The table, in the file of a journal that is open."""

    def __init__(self, reading: Transactions, writing: Transactions) -> None:
        self._reading = reading
        self._writing = writing

    def intend(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """Write down what will be made; return it with its numbers."""
        with self._writing() as connection:
            return [replace(token, number=_insert(connection, token)) for token in tokens]

    def made(self, ids: Mapping[int, int]) -> None:
        """Write down the ids of tokens, by their numbers."""
        with self._writing() as connection:
            rows = ((token, number) for number, token in ids.items())
            connection.executemany("UPDATE app_passwords SET id = ? WHERE number = ?", rows)

    def revoked(self, numbers: Collection[int]) -> None:
        """Forget tokens."""
        with self._writing() as connection:
            connection.executemany("DELETE FROM app_passwords WHERE number = ?", ((number,) for number in numbers))

    def open(self) -> Sequence[Token]:
        """Return all that are not revoked yet, oldest first."""
        with self._reading() as connection:
            return [*map(_token, connection.execute(_SELECT))]


_INSERT = "INSERT INTO app_passwords (host, account, label, before, intended, id) VALUES (?, ?, ?, ?, ?, ?)"
_SELECT = "SELECT host, account, label, before, intended, id, number FROM app_passwords ORDER BY number"


def _insert(connection: sqlite3.Connection, token: Token) -> int:
    moment = token.intended.astimezone(UTC).isoformat()
    values = (token.host, token.account, token.label, json.dumps(sorted(token.before)), moment, token.id)
    return int(connection.execute(_INSERT, values).lastrowid or 0)


def _token(row: Sequence[Any]) -> Token:
    host, account, label, before, intended, number_there, number = row
    moment = datetime.fromisoformat(intended)
    return Token(host, account, label, frozenset(json.loads(before)), moment, number_there, number)
