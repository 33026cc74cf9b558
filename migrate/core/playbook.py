"""The playbook runner: what is asked of it, what it tells while it runs, and what its failures mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from migrate.core.errors import Exit


class State(StrEnum):
    """How a task ended on a host. A failure that the playbook ignores is OK."""

    OK = "ok"
    CHANGED = "changed"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNREACHABLE = "unreachable"

    @property
    def bad(self) -> bool:
        """Whether the host is out of the run."""
        return self in (State.FAILED, State.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Reach:
    """How hosts are reached. `password` is what sudo asks for there.

    `accept_new_host_keys`: a host that was never met is believed to be who it says; without it the run stops there. A
    key that changed is refused in any case.
    """

    accept_new_host_keys: bool = False
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Invocation:
    """What to run where. `variables` is a file of them; `extra` are more, which may be secret.

    No `hosts`: all that the playbook names.
    """

    playbook: Path
    inventory: Path
    variables: Path | None = None
    hosts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    check: bool = False
    diff: bool = False
    reach: Reach = Reach()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """A host begins a task."""

    host: str
    task: str


@dataclass(frozen=True, slots=True)
class HostResult:
    """How a task ended on a host.

    `task` has its role before it, as in "common : Install packages". `module` is the short name of what ran.
    `message` is its own, `output` what programs printed, `data` all that it returned. Secrets are masked in all of it.
    `ended` is when it did, in seconds since 1970.
    """

    host: str
    task: str
    state: State
    seconds: float = 0
    module: str = ""
    message: str = ""
    output: str = ""
    diff: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    ended: float = 0


Event = TaskStarted | HostResult
Tell = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended. `complaints` is what the program said that belongs to no host, such as a faulty playbook."""

    code: int
    interrupted: bool = False
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """What a failed task means: a stable code, plain words, what to do, and the exit code of its cause."""

    code: str
    message: str
    hint: str
    exit_code: Exit

    def to_json(self) -> dict[str, str]:
        """Return it for --json."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class PlaybookRunner(ABC):
    """Runs playbooks on the hosts of an inventory."""

    @abstractmethod
    def run(self, invocation: Invocation, tell: Tell) -> Ended:
        """Run a playbook and tell each event as it happens.

        SIGINT and SIGTERM end it in order: no task begins any more. Raises ConfigurationError if there is nothing to
        run playbooks with.
        """
