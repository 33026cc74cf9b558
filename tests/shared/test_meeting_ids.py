from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.shared.faults import Faults
from migrate.shared.meeting_ids import BAD, MANGLED, check_id, read_id


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("94849208356", "94849208356"),
        ("852 1848 6288", "85218486288"),
        ("239\u00a0351\u202f0044", "2393510044"),
        ("328-972-509", "328972509"),
        ("328\u2011972\u2013509", "328972509"),
        ("00000000001", "00000000001"),
        ('="85218486288"', "85218486288"),
        ('= "852 1848 6288"', "85218486288"),
        ("'85218486288", "85218486288"),
        ("85218486288.0", "85218486288"),
        ("8.0000000304E+10", "80000000304"),
        ("8,0000000304e10", "80000000304"),
        ("8.00000003040E+10", "80000000304"),
        ("3.28972509E8", "328972509"),
    ],
)
def test_a_number_is_read_however_it_is_written(cell: str, number: str):
    assert read_id(cell) == (number, None, "")


@pytest.mark.parametrize("cell", ["8.52185E+10", "8,52185E+10", "9E+10", "8.000000030E+10", "1E+99"])
def test_a_number_that_lost_digits_is_never_completed(cell: str):
    assert read_id(cell) == (None, None, MANGLED)


@pytest.mark.parametrize(
    "cell", ["vawMH9zAQLytjCnQiQXSUg==", "/ajXp112QmuoKj48+548_g==", "123e4567-e89b-12d3-a456-426614174000"]
)
def test_a_uuid_is_no_number(cell: str):
    assert read_id(cell) == (None, cell, "")


@pytest.mark.parametrize(
    "cell",
    ["12345678", "123456789012", "8-52185E+10", "12 34", "abc", "8.00000003041E+10", "-85218486288", "852 1848 628x",
     "''", "8521848628\u0663", "85218486288.5", "9" * 10**5],
)  # fmt: skip
def test_anything_else_is_reported(cell: str):
    assert read_id(cell) == (None, None, BAD)


def test_what_is_wrong_with_a_number_is_said_once():
    faults = Faults("a.csv")
    for line, cell in enumerate(["85218486288", "8.5E+10", "x" * 100], start=2):
        faults.next_row(line)
        check_id(cell, faults)
    assert [(problem.code, problem.line) for problem in faults.problems] == [(MANGLED, 3), (BAD, 4)]
    assert all(len(problem.message) < 100 for problem in faults.problems)


@given(st.integers(10**8, 10**11 - 1), st.integers(0, 12))
def test_a_power_is_the_number_or_nothing(number: int, digits: int):
    found = read_id(f"{number:.{digits}E}")
    assert found.number == (str(number) if digits >= len(str(number)) - 1 else None)
