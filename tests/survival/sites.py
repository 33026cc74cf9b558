"""Site directories at rest: what is in them, and what must never be."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from migrate.core.journal import Binding, RoomRecord, Run, StepState
from migrate.core.rooms import Room
from migrate.state.sqlite import SqliteJournal

_UID = re.compile(rb"^UID:(.*)\r$", re.MULTILINE)
_STAMP = re.compile(rb"DTSTAMP:\d{8}T\d{6}Z")
Written = TypeVar("Written", Binding, RoomRecord)


@dataclass(frozen=True)
class State:
    """All that a migration is: its calendars to the byte, what its journal knows, and what is left lying about.

    The ids of runs are times; which run wrote a binding is told by whether it was the first one.
    """

    calendars: Mapping[str, bytes]
    bindings: Mapping[str, Binding]
    rooms: Mapping[str, Room]
    made: Mapping[str, RoomRecord]
    aliases: Mapping[str, str]
    open_steps: int
    open_runs: int
    temporaries: tuple[str, ...]

    @classmethod
    def of(cls, site: Path) -> State:
        """Read the state of a site."""
        with SqliteJournal.open(site / "state.sqlite", read_only=True) as journal:
            snapshot, runs = journal.snapshot(), journal.runs()
            open_steps = sum(
                1 for steps in (journal.steps, journal.room_steps) for _ in steps(state=StepState.INTENDED)
            )
        return cls(
            calendars=calendars(site),
            bindings={key: _by(binding, runs[0].id) for key, binding in snapshot.bindings.items()},
            rooms=snapshot.rooms,
            made={key: _by(record, runs[0].id) for key, record in snapshot.made.items()},
            aliases=snapshot.aliases,
            open_steps=open_steps,
            open_runs=sum(run.finished is None for run in runs),
            temporaries=temporaries(site),
        )

    def unlike(self, other: State, *ignored: str) -> str:
        """Name what differs; empty if nothing does."""
        names = (field.name for field in fields(self) if field.name not in ignored)
        return ", ".join(difference for name in names for difference in self._differences(other, name))

    def without_stamps(self) -> State:
        """Return the state as if all events had been planned at the same time."""
        return replace(self, calendars={name: _STAMP.sub(b"", data) for name, data in self.calendars.items()})

    def _differences(self, other: State, name: str) -> Iterator[str]:
        mine, theirs = getattr(self, name), getattr(other, name)
        if isinstance(mine, Mapping):
            yield from (f"{name}: {key}" for key in sorted(mine.keys() | theirs) if mine.get(key) != theirs.get(key))
        elif mine != theirs:
            yield f"{name}: {mine}, not {theirs}"


def _by(written: Written, first: str) -> Written:
    return replace(written, run="first" if written.run == first else "later")


def last_apply(site: Path) -> Run:
    """Return the newest run of apply."""
    with SqliteJournal.open(site / "state.sqlite", read_only=True) as journal:
        return [run for run in journal.runs() if run.command == "apply"][-1]


def calendars(site: Path) -> dict[str, bytes]:
    """Return all calendar files."""
    directory = site / "calendars"
    return {str(path.relative_to(directory)): path.read_bytes() for path in sorted(directory.rglob("*.ics"))}


def uids(site: Path) -> Counter[bytes]:
    """Return the UIDs of all events that hosts have, and in how many of their calendars each is."""
    files = [set(_UID.findall(path.read_bytes())) for path in (site / "calendars/hosts").glob("*.ics")]
    return Counter(uid for found in files for uid in found)


def temporaries(site: Path) -> tuple[str, ...]:
    """Return the files that were being written when a run was killed."""
    return tuple(path.name for path in site.rglob(".*.new"))


def halves(site: Path) -> list[str]:
    """Return the calendar files that are not whole."""
    whole = re.compile(rb"BEGIN:VCALENDAR\r\n.*\r\nEND:VCALENDAR\r\n", re.DOTALL)
    return [name for name, data in calendars(site).items() if not whole.fullmatch(data)]


def read_plan(site: Path) -> dict[str, Any]:
    """Return the plan in a site, without when it was made."""
    return {**json.loads((site / "plan.json").read_bytes()), "created": ""}


@contextmanager
def copied(site: Path, to: Path, *, keep: bool = False) -> Iterator[Path]:
    """Lend a copy of a site directory."""
    shutil.copytree(site, to)
    try:
        yield to
    finally:
        if not keep:
            shutil.rmtree(to)
