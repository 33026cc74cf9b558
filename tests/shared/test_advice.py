from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.errors import InputError
from migrate.core.ports import Document, ReadOptions
from migrate.shared.advice import advise


def advice(data: bytes, **columns: str) -> InputError:
    return advise(Document("a.csv", data), ReadOptions(columns=columns))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "a.csv: is empty"),
        (b"one\ntwo\n", "a.csv: is not a table of rows and columns"),
        (b"PK\x03\x04...", "a.csv: is a workbook, not a CSV file"),
        (b'Topic,Start time\n"a,b\n', "a.csv: the row that begins in line 2 has a quote that is never closed"),
        (b"Topic,ID,Join time,Start time\na,b,c,d\n", "is no schedule but a Zoom active hosts details file"),
        (b"Subject,Start Date,All day event\na,b,c\n", "is no schedule but an Outlook calendar CSV file"),
        (b"Topic,Guest,Start time\na,b,d\n", 'lists meetings that already happened (a column is "Guest")'),
        (b"Topic,Host\na,b\n", "a.csv: no column is known as start"),
        (b"Host,Start time\na,b\n", "a.csv: no column is known as topic"),
    ],
)
def test_the_fault_is_named(data: bytes, says: str):
    assert says in advice(data).message


def test_the_options_to_try_are_guessed_and_the_columns_listed():
    error = advice("Betreff;Beginn\nJour fixe;2027年3月1日 9:00\n".encode())
    assert error.hint.endswith('--map topic="Betreff" --map start="Beginn"')
    assert error.details == ('the columns are: "Betreff", "Beginn"',)


def test_what_cannot_be_guessed_is_left_open():
    assert '--map start="…"' in advice(b"Betreff;Ort\nJour fixe;Raum 1\n").hint


def test_a_mapping_that_names_nothing_is_mentioned():
    assert '--map names what is not there: "Begin"' in advice(b"Betreff;Beginn\na;b\n", start="Begin").details


@pytest.mark.parametrize(
    ("header", "offered"),
    [
        (b"Topic,ID,Start time,Participants", True),
        (b"Name (original name),Join time,Leave time", False),
        (b"Topic,Meeting ID,Join time", False),
        (b"User name,Join time,Leave time", False),
    ],
)
def test_guessing_is_offered_only_where_the_meetings_are_told(header: bytes, offered: bool):
    assert ("--from-history" in advice(header + b"\na,b,c,d\n").hint) == offered


def test_names_that_may_have_other_letters_are_not_taken_for_granted():
    text = "トピック,開始時間\n定例会議,2027/04/05 9:00\n"
    assert "save the file as CSV UTF-8" in advice(text.encode("cp932")).hint
    assert "CSV UTF-8" not in advice("Betreff,Beginn für alle\na,b\n".encode()).hint


@given(st.binary(max_size=200))
def test_there_is_advice_for_any_bytes(data: bytes):
    assert advice(data).message.startswith("a.csv: ")
