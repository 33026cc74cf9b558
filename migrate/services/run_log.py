"""The log of a run of playbooks, as it happens: for programs (log.jsonl) and for people (log.txt)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from migrate.core.playbook import Ended, Event, HostResult
from migrate.shared.files import reported

FOR_PROGRAMS = "log.jsonl"
FOR_PEOPLE = "log.txt"
# When it ended is told already.
_UNTOLD = ("data", "ended")


class RunLog:
    """Writes each event when it comes: a run that is killed has its log too.

    What modules return is left out. What is told of it holds masks in place of secrets.
    """

    def __init__(self, programs: IO[str], people: IO[str], clock: Callable[[], datetime]) -> None:
        self._programs = programs
        self._people = people
        self._clock = clock

    @classmethod
    @contextmanager
    def opened(cls, directory: Path, clock: Callable[[], datetime]) -> Iterator[RunLog]:
        """Open both files in a directory that is there."""
        with _begun(directory / FOR_PROGRAMS) as programs, _begun(directory / FOR_PEOPLE) as people:
            yield cls(programs, people, clock)

    def event(self, event: Event) -> None:
        """Write down what happened."""
        now = self._clock()
        kind = "result" if isinstance(event, HostResult) else "started"
        told = {name: value for name, value in asdict(event).items() if name not in _UNTOLD and value != ""}
        self._write({"time": now.isoformat(), "event": kind, **told})
        if isinstance(event, HostResult):
            self._people.writelines(f"{line}\n" for line in _lines(event, now))

    def ended(self, ended: Ended) -> None:
        """Write down how a playbook ended."""
        for words in (*ended.complaints, f"ended with code {ended.code}", *["interrupted"] * ended.interrupted):
            self._words(words)

    def _words(self, words: str) -> None:
        now = self._clock()
        self._write({"time": now.isoformat(), "event": "words", "words": words})
        self._people.write(f"{now:%H:%M:%S}  {words}\n")

    def _write(self, what: Mapping[str, Any]) -> None:
        self._programs.write(json.dumps(what, ensure_ascii=False) + "\n")


def _lines(result: HostResult, now: datetime) -> Iterator[str]:
    yield f"{now:%H:%M:%S}  {result.host}  {result.state:<11}  {result.seconds:5.1f} s  {result.task}"
    shown = [result.diff]
    if result.state.bad:
        shown += [result.message, result.output]
    yield from (f"          {line}" for text in shown for line in text.splitlines())


@contextmanager
def _begun(path: Path) -> Iterator[IO[str]]:
    with reported(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8", errors="backslashreplace", buffering=1) as stream:  # noqa: PTH123
        yield stream
