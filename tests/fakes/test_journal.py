"""The journal in memory keeps the contract of the real one."""

from __future__ import annotations

import pytest

from tests.contracts.journal import JournalContract
from tests.fakes.journal import MemoryJournal


class TestMemoryJournal(JournalContract):
    @pytest.fixture
    def journal(self) -> MemoryJournal:
        return MemoryJournal()
