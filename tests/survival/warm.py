"""The program, kept warm: reads a command from each line of standard input and runs it in a process of its own.

A new interpreter takes a second to import everything, a fork of this one some milliseconds: so a run can be stopped at
every instant there is. What runs is the whole program, from its `main` on, with real files. Between the two stands a
count: it ticks before and after everything that is written, and at any tick the process can be sent a signal.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any, NoReturn

from migrate.cli.app import main
from migrate.shared import http
from migrate.shared.files import Files
from migrate.state.sqlite import SqliteJournal
from tests.survival import organisation
from tests.survival.organisation import apply, init, plan, undo

# Each of these leaves the disk in another state; a file is also caught half written.
WRITING = (
    (SqliteJournal, ("begin", "intend", "settle", "intend_rooms", "settle_rooms", "finish")),
    (Files, ("_replace", "remove")),
)


class Ticks:
    """Counts, and tells `told` what; the process gets `signal` at number `at` (0: never)."""

    def __init__(self, told: IO[str], at: int, signal: int) -> None:
        self._told = told.fileno()
        self._left = at
        self._signal = signal

    def __call__(self, name: str) -> None:
        os.write(self._told, f"{name}\n".encode())
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), self._signal)

    def install(self) -> None:
        """Stand between the program and the disk."""
        for owner, names in WRITING:
            for name in names:
                setattr(owner, name, self._around(name, getattr(owner, name)))
        Files._fill = self._within(Files._fill)  # type: ignore[assignment, method-assign]

    def _around(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def ticking(*args: Any) -> Any:
            self(f"before {name}")
            result = method(*args)
            self(f"after {name}")
            return result

        return ticking

    def _within(self, fill: Callable[..., None]) -> Callable[..., None]:
        def ticking(files: Files, path: Path, data: bytes, mode: int, *, durable: bool) -> None:
            fill(files, path, data[: len(data) // 2], mode, durable=durable)
            self(f"half of {path.name}")
            fill(files, path, data, mode, durable=durable)

        return ticking


def forked(arguments: list[str], at: int, signal: int) -> dict[str, Any]:
    """Run a command in a fork; tell how it ended (minus the signal that killed it), what it said, and the ticks."""
    with TemporaryFile("w+") as output, TemporaryFile("w+") as errors, TemporaryFile("w+") as told:
        child = os.fork()
        if not child:
            os.dup2(output.fileno(), 1)
            os.dup2(errors.fileno(), 2)
            live(arguments, Ticks(told, at, signal))
        print(json.dumps({"pid": child}), flush=True)
        _, status = os.waitpid(child, 0)
        said = {name: said_in(stream) for name, stream in (("output", output), ("errors", errors), ("ticks", told))}
    return {"code": os.waitstatus_to_exitcode(status), **said}


def live(arguments: list[str], ticks: Ticks) -> NoReturn:
    """Be the program, to the end of this process."""
    # A shell makes what it starts in the background deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ticks.install()
    code: object = 1
    try:
        code = ending_of(arguments)
    finally:
        sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 1)


def ending_of(arguments: list[str]) -> object:
    sys.argv[1:] = arguments
    try:
        main()
    except SystemExit as ending:
        return ending.code


def said_in(stream: IO[str]) -> str:
    stream.seek(0)
    return stream.read()


def warm_up() -> None:
    """Do everything once, so that all is imported and cached; make pauses shorter than people would want them."""
    http._FIRST_PAUSE = 0.005
    with TemporaryDirectory() as directory, redirect_stdout(StringIO()):
        site = Path(directory, "site")
        export = organisation.write(Path(directory, "export"), organisation.after())
        for command in (init(site), plan(site, export), apply(site), plan(site, export), undo(site)):
            ending_of(command)
    gc.freeze()


if __name__ == "__main__":
    warm_up()
    for line in sys.stdin:
        print(json.dumps(forked(**json.loads(line))), flush=True)
