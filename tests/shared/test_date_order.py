from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.errors import Exit, InputError
from migrate.shared.date_order import settle_order
from migrate.shared.dates import read_moment


def order_of(*cells: str, wanted: str = "auto") -> str | None:
    return settle_order("a.csv", enumerate(cells, start=2), wanted).name


@pytest.mark.parametrize(
    ("cells", "order", "reason"),
    [
        (["01/02/2027 9:00", "24/09/2026 9:00"], "dmy", "line 3: 24/09/2026 9:00 has a day over 12"),
        (["01/02/2027 9:00", "09/24/2026 9:00"], "mdy", "line 3: 09/24/2026 9:00 has a day over 12"),
        (["2027-03-09 9:00", "Mar 9, 2027 9:00"], "ymd", "line 2: 2027-03-09 9:00 begins with the year"),
        (["Mar 9, 2027 9:00"], None, "the months are named"),
        (["05/05/2027 9:00"], "mdy", "line 2: 05/05/2027 9:00 is the same date in either order"),
        (["9/24/26 9:00", "1/2/27 9:00"], "mdy", "line 2: 9/24/26 9:00 has a day over 12"),
        (["", "--", "soon"], None, "there is no date in the file"),
    ],
)
def test_the_order_is_decided_by_what_a_date_proves(cells: list[str], order: str | None, reason: str):
    settled = settle_order("a.csv", enumerate(cells, start=2), "auto")
    assert (settled.name, settled.reason) == (order, reason)


def test_the_user_settles_it_without_looking():
    assert settle_order("a.csv", [(2, "24/09/2026")], "mdy").reason == "given by --date-order mdy"


def test_the_majority_decides_between_contradicting_proofs_and_the_reason_says_so():
    settled = settle_order("a.csv", enumerate(["24/09/2026", "09/24/2026", "25/09/2026"], start=2), "auto")
    assert settled.name == "dmy"
    assert settled.reason.endswith("; but 1 can only be mdy, such as line 3: 09/24/2026")
    assert order_of("09/24/2026", "24/09/2026", "09/25/2026") == "mdy"


@pytest.mark.parametrize(
    ("cells", "says", "hint"),
    [
        (
            ["3/4/2027 9:00"],
            "line 2: 3/4/2027 9:00 can be 2027-03-04 (mdy) or 2027-04-03 (dmy)",
            "mdy or --date-order dmy",
        ),
        (["24/09/26 9:00"], "can be 2026-09-24 (dmy) or 2024-09-26 (ymd)", "dmy or --date-order ymd"),
        (
            ["09/24/2026", "24/9/2026"],
            "line 2: 09/24/2026 can only be mdy, line 3: 24/9/2026 can only be dmy",
            "mdy or",
        ),
        (["2027-01-02", "03/04/2027\n9:00"], "line 3: 03/04/2027 9:00 can be", "--date-order mdy"),
    ],
)
def test_what_nothing_decides_is_asked(cells: list[str], says: str, hint: str):
    with pytest.raises(InputError) as refused:
        order_of(*cells)
    assert says in refused.value.message
    assert hint in refused.value.hint
    assert refused.value.exit_code == Exit.INPUT


@given(st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1), st.sampled_from(["%m/%d/%Y", "%d/%m/%Y"]))
def test_an_order_that_is_decided_reads_every_date_as_it_was_written(days: list[date], layout: str):
    cells = [f"{day:{layout}} 09:00" for day in days]
    try:
        order = order_of(*cells)
    except InputError:
        assert all(day.day <= 12 for day in days)
    else:
        mornings = [datetime(day.year, day.month, day.day, 9) for day in days]
        assert [read_moment(cell, order) for cell in cells] == mornings
