"""The lock of a site directory, with real second processes."""

from __future__ import annotations

import fcntl
import json
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from migrate.core.errors import Exit, LockedError, TargetError, TryLaterError
from migrate.state.lock import SiteLock
from tests.disk import full, small_disk, write_protected

STARTED = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=2)))

HOLDER = """
import subprocess, sys
from datetime import datetime
from pathlib import Path
from migrate.state.lock import SiteLock

with SiteLock(Path(sys.argv[1]), "apply", datetime.fromisoformat(sys.argv[2])):
    child = subprocess.Popen(["cat"], stdin=sys.stdin, stdout=subprocess.DEVNULL, close_fds=False)
    print("held", flush=True)
    child.wait()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


@contextmanager
def another_run(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Let a process hold the lock, with a child of its own that outlives it."""
    arguments = [sys.executable, "-c", HOLDER, str(path), STARTED.isoformat()]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def lock(path: Path) -> SiteLock:
    return SiteLock(path, "plan", STARTED)


def test_a_second_run_is_told_who_is_at_work(path: Path) -> None:
    with another_run(path) as process, pytest.raises(LockedError) as caught, lock(path):
        pass
    assert caught.value.message == (
        f"{path.parent}: another run (apply, process {process.pid}, since 2026-11-22 07:30:00 UTC) is at work here"
    )
    assert "Wait" in caught.value.hint
    assert caught.value.exit_code is Exit.LOCKED


def test_a_killed_run_holds_nothing_even_if_a_program_it_started_lives_on(path: Path) -> None:
    with another_run(path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with lock(path):
            pass


def test_the_lock_is_free_again_after_the_block_and_after_an_error(path: Path) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), lock(path):
            _ = 1 / 0


def test_two_locks_in_one_process_exclude_each_other(path: Path) -> None:
    with lock(path):
        with pytest.raises(LockedError), lock(path):
            pass
        with pytest.raises(LockedError), lock(path):
            pass


def test_the_file_is_private_stays_and_tells_only_of_the_newest_holder(path: Path) -> None:
    path.write_text("x" * 500)
    path.unlink()
    for command in ("a-rather-long-command", "plan"):
        with SiteLock(path, command, STARTED):
            holder = json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (holder["command"], holder["started"]) == ("plan", "2026-11-22T07:30:00+00:00")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"{}",
        b"[" * 10_000,
        b'{"pid": "x", "started": "2026-11-22T07:30:00+00:00", "command": "plan"}',
        b'{"pid": 1, "started": "today", "command": "plan"}',
        b'{"pid": 1, "started": 5, "command": "plan"}',
    ],
)
def test_a_garbled_file_still_tells_that_there_is_another_run(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with path.open("rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(LockedError, match=": another run is at work here"), lock(path):
            pass


def test_a_garbled_file_that_nobody_holds_is_taken(path: Path) -> None:
    path.write_bytes(b"\xff" * 2000)
    with lock(path):
        assert json.loads(path.read_text())["command"] == "plan"


def test_a_write_protected_directory_is_named(tmp_path: Path, path: Path) -> None:
    with write_protected(tmp_path), pytest.raises(TargetError, match="cannot be written"), lock(path):
        pass


def test_a_full_disk_frees_the_lock_again(tmp_path: Path) -> None:
    with small_disk(tmp_path, 64) as disk:
        path = disk / "lock"
        path.touch()
        with full(disk), pytest.raises(TryLaterError, match="the disk is full"), lock(path):
            pass
        with lock(path):
            pass
