from __future__ import annotations

import pytest

from migrate.core.errors import InputError
from migrate.core.ports import Document, ReadOptions
from migrate.shared.columns import locate
from migrate.shared.date_circumstances import Order
from migrate.shared.joined import settle_joined
from migrate.shared.tables import sheet_of

ENGLISH, OTHER_ENGLISH = "Topic,ID,Host,Start time", "Topic,Meeting ID,Host name,Start time"
GERMAN = "Thema,Meeting-ID,Host,Startzeit"


def settle(*lines: str, wanted: str = "auto") -> Order:
    """Settle the order of a file whose lines are headers, or the starts of its rows."""
    text = "\n".join(line if "," in line or not line else f"Sync,80000000201,Anna,{line}" for line in lines)
    tables = sheet_of(Document("a.csv", text.encode()), ReadOptions()).tables
    return settle_joined("a.csv", [(table, locate(table.header, {})) for table in tables], wanted)


def refusal(*lines: str) -> InputError:
    with pytest.raises(InputError) as refused:
        settle(*lines)
    return refused.value


def test_dates_of_several_reports_need_not_lie_within_a_month():
    assert settle(ENGLISH, "01/03/2027", "02/03/2027", "03/03/2027").name == "dmy", "of one report they do"
    joined = refusal(ENGLISH, "01/03/2027", ENGLISH, "02/03/2027", ENGLISH, "03/03/2027")
    assert "line 2: 01/03/2027 can be" in joined.message
    assert "--date-order mdy" in joined.hint


@pytest.mark.parametrize("header", [ENGLISH, OTHER_ENGLISH])
def test_dates_of_several_reports_need_not_run_in_one_direction(header: str):
    starts = ["01/03/2027", "04/05/2027", "03/07/2027", "02/09/2027", "01/11/2027"]
    assert settle(ENGLISH, *starts).name == "dmy"
    assert "can be" in refusal(ENGLISH, *starts[:2], "", header, *starts[2:]).message


def test_a_report_whose_dates_lie_close_together_settles_those_of_its_language():
    assert settle(ENGLISH, "05/04/2027", OTHER_ENGLISH, "01/03/2027", "02/03/2027", "03/03/2027").name == "dmy"


def test_reports_whose_dates_lie_close_together_in_different_orders_are_refused():
    month = ["01/03/2027", "02/03/2027", "03/03/2027"]
    refused = refusal(ENGLISH, *month, ENGLISH, *("03/01/2027", "03/02/2027", "03/03/2027"))
    assert "only as dmy do all dates lie within a month" in refused.message
    assert "only as mdy do all dates lie within a month" in refused.message
    assert "--date-order" not in refused.hint


@pytest.mark.parametrize("header", [ENGLISH, OTHER_ENGLISH])
def test_a_proof_in_one_report_settles_the_others_of_its_language(header: str):
    assert settle(ENGLISH, "01/03/2027", header, "24/03/2027") == Order("dmy", "line 4: 24/03/2027 has a day over 12")


@pytest.mark.parametrize("header", [ENGLISH, OTHER_ENGLISH])
def test_a_proof_is_not_outvoted_by_another_report(header: str):
    refused = refusal(ENGLISH, "02.03.2027", "16.03.2027", header, "04/13/2027", "04/20/2027", "04/06/2027")
    assert "line 3: 16.03.2027 can only be dmy, line 5: 04/13/2027 can only be mdy" in refused.message
    assert "--date-order" not in refused.hint, "that would misread one of the two"


def test_the_order_of_one_language_is_not_that_of_another():
    refused = refusal(GERMAN, "02.03.2027", "16.03.2027", ENGLISH, "04/06/2027", "04/13/2027", "04/20/2027")
    assert "dmy: line 3: 16.03.2027 has a day over 12; but mdy: line 6: 04/13/2027 has" in refused.message
    assert "--date-order" not in refused.hint
    asked = refusal(GERMAN, "02.03.2027", "16.03.2027", ENGLISH, "04/06/2027")
    assert "line 5: 04/06/2027 can be" in asked.message
    assert "no other date in the tables of its language settles it" in asked.message
    assert "--date-order" not in asked.hint
    assert "the labels are German" in refusal(GERMAN, "02.03.2027", ENGLISH, "04/13/2027").message


def test_tables_of_two_languages_in_one_order_are_read_and_both_reasons_shown():
    assert settle(GERMAN, "16.03.2027", ENGLISH, "24/04/2027") == Order(
        "dmy", "line 2: 16.03.2027 has a day over 12; line 4: 24/04/2027 has a day over 12"
    )


def test_dates_that_need_no_order_contradict_none():
    assert settle(GERMAN, "2027-03-16", ENGLISH, "04/13/2027").name == "mdy"
    assert settle(GERMAN, "05.05.2027", ENGLISH, "04/13/2027").name == "mdy"
    assert settle(GERMAN, "2027-03-16", ENGLISH, "05/05/2027").name == "dmy"


def test_the_user_settles_all_tables():
    assert settle(GERMAN, "16.03.2027", ENGLISH, "04/13/2027", wanted="dmy").name == "dmy"


def test_a_report_that_proves_as_much_for_two_orders_is_settled_by_the_others():
    assert settle(ENGLISH, "10/20/2026", ENGLISH, "10/21/2026", "22/10/2026").name == "mdy"
    assert "can only be" in refusal(ENGLISH, "10/21/2026", "22/10/2026", ENGLISH, "01/02/2027").message
