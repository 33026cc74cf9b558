"""The journal in one SQLite file: what was intended and what was done, safe against a kill at any instant."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from migrate.core.errors import RefusedError
from migrate.core.journal import Journal, Outcome, RoomOutcome, RoomStep, Run, Snapshot, Step, StepState
from migrate.core.naming import room_key
from migrate.core.rooms import Room
from migrate.state import room_steps, schema
from migrate.state.app_passwords import SqliteTokenBook
from migrate.state.database import connect_for_reading, connect_for_writing, intact, reported, transaction
from migrate.state.records import dump_binding, load_binding

PAGE = 500

_INSERT_STEP = """
    INSERT INTO steps (id, run, key, action, state, reason, before, after, before_text)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_SELECT_STEPS = """
    SELECT id, run, key, action, state, reason, before, after, before_text
    FROM steps WHERE id > ? AND id <= ?"""
_KEEP_ROOM = """
    INSERT INTO rooms (key, name, url) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET name = excluded.name, url = excluded.url"""


class SqliteJournal(Journal):
    """A journal file, open. Used by one thread; a read-only one refuses to write with TargetError.

    The binding of a key is the `after` of its newest DONE step, so settling a step is all it takes to change it.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Open the journal, and make it or bring it up to date if need be.

        Read-only nothing is made or brought up to date: a journal that is not there is empty. Raises ConfigurationError
        for a damaged, a foreign or a newer file, TargetError or TryLaterError if the file cannot be used (now).
        """
        with reported(path):
            return cls(_open_for_reading(path) if read_only else _open_for_writing(path), path)

    def close(self) -> None:
        """Close the file; the journal cannot be used any more."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def tokens(self) -> SqliteTokenBook:
        """The memory of app passwords, which is in the same file."""
        return SqliteTokenBook(self._reading, self._writing)

    def snapshot(self) -> Snapshot:
        """Read the state of all keys."""
        with self._reading() as connection:
            bindings = connection.execute("SELECT key, binding FROM bindings")
            rooms = connection.execute("SELECT key, name, url FROM rooms ORDER BY key")
            aliases = connection.execute("SELECT name, key FROM aliases ORDER BY name")
            return Snapshot(
                revision=_revision(connection),
                bindings={key: binding for key, text in bindings if (binding := load_binding(text))},
                rooms={key: Room(name, url) for key, name, url in rooms},
                aliases=dict(aliases),
                made=room_steps.made(connection),
            )

    def begin(self, run: Run, aliases: Mapping[str, str]) -> None:
        """Open a run, or open it again; then it keeps its start."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO runs (id, command, plan, started) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET finished = NULL",
                (run.id, run.command, run.plan, _utc(run.started)),
            )
            connection.executemany(
                "INSERT INTO aliases (name, key) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET key = excluded.key",
                aliases.items(),
            )

    def intend(self, run: str, steps: Sequence[Step]) -> Sequence[Step]:
        """Write down what will be done. Raises RefusedError if a room's name is another key's already."""
        with self._writing() as connection:
            _check_begun(connection, run)
            intended = [
                replace(step, run=run, id=number, state=StepState.INTENDED, reason="")
                for number, step in enumerate(steps, start=_revision(connection) + 1)
            ]
            connection.executemany(_INSERT_STEP, map(_row, intended))
            _keep_rooms(connection, {room_key(step.key): step.after.room for step in intended if step.after})
        return intended

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Write down how steps ended, once. Raises LookupError, and changes nothing, if one is not open."""
        with self._writing() as connection:
            settled = connection.executemany(
                "UPDATE steps SET state = ?, reason = ?, after = coalesce(?, after)"
                " WHERE id = ? AND state = 'intended'",
                ((outcome.state, outcome.reason, dump_binding(outcome.after), outcome.step) for outcome in outcomes),
            ).rowcount
            _check_settled(settled, outcomes)

    def intend_rooms(self, run: str, steps: Sequence[RoomStep]) -> Sequence[RoomStep]:
        """Write down what will be done with rooms. Raises RefusedError if a room's name is another key's already."""
        with self._writing() as connection:
            _check_begun(connection, run)
            _keep_rooms(connection, {step.key: step.after.room for step in steps if step.after})
            return room_steps.intend(connection, run, steps, _revision(connection))

    def settle_rooms(self, outcomes: Sequence[RoomOutcome]) -> None:
        """Write down how steps of rooms ended, once. Raises LookupError, and changes nothing, if one is not open."""
        with self._writing() as connection:
            _check_settled(room_steps.settle(connection, outcomes), outcomes)
            found = (outcome.after for outcome in outcomes if outcome.state is StepState.DONE and outcome.after)
            _keep_rooms(connection, {record.key: record.room for record in found})

    def room_steps(self, run: str | None = None, state: StepState | None = None, after: int = 0) -> Iterator[RoomStep]:
        """Return the steps of rooms there are now, in order."""
        with self._reading() as connection:
            return room_steps.select(connection, run, state, after)

    def finish(self, run: str, at: datetime) -> None:
        """Close a run."""
        with self._writing() as connection:
            if not connection.execute("UPDATE runs SET finished = ? WHERE id = ?", (_utc(at), run)).rowcount:
                raise LookupError(f"run {run} was never begun")

    def runs(self) -> Sequence[Run]:
        """Return all runs, oldest first."""
        with self._reading() as connection:
            rows = connection.execute("SELECT id, command, plan, started, finished FROM runs ORDER BY number")
            return [
                Run(run, command, plan, datetime.fromisoformat(started), _moment(finished))
                for run, command, plan, started, finished in rows
            ]

    def steps(self, run: str | None = None, state: StepState | None = None, after: int = 0) -> Iterator[Step]:
        """Return the steps there are when the first is asked for, in order; they may be settled meanwhile."""
        with self._reading() as connection:
            last = _revision(connection)
        # By pages: a cursor left open would see, or be broken by, what is written while it is read.
        while page := self._page(run, state, after, last):
            yield from page
            after = page[-1].id

    def _page(self, run: str | None, state: StepState | None, after: int, last: int) -> list[Step]:
        query = _SELECT_STEPS
        values: list[int | str] = [after, last]
        if run is not None:
            query += " AND run = ?"
            values.append(run)
        if state is not None:
            # Spelt out: SQLite takes the index of open steps only for a state it knows before it has the values.
            query += f" AND state = '{StepState(state)}'"
        with self._reading() as connection:
            return [_step(row) for row in connection.execute(f"{query} ORDER BY id LIMIT {PAGE}", values)]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with reported(self._path), intact(self._path), transaction(self._connection, "DEFERRED"):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with reported(self._path), transaction(self._connection):
            yield self._connection


def _open_for_writing(path: Path) -> sqlite3.Connection:
    connection = connect_for_writing(path)
    try:
        schema.check(connection, path)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        schema.upgrade(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _open_for_reading(path: Path) -> sqlite3.Connection:
    connection = connect_for_reading(path)
    try:
        schema.check(connection, path)
        if schema.version(connection) == len(schema.MIGRATIONS):
            return connection
    except BaseException:
        connection.close()
        raise
    # An older file stays as it is; a copy of it is brought up to date.
    copy = sqlite3.connect(":memory:", isolation_level=None)
    connection.backup(copy)
    connection.close()
    schema.upgrade(copy)
    copy.execute("PRAGMA query_only = ON")
    return copy


def _revision(connection: sqlite3.Connection) -> int:
    newest = "SELECT max(id) FROM (SELECT max(id) AS id FROM steps UNION ALL SELECT max(id) FROM room_steps)"
    return connection.execute(newest).fetchone()[0] or 0


def _check_begun(connection: sqlite3.Connection, run: str) -> None:
    if not connection.execute("SELECT 1 FROM runs WHERE id = ?", (run,)).fetchone():
        raise LookupError(f"run {run} was never begun")


def _check_settled(settled: int, outcomes: Sequence[object]) -> None:
    if settled != len(outcomes):
        raise LookupError("a step that is not open was to be settled")


def _keep_rooms(connection: sqlite3.Connection, rooms: Mapping[str, Room]) -> None:
    for key, room in rooms.items():
        try:
            connection.execute(_KEEP_ROOM, (key, room.name, room.url))
        except sqlite3.IntegrityError as error:
            raise RefusedError(
                f"{key}: the room {room.name} belongs to another meeting already",
                hint="Make a new plan and apply that.",
            ) from error


def _row(step: Step) -> tuple[int | str | None, ...]:
    before, after = dump_binding(step.before), dump_binding(step.after)
    return (step.id, step.run, step.key, step.action, step.state, step.reason, before, after, step.before_text)


def _step(row: Sequence[Any]) -> Step:
    number, run, key, action, state, reason, before, after, before_text = row
    bindings = load_binding(before), load_binding(after)
    return Step(key, action, *bindings, before_text, run, number, StepState(state), reason)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
