"""The fake that other tests use keeps the same contract as the real ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrate.core.rooms import Room
from tests.contracts.target import RoomsContract
from tests.fakes.target import MemoryTarget


class TestMemoryTarget(RoomsContract):
    @pytest.fixture
    def target(self) -> MemoryTarget:
        return MemoryTarget()

    @pytest.fixture
    def later(self, target: MemoryTarget) -> Callable[[], MemoryTarget]:
        return lambda: target

    @pytest.fixture
    def use(self, target: MemoryTarget) -> Callable[[str, Room], None]:
        def use(owner: str, room: Room) -> None:
            found = target.room(room.name, owner)
            assert found
            found.used = True

        return use
