"""The process lists that everybody on a host may read, watched closely enough to see what lives for a moment.

Run as a program, it watches all processes that it sees until its standard input ends, and prints what it saw.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from select import select

from tests.hosts.enclosure import Enclosure

# Those of the tests themselves, and of the command that deploys.
HERE = "here"
# Seconds between two looks. To start a program takes longer.
_PAUSE = 0.001
# Looks at a process, after which it does not become another program any more.
_YOUNG = 200


@contextmanager
def watched(place: Enclosure, hosts: Mapping[str, object]) -> Iterator[dict[str, set[str]]]:
    """Watch who runs in a place, and in the end tell for each host, and for here, all command lines that were shown."""
    lines: dict[str, set[str]] = {name: set() for name in (HERE, *hosts)}
    command = place.command(sys.executable, "-m", __name__)
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as watch:
        assert watch.stdout.readline() == "watching\n"
        try:
            yield lines
        finally:
            told, _ = watch.communicate("\n", 30)
            for group, line in json.loads(told):
                # Each host has its own control groups, by its name.
                lines[next((name for name in hosts if f"/{name}" in group), HERE)].add(line)


def _watch() -> set[tuple[str, str]]:
    # Others that are at work must not keep it from looking.
    with suppress(PermissionError):
        os.nice(-10)
    seen: set[tuple[str, str]] = set()
    looks: dict[str, int] = {}
    print("watching", flush=True)
    while not select([sys.stdin], [], [], _PAUSE)[0]:
        there = {name: looks.get(name, 0) + 1 for name in _numbers()}
        for name in (name for name, count in there.items() if count < _YOUNG or not count % _YOUNG):
            # It may have ended meanwhile.
            with suppress(OSError):
                seen.add(_look(name))
        looks = there
    return seen


def _numbers() -> Iterator[str]:
    with os.scandir("/proc") as entries:
        yield from (entry.name for entry in entries if entry.name.isdigit())


def _look(number: str) -> tuple[str, str]:
    line = Path("/proc", number, "cmdline").read_bytes().replace(b"\0", b" ")
    return Path("/proc", number, "cgroup").read_text(), line.decode("utf-8", "replace").strip()


if __name__ == "__main__":
    json.dump(sorted(_watch()), sys.stdout)
