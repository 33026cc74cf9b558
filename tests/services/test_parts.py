"""Calendars that are written event by event: what is written of a meeting in part is known, completed and undone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from migrate.services.applying import Result
from tests.builders import reading, row
from tests.desk import Crash, Desk, changes_nothing
from tests.fakes.piecemeal import Piecemeal

# Three dates that no rule makes: each is an event of its own.
DATES = tuple(row(f"2027-03-{day:02d} {hour:02d}:00") for day, hour in ((1, 9), (4, 11), (12, 15)))
LATER = tuple(row(f"2027-03-{day:02d} {hour:02d}:00", "Stand-up") for day, hour in ((1, 9), (4, 11), (12, 15)))


@dataclass
class Limit:
    """Lets so many events be written, then crashes or refuses."""

    events: int
    crashes: bool

    def __call__(self) -> str:
        self.events -= 1
        if self.events >= 0:
            return ""
        if self.crashes:
            raise Crash
        return "no space is left"


def interrupted(desk: Desk, sealed, until: int, *, crashes: bool) -> None:
    desk.calendar.before_each = Limit(until, crashes)
    if crashes:
        with pytest.raises(Crash):
            desk.apply(sealed)
    else:
        (item,) = desk.apply(sealed).items
        assert (item.result, item.reason) == (Result.FAILED, "no space is left")
    desk.calendar.before_each = str


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


@pytest.mark.parametrize("until", [1, 2])
def test_an_undo_that_put_back_a_part_is_completed(desk: Desk, until: int) -> None:
    desk.migrate(reading(*DATES))
    before = {name: dict(texts) for name, texts in desk.texts.items()}
    other = row("2027-03-08 09:00", "Other", "80000000202")
    desk.migrate(reading(other), prune=True)
    desk.calendar.before_each = Limit(until, crashes=True)
    with pytest.raises(Crash):
        desk.undo()
    desk.calendar.before_each = str
    assert not desk.undo().count(Result.KEPT, Result.FAILED)
    assert desk.texts == before
