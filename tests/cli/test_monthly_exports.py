"""Many exports of one schedule, from files to files: by month, overlapping, in any order, seen from another zone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cli.conftest import HEADER
from tests.cli.program import run
from tests.expanders import by_python

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
FIRST = datetime(2027, 1, 4, 9)
MONTHS = [
    (date(2027, 1, 1), date(2027, 2, 2)),
    (date(2027, 2, 1), date(2027, 3, 3)),
    (date(2027, 3, 1), date(2027, 4, 2)),
]
ORDERS = list(permutations(range(3)))
PLAN = ("--timezone", "Europe/Berlin", "--since", "2027-01-01", "--date-order", "mdy")


def dates() -> Iterator[tuple[str, str, datetime]]:
    """Yield topic, number and start: two series, one with a gap and a moved date, and a single."""
    for week in range(12):
        yield "Team", "80000000201", FIRST + timedelta(weeks=week)
        if week != 5:
            moved = timedelta(days=1, hours=2) if week == 7 else timedelta()
            yield "Choir", "80000000202", FIRST.replace(hour=19) + timedelta(days=2, weeks=week) + moved
    yield "Party", "80000000203", datetime(2027, 2, 2, 18)


def export(folder: Path, first: date, last: date, zone: ZoneInfo = BERLIN) -> Path:
    """Write the export that somebody in Berlin makes of meetings that are held by the clock of `zone`."""
    path = folder / f"upcoming_{first:%Y%m%d}_{last:%Y%m%d}.csv"
    rows = []
    for topic, number, start in dates():
        shown = start.replace(tzinfo=zone).astimezone(BERLIN)
        if first <= shown.date() <= last:
            rows.append(f"{topic},{number},Anna,anna@example.org,{shown:%m/%d/%Y %I:%M:%S %p},45\n")
    path.write_text(HEADER + "".join(rows))
    return path


def instants(zone: ZoneInfo = BERLIN) -> list[datetime]:
    return sorted(start.replace(tzinfo=zone).astimezone(UTC) for _, _, start in dates())


def written(site: Path) -> list[datetime]:
    """Return all dates in the calendar files, as another program reads them."""
    return sorted(begin for _, (begin, _, _) in by_python((site / "calendars" / "all.ics").read_text()))


def planned(site: Path, *files: Path) -> list[dict[str, Any]]:
    """Return what is planned for each meeting, but for the lines that tell it."""
    assert run("plan", "--site", site, *files, *PLAN).code == 0
    changes = json.loads((site / "plan.json").read_text())["changes"]
    for change in changes:
        change["meeting"].pop("sources")
    return changes


@pytest.mark.parametrize("order", ORDERS)
def test_overlapping_months_in_any_order_are_one_schedule(site: Path, tmp_path: Path, order: Sequence[int]) -> None:
    months = [export(tmp_path, *month) for month in MONTHS]
    whole = export(tmp_path, MONTHS[0][0], MONTHS[-1][1])
    assert planned(site, *(months[place] for place in order)) == planned(site, whole)


@pytest.mark.parametrize("order", ORDERS)
def test_month_after_month_extends_what_is_there(site: Path, tmp_path: Path, order: Sequence[int]) -> None:
    for place in order:
        changes = planned(site, export(tmp_path, *MONTHS[place]))
        assert {change["action"] for change in changes} <= {"create", "update", "keep"}
        assert run("apply", "--site", site, site / "plan.json").code == 0
    assert written(site) == instants()
    assert len(list((site / "calendars" / "hosts").iterdir())) == 1
    changes = planned(site, *(export(tmp_path, *month) for month in MONTHS))
    assert [(change["action"], change["meeting"]["rrule"]) for change in changes[:2]] == [
        ("keep", "FREQ=WEEKLY;BYDAY=MO;COUNT=12"),
        ("keep", "FREQ=WEEKLY;BYDAY=WE;COUNT=12"),
    ]


def test_a_series_whose_end_is_covered_may_no_longer_go_on(site: Path, tmp_path: Path) -> None:
    def losses(*files: Path) -> set[str]:
        return {loss["feature"] for change in planned(site, *files) for loss in change["losses"]}

    january, later = export(tmp_path, *MONTHS[0]), [export(tmp_path, *month) for month in MONTHS[1:]]
    assert losses(january) == {"series-open-end"}
    assert losses(january, *later) == set()


def test_what_an_admin_in_another_zone_exported_is_held_at_the_same_instants(site: Path, tmp_path: Path) -> None:
    files = [export(tmp_path, *month, NEW_YORK) for month in MONTHS]
    planned(site, *files)
    assert run("apply", "--site", site, site / "plan.json").code == 0
    assert written(site) == instants(NEW_YORK)
    shown = {start.astimezone(BERLIN).time() for start in instants(NEW_YORK)}
    assert len(shown) > len({start.time() for _, _, start in dates()}), "clocks change on different days"
