"""The program at work with a server, behind a proxy: killed at any instant there is, and disturbed in every way."""

from __future__ import annotations

import select
import signal
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from os import close, pidfd_open
from typing import NamedTuple

from tests.caldav.proxy import EVERY, Fault, Passed, Proxy, seeded
from tests.survival.program import Ended, Program

# Done; given up as nobody answers; some items failed; given up as the server is busy.
CODES = {0, 5, 6, 75}


class Instant(NamedTuple):
    """When a command is killed: `before` or `after` an exchange, or at a tick of what it writes itself, by number."""

    at: int
    when: str


@dataclass
class Wire:
    """What runs, and what stands between it and the server."""

    program: Program
    proxy: Proxy

    def instants(self, command: list[str]) -> list[Instant]:
        """Return all instants of a command, which is run to its end."""
        first = len(self.proxy.passed)
        ticks = self.program.done(command).ticks
        exchanges = range(1, len(self.proxy.passed) - first + 1)
        around = [Instant(at, when) for at in exchanges for when in ("before", "after")]
        return around + [Instant(at, "tick") for at in range(1, len(ticks) + 1)]

    def kill(self, command: list[str], instant: Instant) -> Ended:
        """Run a command that is killed."""
        if instant.when == "tick":
            return self.program(command, instant.at, signal.SIGKILL)
        return self.killed(command, *instant)

    def killed(self, command: list[str], at: int, when: str) -> Ended:
        """Run a command that is killed at an exchange, by its number, before or after it."""
        victim: Future[int] = Future()
        first = len(self.proxy.passed)

        def kill(passed: Passed) -> None:
            if passed.number == first + at:
                end(victim.result(10))
                if when == "before":
                    raise ConnectionAbortedError

        setattr(self.proxy, when, kill)
        try:
            started = self.program.start(command)
            victim.set_result(started.pid)
            return started.end()
        finally:
            setattr(self.proxy, when, None)

    def disturbed(self, command: list[str], seed: int, faults: Sequence[Fault] = EVERY) -> Ended:
        """Run a command while a fifth of its requests fails."""
        first = len(self.proxy.passed)
        chosen = seeded(seed, faults=faults)
        self.proxy.faults = lambda passed: chosen(Passed(passed.number - first, passed.method, passed.path))
        try:
            ended = self.program(command)
        finally:
            self.proxy.faults = None
        assert "Traceback" not in ended.errors
        assert ended.code in CODES, ended
        assert any(passed.fault for passed in self.proxy.passed[first:])
        return ended


def end(process: int) -> None:
    """End a process, and go on when it does nothing any more."""
    handle = pidfd_open(process)
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        assert select.select([handle], [], [], 10)[0]
    finally:
        close(handle)
