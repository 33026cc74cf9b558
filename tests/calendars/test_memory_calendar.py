"""The fake that other tests use keeps the same contract as the real ones."""

from __future__ import annotations

import pytest

from tests.contracts.calendar import CalendarContract, CollectionForEachHost
from tests.fakes.calendar import MemoryCalendar


class TestMemoryCalendar(CalendarContract, CollectionForEachHost):
    @pytest.fixture
    def calendar(self) -> MemoryCalendar:
        return MemoryCalendar()
