from __future__ import annotations

import itertools
from calendar import monthrange
from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from migrate.core.errors import Exit, InputError
from migrate.shared.date_circumstances import Order
from migrate.shared.date_order import settle_order
from migrate.shared.dates import read_moment

MARCH = "meetinglistdetails_20270301_20270331.csv"
LAYOUTS = {"%m/%d/%Y": "mdy", "%d/%m/%Y": "dmy", "%m/%d/%y": "mdy", "%d.%m.%y": "dmy", "%y-%m-%d": "ymd"}


def settle(
    *cells: str, path: str = "a.csv", wanted: str = "auto", language: str | None = None, report: bool = True
) -> Order:
    return settle_order(path, enumerate(cells, start=2), wanted, language, report=report)


def refusal(*cells: str, path: str = "a.csv", language: str | None = None, report: bool = True) -> InputError:
    with pytest.raises(InputError) as refused:
        settle(*cells, path=path, language=language, report=report)
    assert refused.value.exit_code == Exit.INPUT
    assert "--date-order mdy" in refused.value.hint or "--date-order ymd" in refused.value.hint
    return refused.value


@pytest.mark.parametrize(
    ("cells", "order", "reason"),
    [
        (["01/02/2027 9:00", "24/09/2026 9:00"], "dmy", "line 3: 24/09/2026 9:00 has a day over 12"),
        (["01/02/2027 9:00", "09/24/2026 9:00"], "mdy", "line 3: 09/24/2026 9:00 has a day over 12"),
        (["2027-03-09 9:00", "Mar 9, 2027 9:00"], "ymd", "line 2: 2027-03-09 9:00 begins with the year"),
        (["Mar 9, 2027 9:00"], None, "the months are named"),
        (["05/05/2027 9:00"], "dmy", "line 2: 05/05/2027 9:00 is the same date in either order"),
        (["15.02.15 9:00", "05.05.2027"], "dmy", "line 2: 15.02.15 9:00 is the same date in either order"),
        (["03/04/2027 13:00 AM", "03/24/2027 25:00", "03/04/2027 soon"], None, "there is no date in the file"),
        (["9/24/26 9:00", "1/2/27 9:00"], "mdy", "line 2: 9/24/26 9:00 has a day over 12"),
        (["", "--", "soon"], None, "there is no date in the file"),
    ],
)
def test_the_order_is_decided_by_what_a_date_proves(cells: list[str], order: str | None, reason: str):
    assert settle(*cells) == Order(order, reason)


def test_the_user_settles_it_without_looking():
    assert settle("24/09/2026", wanted="mdy").reason == "given by --date-order mdy"


def test_the_majority_decides_between_contradicting_proofs_and_the_reason_says_so():
    settled = settle("24/09/2026", "09/24/2026", "25/09/2026")
    assert settled.name == "dmy"
    assert settled.reason.endswith("; but 1 can only be mdy, such as line 3: 09/24/2026")
    assert settle("09/24/2026", "24/09/2026", "09/25/2026").name == "mdy"


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
    refused = refusal(*cells)
    assert says in refused.message
    assert hint in refused.hint


def test_dates_that_only_one_order_can_all_read_settle_it():
    assert settle("soon", "24/09/26", "03/04/2027") == Order(
        "dmy", "dmy alone can read all dates: line 3: 24/09/26 cannot be mdy, line 4: 03/04/2027 cannot be ymd"
    )


class TestTheRangeInTheName:
    def test_decides_if_only_one_order_puts_all_dates_there(self):
        assert settle("03/03/2027", "03/04/2027 9:00", path=f"exports/{MARCH}") == Order(
            "mdy",
            f"only as mdy are all dates in the range in the name {MARCH}: as dmy, line 3: 03/04/2027 9:00 is outside",
        )
        assert settle("04/03/2027", path=MARCH).name == "dmy"
        assert settle("3/4/27", path=MARCH).name == "mdy"

    def test_leaves_open_what_lies_there_in_no_order_or_in_more_than_one(self):
        refusal("03/04/2027", "04/03/2027", path=MARCH)
        refusal("05/06/2027", path=MARCH)
        refusal("03/04/2027", path="20270301_20270430.csv")

    def test_is_asked_of_the_dates_that_need_no_order_too(self):
        refusal("2027-05-01 9:00", "03/04/2027", path=MARCH)
        assert settle("Mar 31, 2027 9:00", "03/04/2027", path=MARCH).name == "mdy"

    def test_is_left_by_a_meeting_that_ends_after_it(self):
        assert settle("03/10/2027 23:30", "03/12/2027 05:00", path="20270304_20270310.csv").name == "mdy"

    def test_is_stronger_than_how_the_dates_lie_and_than_the_labels(self):
        dates = ["04/01/2027", "04/02/2027", "04/03/2027"]
        assert settle(*dates, language="de").name == "mdy"
        assert settle(*dates, path="20270101_20270331.csv", language="ja").name == "dmy"
        assert settle("03/04/2027", path=MARCH, language="de").name == "mdy"


