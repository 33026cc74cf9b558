"""Ctrl-C, and a second run at the same time."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.survival import sites
from tests.survival.organisation import apply, plan, undo
from tests.survival.program import ROOT, Program
from tests.survival.sites import State, copied
from tests.survival.world import World

pytestmark = pytest.mark.slow

SLOW = "hosts/dan@example.org.ics"  # some of the changes are done before it, some after


def printed_command(errors: str) -> list[str]:
    """Return what the program says will complete the rest."""
    found = re.search(r"completes the rest: (jitsi-migrate .*)\n", errors)
    assert found, errors
    return shlex.split(found[1])


def interrupt(program: Program, site: Path, command: list[str], wanted: State, only: str = "") -> None:
    """Interrupt a command at each of its ticks (`only` those), in copies of a site, and run what it prints."""
    copy = site.with_name("stopped")
    with copied(site, copy):
        ticks = program.done(command).ticks
    for at, name in enumerate(ticks, 1):
        if only in name:
            with copied(site, copy):
                stopped = program(command, at, signal.SIGINT)
                assert (stopped.code, sites.temporaries(copy)) == (130, ()), name
                assert "Traceback" not in stopped.errors
                program.done(printed_command(stopped.errors)[1:])
                assert State.of(copy).unlike(wanted, "rooms") == "", name


def test_the_command_that_is_printed_completes_an_apply_interrupted_at_any_instant(
    program: Program, world: World
) -> None:
    interrupt(program, world.planned, apply(world.directory / "stopped"), State.of(world.applied))


def test_the_command_that_is_printed_completes_an_interrupted_undo(program: Program, world: World) -> None:
    command = undo(world.directory / "stopped", sites.last_apply(world.applied).id)
    interrupt(program, world.applied, command, State.of(world.planned), only="half")


@pytest.fixture
def slow(world: World, tmp_path: Path) -> Iterator[SlowSite]:
    with copied(world.base, tmp_path / "site") as site:
        yield SlowSite(site, tmp_path)


class SlowSite:
    """A site whose calendar, an adapter of another package, waits at a door before it writes one of the files."""

    def __init__(self, site: Path, directory: Path) -> None:
        self.path = site
        self.door = directory / "door"
        self._environment = {**os.environ, "PYTHONPATH": f"{directory}:{ROOT}"}
        install_adapter(directory)
        settings = site / "migrate.toml"
        text = settings.read_text().replace('calendar = "ics"', 'calendar = "slow"')
        settings.write_text(f'{text}\n[calendars.slow]\ndoor = "{self.door}"\ncollection = "{SLOW}"\n')

    def start(self, arguments: list[str]) -> subprocess.Popen[str]:
        """Start the program in a process of its own."""
        # A shell makes what it starts in the background deaf to Ctrl-C, and that is inherited.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return subprocess.Popen(
            [sys.executable, "-m", "migrate.cli", *arguments],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, arguments: list[str]) -> tuple[int, str]:
        """Run the program; return its exit code and what it said on standard error."""
        with self.start(arguments) as process:
            _, errors = process.communicate()
        return process.returncode, errors

    @contextmanager
    def at_the_door(self, arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
        """Start the program and go on when it is inside the slow step."""
        os.mkfifo(self.door)
        with self.start(arguments) as process:
            try:
                assert self.door.read_text() == SLOW
                yield process
            finally:
                process.kill()


def install_adapter(directory: Path) -> None:
    """Make a package whose calendar is found by its entry point."""
    information = directory / "slow_calendar-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: slow-calendar\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[jitsi_migrate.calendars]\nslow = tests.survival.slow_calendar:SlowCalendar\n"
    )


def test_ctrl_c_during_a_slow_step_ends_with_130_and_the_command_that_completes_the_rest(
    slow: SlowSite, world: World
) -> None:
    assert slow.run(plan(slow.path, world.export)) == (0, "")
    before = sites.calendars(slow.path)
    with slow.at_the_door(apply(slow.path)) as process:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert process.returncode == 130
    assert "error: interrupted\n" in errors
    assert sites.temporaries(slow.path) == ()
    changed = {name for name, data in sites.calendars(slow.path).items() if before.get(name) != data}
    assert changed
    assert SLOW not in changed
    slow.door.unlink()
    command = printed_command(errors)
    assert command[0] == "jitsi-migrate"
    assert slow.run(command[1:]) == (0, "")
    assert State.of(slow.path).without_stamps().unlike(State.of(world.applied).without_stamps()) == ""


def test_a_second_apply_at_the_same_time_is_told_who_is_at_work_since_when(slow: SlowSite, world: World) -> None:
    assert slow.run(plan(slow.path, world.export)) == (0, "")
    with slow.at_the_door(apply(slow.path)) as process:
        before = State.of(slow.path)
        code, errors = slow.run(apply(slow.path))
        assert code == 9
        assert re.search(rf"another run \(apply, process {process.pid}, since \d{{4}}-\d\d-\d\d [0-9:]+ UTC\)", errors)
        assert slow.run(["--site", str(slow.path), "status"]) == (0, "")
        assert State.of(slow.path).unlike(before) == ""
        slow.door.open("w").close()
        process.communicate()
    assert process.returncode == 0
    assert State.of(slow.path).without_stamps().unlike(State.of(world.applied).without_stamps()) == ""
