"""The sites that every survival test starts from, made once and copied for each run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.survival import organisation
from tests.survival.organisation import apply, init, plan
from tests.survival.program import Program
from tests.survival.sites import State, copied


@dataclass(frozen=True)
class World:
    """Sites: `base` has the first export, `planned` a plan of thirty changes too; undisturbed it ends in `applied`."""

    directory: Path
    first_export: Path
    export: Path
    base: Path
    planned: Path
    applied: Path

    @classmethod
    def make(cls, directory: Path, program: Program) -> Self:
        """Make the sites in an empty directory."""
        world = cls(
            directory,
            organisation.write(directory / "before", organisation.before()),
            organisation.write(directory / "after", organisation.after()),
            *(directory / name for name in ("base", "planned", "applied")),
        )
        world._make_base(program)
        with copied(world.base, world.planned, keep=True) as site:
            program.done(plan(site, world.export))
        with copied(world.planned, world.applied, keep=True) as site:
            program.done(apply(site))
        world._check()
        return world

    def _make_base(self, program: Program) -> None:
        """Apply the first export; then people add an event of their own, and make all changes of one host."""
        for command in (init(self.base), plan(self.base, self.first_export), apply(self.base)):
            program.done(command)
        calendars = self.base / "calendars"
        edited = calendars / organisation.PEOPLES
        edited.write_bytes(edited.read_bytes().replace(b"END:VCALENDAR", organisation.PEOPLES_EVENT + b"END:VCALENDAR"))
        with copied(self.base, self.directory / "foretold") as site:
            program.done(plan(site, self.export))
            program.done(apply(site))
            (calendars / organisation.ADOPTED).write_bytes((site / "calendars" / organisation.ADOPTED).read_bytes())
        # Changes nothing, but brings the combined file up to date.
        program.done(plan(self.base, self.first_export))
        program.done(apply(self.base))

    def _check(self) -> None:
        """Make sure that what all is compared with is what was meant."""
        summary = json.loads((self.planned / "plan.json").read_bytes())["summary"]
        assert {name: summary[name] for name in organisation.SUMMARY} == organisation.SUMMARY
        state = State.of(self.applied)
        assert (state.open_steps, state.open_runs, state.temporaries) == (0, 0, ())
        assert organisation.PEOPLES_EVENT in state.calendars[organisation.PEOPLES]