class TestAProofAgainstTheName:
    def test_stands_where_the_name_fits_no_order_and_the_reason_says_so(self):
        assert settle("24/04/2027", "05/04/2027", path=MARCH) == Order(
            "dmy",
            "line 2: 24/04/2027 has a day over 12; "
            f"but line 2: 24/04/2027 is then outside the range in the name {MARCH}",
        )

    def test_stands_where_more_dates_prove_it_than_the_name_would_save(self):
        assert settle("24/04/2027", "25/04/2027", "03/04/2027", path=MARCH).name == "dmy"

    def test_is_asked_about_where_another_order_brings_as_many_dates_into_the_range(self):
        refused = refusal("03/04/2027", "24/03/2027", path=MARCH)
        assert refused.message == (
            "meetinglistdetails_20270301_20270331.csv: the dates contradict each other: line 3: 24/03/2027 has a day "
            "over 12; but line 2: 03/04/2027 is then outside the range in the name "
            "meetinglistdetails_20270301_20270331.csv, and inside as mdy"
        )
        assert refused.hint.endswith("--date-order dmy or --date-order mdy")
        refusal("03/04/2027", "03/05/2027", "24/03/2027", path=MARCH)

    def test_is_not_doubted_for_dates_that_mean_the_same_in_any_order(self):
        assert settle("2027-03-01", "2027-03-02", "24/09/2026", path=MARCH).name == "dmy"

    def test_is_the_whole_reason_where_the_name_agrees(self):
        assert settle("24/03/2027", "05/03/2027", path=MARCH).reason == "line 2: 24/03/2027 has a day over 12"


class TestHowTheDatesLieTogether:
    def test_decides_if_only_one_order_keeps_them_within_a_month(self):
        assert settle("03/09/2027", "03/02/2027 9:00", "03/12/2027", "03/02/2027 9:00") == Order(
            "mdy",
            "only as mdy do all dates lie within a month, as in every report of Zoom: "
            "as dmy, line 3: 03/02/2027 9:00 and line 4: 03/12/2027 are 303 days apart",
        )

    @pytest.mark.parametrize(
        "cells",
        [
            ["03/02/2027", "03/09/2027"],
            ["03/02/2027", "03/09/2027", "03/09/2027 10:00"],
            ["03/02/2027", "03/03/2027"],
            ["03/02/2027", "04/09/2027", "05/04/2027"],
            ["03/01/2027", "03/02/2027", "04/09/2027"],
            ["03/02/2027", "04/02/2027", "04/03/2027"],
        ],
    )
    def test_leaves_open_what_chance_may_have_brought_together(self, cells: list[str]):
        refusal(*cells)

    def test_counts_the_dates_that_need_no_order(self):
        assert settle("2027-03-20 9:00", "Mar 22, 2027", "03/09/2027").name == "mdy"
        refusal("2027-01-20 9:00", "Mar 22, 2027", "03/09/2027")

    def test_decides_if_five_dates_run_in_one_direction_in_only_one_order(self):
        cells = ["01/05/2027", "02/02/2027", "02/11/2027", "", "04/01/2027", "04/01/2027", "06/03/2027"]
        reason = "only as mdy do the dates run in one direction: as dmy, line 4: 02/11/2027 is out of sequence"
        assert settle(*cells) == Order("mdy", reason)
        assert settle(*reversed(cells)).name == "mdy"
        refusal(*cells[:-1])

    def test_takes_dates_that_repeat_for_no_turn_and_does_not_forget_the_direction_over_them(self):
        cells = ["01/02/2027", "02/03/2027", "03/04/2027", "04/09/2027", "04/09/2027", "05/03/2027"]
        assert settle(*cells).reason.endswith("as dmy, line 7: 05/03/2027 is out of sequence")

    def test_leaves_open_what_points_both_ways(self):
        refused = refusal("04/01/2027", "04/02/2027", "04/03/2027", "03/05/2027", "03/08/2027", language="de")
        assert "contradict each other: only as mdy do all dates lie within a month" in refused.message
        assert "; but only as dmy do the dates run in one direction" in refused.message
        assert refused.hint.endswith("--date-order mdy or --date-order dmy")

    def test_says_nothing_of_a_list_that_people_keep(self):
        monthly = ["01/03/2027", "02/03/2027", "03/03/2027"]
        assert settle(*monthly).name == "dmy"
        refusal(*monthly, report=False)


