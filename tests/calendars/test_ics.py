from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from migrate.calendars.ics import IcsCalendar
from migrate.shared.files import Files
from tests.contracts.calendar import CalendarContract


@pytest.fixture
def calendar(tmp_path: Path) -> IcsCalendar:
    return IcsCalendar(tmp_path / "calendars", UUID(int=1), Files())


class TestIcsCalendar(CalendarContract):
    pass
