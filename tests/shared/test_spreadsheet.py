from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.shared.spreadsheet import from_cell, json_cell, to_cell

FORMULAS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
TEXTS = st.text() | st.text("=+-@'\t\r\n \\0\u00a0\u2028\ufeffneu1/.;", max_size=8)


@given(TEXTS)
def test_every_text_comes_back(text: str):
    assert from_cell(to_cell(text)) == text
    assert from_cell(to_cell(text).strip()) == text


@given(TEXTS)
def test_no_cell_is_a_formula_or_holds_what_cannot_be_seen(text: str):
    cell = to_cell(text)
    assert cell
    assert cell[0] not in FORMULAS
    assert all(part.strip()[:1] not in tuple(FORMULAS) for part in cell.split(";")[1:])
    assert cell == cell.strip()
    assert not any(character < " " or "\x7f" <= character < "\xa0" for character in cell)
    cell.encode()


@pytest.mark.parametrize("text", ["007", "85200000001", "3/4", "1:30", "1e5", "12.01.2027", "50 %", "2027"])
def test_what_a_spreadsheet_would_rewrite_is_kept_as_text(text: str):
    assert to_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Jour fixe", "2027 planning", "a=b", "naïve 🎉", "1st", "."])
def test_a_plain_text_stays_as_it_is(text: str):
    assert to_cell(text) == text


def test_a_lone_surrogate_is_written_as_an_escape_and_never_read():
    assert to_cell("a\ud83d") == "a\\ud83d"
    assert from_cell("a\\ud83d") == "a\ufffd"


def test_an_escaped_pair_of_surrogates_is_one_character():
    assert from_cell("a\\ud83c\\udfa8b") == "a🎨b"


@pytest.mark.parametrize(
    ("cell", "text"),
    [("", ""), ("C:\\x", "C:\\x"), ("a\\", "a\\"), ("\\u12", "\\u12"), ("'=x", "=x"), ("\\U0041", "\\U0041")],
)
def test_what_a_person_wrote_stands_for_itself(cell: str, text: str):
    assert from_cell(cell) == text


@given(st.lists(TEXTS, max_size=5))
def test_json_comes_back_from_its_cell(value: list[str]):
    cell = json_cell(json.dumps(value, ensure_ascii=False))
    assert json.loads(cell) == value
    assert not any(character < " " or "\x7f" <= character < "\xa0" for character in cell)
