"""A run that is killed, at any instant there is: nothing is lost, nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from signal import SIGKILL

import pytest

from tests.survival import sites
from tests.survival.organisation import apply, init, plan, undo
from tests.survival.program import Program
from tests.survival.sites import State, copied
from tests.survival.world import World

pytestmark = pytest.mark.slow

Command = Callable[[Path], list[str]]


def survive(program: Program, site: Path, command: Command, afterwards: Callable[[Path], str], only: str = "") -> None:
    """Kill a command at each of its ticks (`only` those), in copies of a site; `afterwards` tells what is wrong."""
    copy = site.with_name("killed")
    with copied(site, copy):
        ticks = program.done(command(copy)).ticks
    chosen = {at: name for at, name in enumerate(ticks, 1) if only in name}
    assert chosen
    wrong = {}
    for at, name in chosen.items():
        with copied(site, copy):
            assert program(command(copy), at, SIGKILL).code == -SIGKILL
            if complaint := afterwards(copy):
                wrong[f"{at}: {name}"] = complaint
    assert wrong == {}


def test_an_apply_killed_at_any_instant_is_completed_by_the_same_command(program: Program, world: World) -> None:
    wanted = State.of(world.applied)
    stay = sites.uids(world.planned).keys() & sites.uids(world.applied).keys()

    def afterwards(site: Path) -> str:
        assert not sites.halves(site)
        assert sites.uids(site).keys() >= stay
        program.done(apply(site))
        return State.of(site).unlike(wanted)

    survive(program, world.planned, apply, afterwards)


def test_there_is_nothing_left_to_plan_then(program: Program, world: World) -> None:
    with copied(world.applied, world.directory / "applied-again") as site:
        program.done([*plan(site, world.export), "--detailed-exitcode"])
        program.done(apply(site))
        assert State.of(site).unlike(State.of(world.applied)) == ""


def test_an_apply_killed_again_and_again_comes_to_its_end(program: Program, world: World) -> None:
    with copied(world.planned, world.directory / "killed") as site:
        codes = (program(apply(site), at, SIGKILL).code for at in count(1))
        assert next(code for code in codes if code != -SIGKILL) == 0
        assert State.of(site).unlike(State.of(world.applied)) == ""


def test_a_killed_apply_can_be_completed_by_a_new_plan(program: Program, world: World) -> None:
    wanted = State.of(world.applied).without_stamps()

    def afterwards(site: Path) -> str:
        program.done(plan(site, world.export))
        program.done(apply(site))
        assert sites.last_apply(site).plan == sites.read_plan(site)["checksum"]
        return State.of(site).without_stamps().unlike(wanted, "open_runs", "temporaries")

    survive(program, world.planned, apply, afterwards, only="after")


def test_no_event_stays_in_two_calendars_when_the_export_changes_back(program: Program, world: World) -> None:
    wanted = sites.uids(world.planned)

    def afterwards(site: Path) -> str:
        program.done(plan(site, world.first_export))
        program.done(apply(site))
        return ", ".join(map(str, sites.uids(site) - wanted))

    survive(program, world.planned, apply, afterwards, only="after _replace")


def test_a_killed_apply_can_be_undone(program: Program, world: World) -> None:
    wanted = State.of(world.planned)

    def afterwards(site: Path) -> str:
        run = sites.last_apply(site)
        if run != sites.last_apply(world.planned):
            program.done(undo(site, run.id))
        return State.of(site).unlike(wanted, "open_runs", "rooms", "temporaries")

    survive(program, world.planned, apply, afterwards, only="after")


def test_an_undo_killed_at_any_instant_is_completed_by_the_same_command(program: Program, world: World) -> None:
    wanted = State.of(world.planned)

    def command(site: Path) -> list[str]:
        return undo(site, sites.last_apply(world.applied).id)

    def afterwards(site: Path) -> str:
        assert not sites.halves(site)
        program.done(command(site))
        return State.of(site).unlike(wanted, "rooms")

    survive(program, world.applied, command, afterwards)


def test_a_killed_plan_leaves_the_old_one_or_the_new_one_and_can_be_made_again(program: Program, world: World) -> None:
    def command(site: Path) -> list[str]:
        return plan(site, world.export)

    old, new = sites.read_plan(world.base), sites.read_plan(world.planned)
    hosts = [(site / "hosts.csv").read_bytes() for site in (world.base, world.planned)]
    assert old != new
    assert hosts[0] != hosts[1]

    def afterwards(site: Path) -> str:
        assert sites.read_plan(site) in (old, new)
        assert (site / "hosts.csv").read_bytes() in hosts
        program.done(command(site))
        assert sites.read_plan(site) == new
        assert (site / "hosts.csv").read_bytes() == hosts[1]
        return State.of(site).unlike(State.of(world.base))

    survive(program, world.base, command, afterwards)


def test_a_killed_init_is_completed_by_the_same_command(program: Program, world: World) -> None:
    def command(parent: Path) -> list[str]:
        return init(parent / "site")

    def afterwards(parent: Path) -> str:
        program.done(command(parent))
        program.done(plan(parent / "site", world.export))
        assert State.of(parent / "site").temporaries == ()
        return ""

    parent = world.directory / "parent"
    parent.mkdir()
    survive(program, parent, command, afterwards)
