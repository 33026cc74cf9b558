"""The program as the tests run it: warm, or as a process that can be talked to while it works."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Started:
    """A command at work: its process, and how to wait for its end."""

    pid: int
    end: Callable[[], Ended]


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (minus the signal that killed it), what it said, and what it ticked for."""

    code: int
    output: str
    errors: str
    ticks: tuple[str, ...]


class Program:
    """The warm program (warm.py), which forks for each command."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.survival.warm"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        return self

    def __exit__(self, *exception: object) -> None:
        with self._process:
            pass

    def __call__(self, arguments: list[str], at: int = 0, signal: int = 0) -> Ended:
        """Run a command; at tick number `at` it gets the signal."""
        return self.start(arguments, at, signal).end()

    def start(self, arguments: list[str], at: int = 0, signal: int = 0) -> Started:
        """Start a command, and go on while it works. The next one can be started when this one has ended."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"arguments": arguments, "at": at, "signal": signal}) + "\n")
        return Started(self._said()["pid"], self._end)

    def _end(self) -> Ended:
        answer = self._said()
        return Ended(answer["code"], answer["output"], answer["errors"], tuple(answer["ticks"].splitlines()))

    def _said(self) -> dict[str, Any]:
        assert self._process.stdout
        said: dict[str, Any] = json.loads(self._process.stdout.readline())
        return said

    def done(self, arguments: list[str]) -> Ended:
        """Run a command that must succeed."""
        ended = self(arguments)
        assert ended.code == 0, f"{arguments} ended with {ended.code}:\n{ended.output}{ended.errors}"
        return ended
