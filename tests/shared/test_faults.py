from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrate.core.problem import Problem, Severity
from migrate.shared.faults import Faults, show


def test_only_an_error_makes_a_row_unsound_and_only_that_row():
    faults = Faults("a.csv")
    faults.next_row(2)
    faults.note("no-topic", "one")
    faults.warn("ambiguous-time", "two", "do this")
    assert faults.sound
    faults.error("bad-date", "three")
    assert not faults.sound
    faults.next_row(3)
    assert faults.sound
    assert faults.problems == [
        Problem("no-topic", Severity.INFO, "one", "a.csv", 2),
        Problem("ambiguous-time", Severity.WARNING, "two", "a.csv", 2, "do this"),
        Problem("bad-date", Severity.ERROR, "three", "a.csv", 2),
    ]


def test_a_message_names_the_column_in_hand_until_the_next_row():
    faults = Faults("a.csv")
    faults.column = "start"
    faults.error("bad-date", "one")
    faults.next_row(3)
    faults.error("ragged-row", "two")
    assert [problem.message for problem in faults.problems] == ["start: one", "two"]


def test_columns_with_an_error_are_known_until_the_next_row():
    faults = Faults("a.csv")
    faults.column = "topic"
    faults.note("bad-date", "text")
    faults.column = "start"
    faults.error("bad-date", "text")
    assert faults.faulty == {"start"}
    faults.next_row(3)
    assert faults.faulty == set()


@given(st.text())
def test_a_shown_cell_is_short_and_printable(cell: str):
    assert len(show(cell)) <= 60
    assert show(cell).isprintable()


def test_a_shown_cell_has_no_secret_of_a_link():
    shown = show("https://zoom.us/j/1?pwd=c2VjcmV0&zak=t&x=1")
    assert shown == "'https://zoom.us/j/1?pwd=…&zak=…&x=1'"
