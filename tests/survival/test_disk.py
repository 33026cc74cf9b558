"""A disk that is full, at whatever moment, or write-protected: a clear error, nothing half written, and a way on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from signal import SIGKILL

import pytest

from tests.disk import full, small_disk, write_protected
from tests.survival import organisation, sites
from tests.survival.organisation import apply, init, plan, undo
from tests.survival.program import Ended, Program
from tests.survival.sites import State, copied
from tests.survival.world import World

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


def starve(
    program: Program, site: Path, disk: Path, command: Command, afterwards: Callable[[Path], str], step: int = 1
) -> None:
    """Run a command with ever more space until it succeeds; where it failed, again with enough.

    `afterwards` tells what is wrong then.
    """
    for pages in count(0, step):
        with copied(site, disk / "site") as starved:
            with almost_full(disk, pages):
                ended = program(command(starved))
                if ended.code == 0:
                    break
                fails_well(ended, 75, "the disk is full")
                assert not sites.halves(starved)
                assert not sites.temporaries(starved)
            program.done(command(starved))
            assert afterwards(starved) == "", pages
    assert pages


def fails_well(ended: Ended, code: int, message: str) -> None:
    assert ended.code == code, ended
    assert message in ended.errors
    assert "hint: " in ended.errors
    assert "Traceback" not in ended.errors


def test_on_a_full_disk_apply_stops_and_the_same_command_completes_it(
    program: Program, world: World, disk: Path
) -> None:
    wanted = State.of(world.applied)
    starve(program, world.planned, disk, apply, lambda site: State.of(site).unlike(wanted), step=5)


def test_on_a_full_disk_undo_stops_and_the_same_command_completes_it(
    program: Program, world: World, disk: Path
) -> None:
    run, wanted = sites.last_apply(world.applied).id, State.of(world.planned)

    def command(site: Path) -> list[str]:
        return undo(site, run)

    starve(program, world.applied, disk, command, lambda site: State.of(site).unlike(wanted, "rooms"), step=5)


def test_on_a_full_disk_plan_stops_and_the_same_command_makes_it(program: Program, world: World, disk: Path) -> None:
    wanted = sites.read_plan(world.planned)

    def command(site: Path) -> list[str]:
        return plan(site, world.export)

    def afterwards(site: Path) -> str:
        return "" if sites.read_plan(site) == wanted else "the plan"

    starve(program, world.base, disk, command, afterwards, step=3)


def test_on_a_full_disk_init_stops_and_the_same_command_completes_it(
    program: Program, world: World, disk: Path
) -> None:
    empty = world.directory / "empty"
    empty.mkdir()

    def afterwards(site: Path) -> str:
        program.done(plan(site, world.export))
        return ""

    starve(program, empty, disk, init, afterwards)


@pytest.mark.parametrize("name", ["plan", "apply", "undo"])
def test_a_write_protected_site_is_named_and_stays_as_it_is(
    program: Program, world: World, tmp_path: Path, name: str
) -> None:
    with copied(world.applied if name == "undo" else world.planned, tmp_path / "site") as site:
        command = {"plan": plan(site, world.export), "apply": apply(site), "undo": undo(site)}[name]
        before = State.of(site)
        with write_protected(site):
            fails_well(program(command), 5, "cannot be written")
        assert State.of(site).unlike(before) == ""
        program.done(command)


def test_what_only_reads_works_in_a_write_protected_site(program: Program, world: World, tmp_path: Path) -> None:
    with copied(world.planned, tmp_path / "site") as site, write_protected(site):
        program.done(init(site))
        program.done(["--site", str(site), "status"])
        program.done([*apply(site), "--dry-run"])


def test_the_status_of_a_killed_run_can_be_read_in_a_write_protected_site(
    program: Program, world: World, tmp_path: Path
) -> None:
    with copied(world.planned, tmp_path / "site") as site:
        assert program(apply(site), 20, SIGKILL).code == -SIGKILL
        with write_protected(site):
            assert "was interrupted" in program.done(["--site", str(site), "status"]).output


def test_init_names_the_directory_that_it_may_not_write(program: Program, tmp_path: Path) -> None:
    with write_protected(tmp_path):
        fails_well(program(init(tmp_path)), 5, f"{tmp_path}/secrets.toml: cannot be written")
        fails_well(program(init(tmp_path / "new")), 5, f"{tmp_path}/new: cannot be written")
    program.done(init(tmp_path))


@pytest.mark.parametrize("directory", ["calendars", "runs"])
def test_apply_completes_what_it_could_not_write_when_it_may(
    program: Program, world: World, tmp_path: Path, directory: str
) -> None:
    with copied(world.planned, tmp_path / "site") as site:
        with write_protected(site / directory):
            fails_well(program(apply(site)), 5, f"{site}/{directory}/")
        program.done(apply(site))
        assert State.of(site).unlike(State.of(world.applied)) == ""


def test_apply_completes_the_rest_when_a_single_file_could_not_be_written(program: Program, world: World) -> None:
    wanted = State.of(world.applied)
    for name in sites.calendars(world.planned).keys() | wanted.calendars:
        with copied(world.planned, world.directory / "obstructed") as site:
            path = site / "calendars" / name
            obstacle = path.with_name(f".{path.name}.new")
            obstacle.mkdir()
            ended = program(apply(site))
            obstacle.rmdir()
            # What is taken over is not written, and a file of which nothing is left is removed.
            if name != organisation.ADOPTED and name in wanted.calendars:
                fails_well(ended, 5, f"{path}: cannot be written")
            program.done(apply(site))
            assert State.of(site).unlike(wanted) == "", name