class TestTheLanguageOfTheLabels:
    @pytest.mark.parametrize("language", ["de", "es", "fr", "it", "pt", "pt-BR"])
    def test_decides_last_that_the_day_comes_first(self, language: str):
        assert settle("03/04/2027 9:00", language=language).name == "dmy"
        assert settle("03/02/2027", "03/05/2027", "03/09/2027", language=language).name == "mdy"

    def test_is_named_as_all_there_is_so_that_a_person_can_overrule_it(self):
        assert settle("", "03/04/2027 9:00", language="de").reason == (
            "the labels are German, which puts the day first, and nothing else decides: "
            "if line 3: 03/04/2027 9:00 is not 2027-04-03, give --date-order mdy"
        )

    @pytest.mark.parametrize("language", ["ja", "ko", "zh"])
    def test_decides_last_that_the_year_comes_first_where_it_can(self, language: str):
        assert settle("27-03-04", language=language).name == "ymd"
        refusal("03/04/2027", language=language)

    @pytest.mark.parametrize("language", [None, "", "en", "en-GB", "nl"])
    def test_proves_nothing_if_it_is_english_or_not_known(self, language: str | None):
        refusal("03/04/2027", language=language)


@given(st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1), st.sampled_from(["%m/%d/%Y", "%d/%m/%Y"]))
def test_an_order_that_a_date_proves_reads_every_date_as_it_was_written(days: list[date], layout: str):
    assume(any(day.day > 12 for day in days))
    assert_read_as_written(days, layout, settle(*(f"{day:{layout}} 09:00" for day in days)).name)


@st.composite
def one_month(draw: st.DrawFn) -> tuple[list[date], str]:
    """Return dates of one calendar month, few of them over 12, in any sequence, and the name of their file."""
    year, month = draw(st.integers(2001, 2099)), draw(st.integers(1, 12))
    length = monthrange(year, month)[1]
    numbers = draw(st.lists(st.integers(1, 12), min_size=1, max_size=12))
    numbers += draw(st.lists(st.integers(1, length), max_size=1))
    named = f"meetinglistdetails_{year}{month:02}01_{year}{month:02}{length}.csv"
    return [date(year, month, number) for number in numbers], draw(st.sampled_from(["a.csv", named]))


@given(one_month(), st.sampled_from(sorted(LAYOUTS)), st.booleans())
def test_a_decided_order_reads_every_date_of_a_month_as_it_was_written(
    export: tuple[list[date], str], layout: str, local: bool
):
    days, path = export
    language = {"dmy": "de", "ymd": "ja"}.get(LAYOUTS[layout]) if local else None
    try:
        order = settle(*(f"{day:{layout}} 09:00" for day in days), path=path, language=language).name
    except InputError:
        assert language is None
    else:
        assert_read_as_written(days, layout, order)


@given(
    st.dates(date(2001, 1, 1), date(2098, 12, 1)),
    st.lists(st.integers(0, 30), min_size=1),
    st.sampled_from(sorted(LAYOUTS)),
)
def test_a_decided_order_reads_every_date_of_a_sorted_report_over_two_months_as_it_was_written(
    first: date, steps: list[int], layout: str
):
    days = sorted(first + timedelta(days=step) for step in steps)
    try:
        order = settle(*(f"{day:{layout}} 09:00" for day in days)).name
    except InputError:
        return
    assert_read_as_written(days, layout, order)


def test_three_different_dates_of_a_month_settle_it_in_whatever_sequence():
    for numbers in itertools.permutations([2, 5, 9]):
        assert settle(*(f"03/{number:02}/2027 9:00" for number in numbers)).name == "mdy"
        assert settle(*(f"{number:02}/03/2027 9:00" for number in numbers)).name == "dmy"


def assert_read_as_written(days: list[date], layout: str, order: str | None) -> None:
    mornings = [datetime(day.year, day.month, day.day, 9) for day in days]
    assert [read_moment(f"{day:{layout}} 09:00", order) for day in days] == mornings
