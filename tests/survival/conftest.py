"""What the survival tests share: the warm program, and the sites."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.survival.program import Program
from tests.survival.world import World

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    with Program() as program:
        yield program


@pytest.fixture(scope="session")
def world(program: Program) -> Iterator[World]:
    # What a kill leaves behind is the same on every disk; where there is one in memory, hundreds take seconds.
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as directory:
        yield World.make(Path(directory), program)
