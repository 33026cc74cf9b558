"""Calendars that are written event by event: what is written of a meeting in part is known, completed and undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from migrate.core.ports import Write
from migrate.services.applying import Result
from tests.builders import reading, row
from tests.desk import Crash, Desk, changes_nothing
from tests.fakes.calendar import MemoryCalendar

# Three dates that no rule makes: each is an event of its own.
DATES = tuple(row(f"2027-03-{day:02d} {hour:02d}:00") for day, hour in ((1, 9), (4, 11), (12, 15)))
LATER = tuple(row(f"2027-03-{day:02d} {hour:02d}:00", "Stand-up") for day, hour in ((1, 9), (4, 11), (12, 15)))


class Piecemeal(MemoryCalendar):
    """Writes event by event. Before the event `until` it crashes, or refuses to go on."""

    atomic = False

    def __init__(self, until: int = 100, *, crashes: bool = False) -> None:
        super().__init__()
        self.until = until
        self.crashes = crashes

    def write(self, writes: Sequence[Write], wrote: Callable[[], None]) -> Sequence[str]:
        return [self._reason(write, wrote) for write in writes]

    def _reason(self, write: Write, wrote: Callable[[], None]) -> str:
        events = {uid: self.restore((), text) for uid, text in _parts(self, write).items()}
        ours = events.keys() | set(write.removes)
        for uid in sorted(ours):
            if self.until == 0:
                if self.crashes:
                    raise Crash
                return "no space is left"
            self.until -= 1
            super().write([Write(write.collection, (uid,), events.get(uid))], lambda: None)
        wrote()
        return ""


def _parts(calendar: MemoryCalendar, write: Write) -> dict[str, str]:
    if write.event is None:
        return {}
    other = MemoryCalendar(calendar.site_id)
    other.write([Write("", (), write.event)], lambda: None)
    return other.texts[""]


def interrupted(desk: Desk, sealed, until: int, *, crashes: bool) -> None:
    desk.calendar.until, desk.calendar.crashes = until, crashes
    if crashes:
        with pytest.raises(Crash):
            desk.apply(sealed)
    else:
        (item,) = desk.apply(sealed).items
        assert (item.result, item.reason) == (Result.FAILED, "no space is left")
    desk.calendar.until = 100


@pytest.fixture
def desk() -> Desk:
    return Desk(calendar=Piecemeal())


@pytest.mark.parametrize("crashes", [True, False])
@pytest.mark.parametrize("until", [0, 1, 2])
@pytest.mark.parametrize("known", [True, False])
class TestInterrupted:
    @pytest.fixture
    def sealed(self, desk: Desk, *, known: bool):
        if known:
            desk.migrate(reading(*DATES))
        return desk.plan(reading(*LATER))

    @pytest.fixture
    def before(self, desk: Desk, sealed) -> dict[str, dict[str, str]]:
        return {name: dict(texts) for name, texts in desk.texts.items()}

    @pytest.fixture(autouse=True)
    def cut_short(self, desk: Desk, sealed, before, until: int, *, crashes: bool) -> None:
        interrupted(desk, sealed, until, crashes=crashes)

    def test_the_same_plan_completes_it(self, desk: Desk, sealed) -> None:
        assert [item.result for item in desk.apply(sealed).items] == [Result.DONE]
        assert changes_nothing(desk.plan(reading(*LATER)))
        assert all("SUMMARY:Stand-up" in text for text in desk.texts["anna@example.org"].values())

    def test_a_new_plan_completes_it(self, desk: Desk) -> None:
        desk.migrate(reading(*LATER))
        assert len(desk.texts["anna@example.org"]) == 3
        assert changes_nothing(desk.plan(reading(*LATER)))

    def test_it_is_undone(self, desk: Desk, before) -> None:
        desk.undo()
        assert desk.texts == before

    def test_completed_it_is_undone_as_a_whole(self, desk: Desk, sealed, before) -> None:
        desk.apply(sealed)
        desk.undo()
        assert desk.texts == before
