"""The journal's tables of rooms: what was intended with them, and what they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from migrate.core.journal import RoomOutcome, RoomRecord, RoomStep, StepState
from migrate.state.records import dump_record, load_record

STATEMENTS = (
    """CREATE TABLE room_steps (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run TEXT NOT NULL REFERENCES runs (id),
        key TEXT NOT NULL,
        action TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('intended', 'done', 'failed')),
        reason TEXT NOT NULL,
        before TEXT,
        after TEXT
    )""",
    "CREATE INDEX room_steps_by_run ON room_steps (run)",
    "CREATE INDEX open_room_steps ON room_steps (id) WHERE state = 'intended'",
    "CREATE INDEX done_rooms_by_key ON room_steps (key, state) WHERE state = 'done'",
    """CREATE VIEW made_rooms AS
        SELECT key, after AS record FROM room_steps
        WHERE after IS NOT NULL
        AND id IN (SELECT max(id) FROM room_steps WHERE state = 'done' GROUP BY key)""",
)


def intend(connection: sqlite3.Connection, run: str, steps: Sequence[RoomStep], newest: int) -> list[RoomStep]:
    """Write down what will be done; return the steps with their ids, which go on from the `newest`."""
    intended = [
        replace(step, run=run, id=number, state=StepState.INTENDED, reason="")
        for number, step in enumerate(steps, start=newest + 1)
    ]
    connection.executemany("INSERT INTO room_steps VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_row, intended))
    return intended


def settle(connection: sqlite3.Connection, outcomes: Sequence[RoomOutcome]) -> int:
    """Write down how steps ended; return how many were open. Of what failed the intent stays."""
    return connection.executemany(
        "UPDATE room_steps SET state = ?1, reason = ?2, after = iif(?1 = 'done', ?3, after)"
        " WHERE id = ?4 AND state = 'intended'",
        ((outcome.state, outcome.reason, dump_record(outcome.after), outcome.step) for outcome in outcomes),
    ).rowcount


def select(connection: sqlite3.Connection, run: str | None, state: StepState | None, above: int) -> Iterator[RoomStep]:
    """Return steps in order of their ids."""
    query = "SELECT id, run, key, action, state, reason, before, after FROM room_steps WHERE id > ?"
    values: list[int | str] = [above]
    if run is not None:
        query += " AND run = ?"
        values.append(run)
    if state is not None:
        query += f" AND state = '{StepState(state)}'"
    return map(_step, connection.execute(f"{query} ORDER BY id", values).fetchall())


def made(connection: sqlite3.Connection) -> dict[str, RoomRecord]:
    """Return the record of each room that is there."""
    rows = connection.execute("SELECT key, record FROM made_rooms ORDER BY key")
    return {key: record for key, text in rows if (record := load_record(text))}


def _row(step: RoomStep) -> tuple[int | str | None, ...]:
    before, after = dump_record(step.before), dump_record(step.after)
    return (step.id, step.run, step.key, step.action, step.state, step.reason, before, after)


def _step(row: Sequence[Any]) -> RoomStep:
    number, run, key, action, state, reason, before, after = row
    return RoomStep(key, action, load_record(before), load_record(after), run, number, StepState(state), reason)
