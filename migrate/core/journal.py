"""The journal, the memory of what was written: its port, and what goes through it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from migrate.core.features import Loss
from migrate.core.rooms import Room, Traits


@dataclass(frozen=True, slots=True)
class Binding:
    """What the journal holds of one key: the meeting as last written, its room and its event.

    `meeting` is the canonical JSON of the meeting (core.document.dump_meeting). `collection`, `uids` and `fingerprint`
    tell where its event is and what was read back after the write; no uids: it has no event. `run`: who wrote it last.
    """

    key: str
    meeting: str
    room: Room
    collection: str
    uids: tuple[str, ...]
    fingerprint: str
    sequence: int
    run: str


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """What the journal holds of a room that was made: `asked` are the traits that it should have, `found` what it had.

    `key` is that of the room (core.naming.room_key), `owner` the account whose it is, `run` who wrote it last.
    `losses`: what the target did not take though it was asked.
    """

    key: str
    room: Room
    owner: str
    asked: Traits
    found: Traits
    run: str
    losses: tuple[Loss, ...] = ()


class StepState(StrEnum):
    """INTENDED is on disk before the request leaves; it stays so if the process dies: then the outcome is unknown."""

    INTENDED = "intended"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one key, as intended.

    `before` and `after` are the bindings around it (None: there is none), `before_text` the event as it was found just
    before (empty: there was none), so that undo can put it back. `id` is given by the journal, rising.
    """

    key: str
    action: str
    before: Binding | None
    after: Binding | None
    before_text: str = ""
    run: str = ""
    id: int = 0
    state: StepState = StepState.INTENDED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a step ended: DONE or FAILED with the reason for people. DONE makes `after` the key's binding.

    DONE with a reason: only a part was written, and `after` tells what is there now, instead of what was intended.
    """

    step: int
    state: StepState
    reason: str = ""
    after: Binding | None = None


@dataclass(frozen=True, slots=True)
class RoomStep:
    """One change of one room, as intended; a room is written before the events that lead to it.

    `before` and `after` are the records around it (None: there is none).
    """

    key: str
    action: str
    before: RoomRecord | None
    after: RoomRecord | None
    run: str = ""
    id: int = 0
    state: StepState = StepState.INTENDED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RoomOutcome:
    """How a step of a room ended. DONE makes `after` the record of the room (None: it is gone)."""

    step: int
    state: StepState
    reason: str = ""
    after: RoomRecord | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One apply or undo. `started` and `finished` are UTC; `plan` is the checksum of the plan, or the run undone."""

    id: str
    command: str
    plan: str
    started: datetime
    finished: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that planning needs of the journal, read at one instant.

    `rooms` is key -> room for every room ever given, those of removed meetings too, so that a meeting keeps its room
    for ever. `made` is key of a room -> record, for those that were made and are there. `aliases` is other name of a
    key -> key. `revision` is the id of the newest step, of an event or a room.
    """

    revision: int
    bindings: Mapping[str, Binding]
    rooms: Mapping[str, Room]
    aliases: Mapping[str, str]
    made: Mapping[str, RoomRecord] = field(default_factory=dict)


class Journal(ABC):
    """The memory of what was written, on disk before and after every step. One process writes at a time.

    BINDING: what is known of a key now. STEP: one change of a key. RUN: the steps of one command. Steps of events and
    of rooms are numbered as one. Every method that writes is one transaction, durable when it returns.
    """

    @abstractmethod
    def snapshot(self) -> Snapshot:
        """Read the state of all keys."""

    @abstractmethod
    def begin(self, run: Run, aliases: Mapping[str, str]) -> None:
        """Open a run, or open it again (a resumed one), and add aliases."""

    @abstractmethod
    def intend(self, run: str, steps: Sequence[Step]) -> Sequence[Step]:
        """Write down what will be done; return the steps with their ids. Rooms of `after` are kept for ever."""

    @abstractmethod
    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Write down how steps ended. A DONE step makes its `after` the binding of its key (None removes it)."""

    @abstractmethod
    def intend_rooms(self, run: str, steps: Sequence[RoomStep]) -> Sequence[RoomStep]:
        """Write down what will be done with rooms; return the steps with their ids. Their names are kept for ever."""

    @abstractmethod
    def settle_rooms(self, outcomes: Sequence[RoomOutcome]) -> None:
        """Write down how steps of rooms ended. A DONE step makes the `after` of its outcome the record of the room."""

    @abstractmethod
    def room_steps(self, run: str | None = None, state: StepState | None = None, after: int = 0) -> Iterable[RoomStep]:
        """Return the steps of rooms in order of their ids, of one run, in one state, with ids above `after`."""

    @abstractmethod
    def finish(self, run: str, at: datetime) -> None:
        """Close a run."""

    @abstractmethod
    def runs(self) -> Sequence[Run]:
        """Return all runs, oldest first."""

    @abstractmethod
    def steps(self, run: str | None = None, state: StepState | None = None, after: int = 0) -> Iterable[Step]:
        """Return steps in order of their ids, of one run, in one state, with ids above `after`."""
