"""The journal when its process is killed: as before or as after, never between."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from migrate.core.journal import StepState
from migrate.state.sqlite import SqliteJournal
from tests.contracts.journal import done

STEPS = 3000
ROOT = Path(__file__).parents[2]

# `bomb` kills the process when its item number `at` is asked for: inside the transaction that reads it.
WRITER = f"""
import os, signal, sys
from pathlib import Path
from migrate.state.sqlite import SqliteJournal
from tests.contracts.journal import a_run, created, done

class Bomb(list):
    def __iter__(self):
        for number, item in enumerate(super().__iter__()):
            if number == at:
                os.kill(os.getpid(), signal.SIGKILL)
            yield item

path, moment, at = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
journal = SqliteJournal.open(path)
# A small cache makes SQLite write pages of an open transaction, as a large one would.
journal._connection.execute("PRAGMA cache_size = 10")
journal.begin(a_run(), {{}})
steps = [created(f"key-{{number:05}}") for number in range({STEPS})]
intended = journal.intend("run-1", Bomb(steps) if moment == "intend" else steps)
print("intended", flush=True)
if moment == "between":
    os.kill(os.getpid(), signal.SIGKILL)
outcomes = done(intended)
journal.settle(Bomb(outcomes) if moment == "settle" else outcomes)
print("settled", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


def start(path: Path, moment: str, at: int = -1) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), moment, str(at)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def killed(path: Path, moment: str, at: int = -1) -> str:
    """Run the writer until it has killed itself; return what it said before."""
    with start(path, moment, at) as process:
        said, _ = process.communicate()
    assert process.returncode == -signal.SIGKILL
    return said


def counts(path: Path) -> tuple[int, int, int]:
    """Return how many steps, bindings and rooms there are, after a check of the file itself."""
    with SqliteJournal.open(path) as journal:
        snapshot = journal.snapshot()
        found = snapshot.revision, len(snapshot.bindings), len(snapshot.rooms)
        assert sum(1 for _ in journal.steps(state=StepState.DONE)) == len(snapshot.bindings)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    return found


@pytest.mark.parametrize("at", [0, STEPS // 2, STEPS - 1])
def test_a_kill_inside_intend_leaves_no_step_and_no_room(path: Path, at: int) -> None:
    assert killed(path, "intend", at) == ""
    assert counts(path) == (0, 0, 0)


def test_a_kill_between_intend_and_settle_leaves_every_step_open(path: Path) -> None:
    assert killed(path, "between") == "intended\n"
    assert counts(path) == (STEPS, 0, STEPS)


@pytest.mark.parametrize("at", [0, STEPS // 2, STEPS - 1])
def test_a_kill_inside_settle_leaves_every_step_open(path: Path, at: int) -> None:
    assert killed(path, "settle", at) == "intended\n"
    assert counts(path) == (STEPS, 0, STEPS)


def test_a_kill_from_outside_while_it_settles_leaves_all_open_or_all_done(path: Path) -> None:
    with start(path, "never") as process:
        assert process.stdout
        assert process.stdout.readline() == "intended\n"
        process.kill()
    assert counts(path) in {(STEPS, 0, STEPS), (STEPS, STEPS, STEPS)}


def test_what_was_settled_is_there_after_a_kill(path: Path) -> None:
    with start(path, "never") as process:
        assert process.stdout
        assert [process.stdout.readline() for _ in range(2)] == ["intended\n", "settled\n"]
        process.kill()
    assert counts(path) == (STEPS, STEPS, STEPS)


def test_a_killed_settle_can_be_done_again(path: Path) -> None:
    killed(path, "settle", STEPS // 2)
    with SqliteJournal.open(path) as journal:
        journal.settle(done(list(journal.steps(state=StepState.INTENDED))))
    assert counts(path) == (STEPS, STEPS, STEPS)
