"""What the survival tests share: the warm program, and sites made once and copied for every run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.survival import organisation
from tests.survival.organisation import apply, init, plan
from tests.survival.program import Program
from tests.survival.sites import copied

MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class World:
    """Sites to copy: `planned` holds a plan of thirty changes, in `applied` an undisturbed run has applied it."""

    directory: Path
    export: Path
    base: Path
    planned: Path
    applied: Path


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    with Program() as program:
        yield program


@pytest.fixture(scope="session")
def desk() -> Iterator[Path]:
    """Lend a directory in memory if there is one: what a kill leaves is the same there, and hundreds take seconds."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as directory:
        yield Path(directory)


@pytest.fixture(scope="session")
def world(program: Program, desk: Path) -> World:
    export = organisation.write(desk / "after", organisation.after())
    world = World(desk, export, desk / "base", desk / "planned", desk / "applied")
    make_base(program, world)
    with copied(world.base, world.planned, keep=True) as site:
        program.done(plan(site, export))
        summary = json.loads((site / "plan.json").read_text())["summary"]
        assert {name: summary[name] for name in organisation.SUMMARY} == organisation.SUMMARY
    with copied(world.planned, world.applied, keep=True) as site:
        program.done(apply(site))
    return world


def make_base(program: Program, world: World) -> None:
    """Apply the first export; then people add an event of their own, and make one host's changes themselves."""
    base = world.base
    first = organisation.write(world.directory / "before", organisation.before())
    for command in (init(base), plan(base, first), apply(base)):
        program.done(command)
    edited = base / "calendars" / organisation.PEOPLES
    edited.write_bytes(edited.read_bytes().replace(b"END:VCALENDAR", organisation.PEOPLES_EVENT + b"END:VCALENDAR"))
    with copied(base, world.directory / "foretold") as site:
        program.done(plan(site, world.export))
        program.done(apply(site))
        made = (site / "calendars" / organisation.ADOPTED).read_bytes()
    (base / "calendars" / organisation.ADOPTED).write_bytes(made)
    # Changes nothing, but brings the combined file up to date.
    program.done(plan(base, first))
    program.done(apply(base))
