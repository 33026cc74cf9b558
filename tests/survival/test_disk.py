"""A disk that is full, at any page of it, or write-protected: a clear error, nothing half written, and a way on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from signal import SIGKILL

import pytest

from tests.disk import full, small_disk, write_protected
from tests.survival import sites
from tests.survival.conftest import World
from tests.survival.organisation import apply, init, plan, undo
from tests.survival.program import Ended, Program
from tests.survival.sites import State, copied

pytestmark = pytest.mark.slow

PAGE = 4096  # what a disk in memory gives at once
SIZE = 2048  # kilobytes; a site takes a quarter of them

Command = Callable[[Path], list[str]]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path, SIZE) as disk:
        yield disk


@contextmanager
def almost_full(disk: Path, pages: int) -> Iterator[None]:
    """Leave so many pages free when the block begins."""
    reserve = disk / "reserve"
    reserve.write_bytes(bytes(PAGE * pages))
    with full(disk):
        reserve.unlink()
        yield


def starve(program: Program, site: Path, disk: Path, command: Command, afterwards: Callable[[Path], None]) -> None:
    """Run a command with one page more each time until it succeeds; when it fails, run it again with space enough."""
    for pages in count():
        with copied(site, disk / "site") as starved:
            with almost_full(disk, pages):
                ended = program(command(starved))
                if ended.code == 0:
                    break
                fails_well(ended, 75, "the disk is full")
                assert not sites.halves(starved)
                assert not sites.temporaries(starved)
            program.done(command(starved))
            afterwards(starved)
    print("PAGES", pages)
    assert pages


def fails_well(ended: Ended, code: int, message: str) -> None:
    assert ended.code == code, ended
    assert message in ended.errors
    assert "hint: " in ended.errors
    assert "Traceback" not in ended.errors


def test_on_a_full_disk_apply_stops_and_completes_when_there_is_space(
    program: Program, world: World, disk: Path
) -> None:
    wanted = State.of(world.applied)
    starve(program, world.planned, disk, apply, lambda site: alike(State.of(site), wanted))


def test_on_a_full_disk_undo_stops_and_completes_when_there_is_space(
    program: Program, world: World, disk: Path
) -> None:
    run, wanted = sites.last_apply(world.applied), State.of(world.planned)
    starve(program, world.applied, disk, lambda site: undo(site, run), lambda site: alike(State.of(site), wanted))


def test_on_a_full_disk_plan_keeps_the_old_plan_or_writes_the_new_one(
    program: Program, world: World, disk: Path
) -> None:
    ...


def alike(state: State, wanted: State) -> None:
    assert state.unlike(wanted, "rooms") == ""
