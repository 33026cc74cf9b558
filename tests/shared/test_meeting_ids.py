from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.shared.faults import Faults
from migrate.shared.meeting_ids import (
    BAD,
    MANGLED,
    check_id,
    check_only_id,
    number_in_name,
    read_id,
    restore_id,
)

NUMBERS = st.integers(9, 11).flatmap(lambda length: st.text("0123456789", min_size=length, max_size=length))
REAL_NUMBERS = st.integers(10**8, 10**11 - 1)
WIDE = {48 + digit: 0xFF10 + digit for digit in range(10)}


def grouped(number: str, gap: str) -> str:
    """Write a number as Zoom does: 852 1848 6288, 239 351 0044, 328 972 509."""
    middle = 7 if len(number) == 11 else 6
    return gap.join([number[:3], number[3:middle], number[middle:]])


def general(number: int, digits: int) -> str:
    """Write a number as a spreadsheet shows it in a cell that has room for so many digits."""
    power = len(str(number)) - digits
    shown = str((number + 10**power // 2) // 10**power)
    exponent = len(shown) + power - 1
    fraction = shown[1:].rstrip("0")
    return f"{shown[0]}{'.' if fraction else ''}{fraction}E+{exponent:02}"


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
        ("85.218486288E+9", "85218486288"),
        ("8.52184862880000E+010", "85218486288"),
        ("\uff18\uff15\uff12 \uff11\uff18\uff14\uff18 \uff16\uff12\uff18\uff18", "85218486288"),
        ("852\u30001848\uff0d6288", "85218486288"),
        ("\u202a852 1848 6288\u202c", "85218486288"),
        ("\ufeff328-972-509", "328972509"),
        ('"85218486288"', "85218486288"),
        ("'85218486288'", "85218486288"),
        ("\u201985218486288", "85218486288"),
        (" 85218486288\t", "85218486288"),
        ("85.218.486.288", "85218486288"),
        ("85,218,486,288", "85218486288"),
        ("85'218'486'288", "85218486288"),
        ("85\u202f218\u202f486\u202f288,00", "85218486288"),
        ("85.218.486.288,00", "85218486288"),
        ("85,218,486,288.0", "85218486288"),
        ("2,393,510,044", "2393510044"),
        ("328.972.509", "328972509"),
        ("85.200.000.001", "85200000001"),
    ],
)
def test_a_number_is_read_however_it_is_written(cell: str, number: str):
    assert read_id(cell) == (number, None, "")


@pytest.mark.parametrize(
    "cell", ["8.52185E+10", "8,52185E+10", "9E+10", "8.000000030E+10", "1E+99", "85.2E+9", "########", '="8.52185E+10"']
)
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
     "''", "8521848628\u0663", "85218486288.5", "9" * 10**5, "", "8521848628\u2078", "85,218.486,288", "85,218,486.288",
     "85.218.486.288.000", "85.218.486,288", "852.184.862.88", "10.168.100.200", "5.218.486", "8.5E-10", "=85218486288",
     "852  1848 6288", "#REF!", "2027-03-01", "01/03/2027 09:00", "852.1848.6288"],
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


@given(NUMBERS, st.sampled_from(["", " ", "-", "\u00a0", "\u2009", "\u202f", "\u2011", "\u2013"]), st.data())
def test_any_number_is_read_back_in_any_spelling(number: str, gap: str, data):
    spellings = ["{}", '="{}"', "'{}", " {} ", '"{}"', "{}.0", "{},00"]
    written = data.draw(st.sampled_from(spellings)).format(grouped(number, gap))
    wide = data.draw(st.booleans())
    assert read_id(written.translate(WIDE) if wide else written) == (number, None, "")


@given(REAL_NUMBERS, st.sampled_from([",", ".", "'", "\u00a0"]))
def test_a_number_with_separators_is_read_back_unless_it_may_be_an_address(number: int, separator: str):
    cell = f"{number:,}".replace(",", separator)
    address = separator == "." and cell.count(".") == 3 and all(str(int(g)) == g < "256" for g in cell.split("."))
    assert read_id(cell).number == str(number) or address


@given(st.text() | st.text("0123456789.,' E+#=\"-", max_size=20), st.text() | st.text("0123456789 -_.", max_size=30))
def test_any_text_is_a_result_and_a_number_is_never_made_up(cell: str, name: str):
    found = restore_id(cell, name)
    assert bool(found.fault) == (found.number is None and found.uuid is None)
    assert found == read_id(cell) or found.number == number_in_name(name)


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("participants_85200000001.csv", "85200000001"),
        ("participants_85200000001 (1).csv", "85200000001"),
        ("participants_85200000001-2.csv", "85200000001"),
        ("zoomus_meeting_report_85200000001.csv", "85200000001"),
        ("852 1848 6288 - Attendee Report.csv", "85218486288"),
        ("Copy of 852-1848-6288 - Attendee Report (2).csv", "85218486288"),
        ("239 351 0044.csv", "2393510044"),
        ("328-972-509.csv", "328972509"),
        ("participants_852_1848_6288.csv", "85218486288"),
        ("exports/85200000002/participants_85200000001.csv", "85200000001"),
        ("C:\\Users\\85200000002\\participants_85200000001.csv", "85200000001"),
        ("participants_85200000001_20270301_20270331.csv", "85200000001"),
        ("2027-03-01 85200000001.csv", "85200000001"),
        ("20270301120000_85200000001.csv", "85200000001"),
        ("85200000001 852 0000 0001.csv", "85200000001"),
        ("participants_00000000001.csv", "00000000001"),
        ("\uff18\uff15\uff12\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff11.csv", "85200000001"),
        ("meetinglistdetails_20270301_20270331.csv", None),
        ("meetinglistdetails_2027-03-01_2027-03-31.csv", None),
        ("participants_85200000001_85200000002.csv", None),
        ("participants_852000000012.csv", None),
        ("8520000000\u0661.csv", None),
        ("123 852 1848 6288.csv", None),
        ("852 1848-6288.csv", None),
        ("852 1848 6288 6289.csv", None),
        ("participants.csv", None),
        ("", None),
    ],
)
def test_the_name_of_a_file_gives_a_number_if_there_is_exactly_one(path: str, number: str | None):
    assert number_in_name(path) == number


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("8.52185E+10", "85218486288"),
        ("8,52185E+10", "85218486288"),
        ("8.522E+10", "85218486288"),
        ("9E+10", "85218486288"),
        ("1E+11", "99999999999"),
        ("1.00000E+11", "99999999999"),
        ("8.5E+10", "84999999999"),
        ("8.52E+10", "85200000001"),
        ("85.2185E+9", "85218486288"),
        ('="8.52185E+10"', "85218486288"),
    ],
)
def test_a_ruin_is_the_number_in_the_name_if_that_rounds_to_it(cell: str, number: str):
    assert restore_id(cell, f"participants_{number}.csv") == (number, None, "")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("8.52184E+10", "85218486288"),
        ("8.52185E+10", "85218600000"),
        ("8.52185E+10", "8521848628"),
        ("8.52185E+9", "85218486288"),
        ("8.6E+10", "85218486288"),
        ("1E+10", "5000000000"),
        ("0E+5", "00000000001"),
        ("1E+999", "85218486288"),
        ("########", "85218486288"),
    ],
)
def test_a_ruin_that_is_no_rounding_of_the_number_in_the_name_stays_one(cell: str, number: str):
    assert restore_id(cell, f"participants_{number}.csv") == (None, None, MANGLED)


def test_a_name_never_replaces_what_the_cell_says():
    assert restore_id("852 1848 6288", "participants_85200000001.csv").number == "85218486288"
    assert restore_id("none", "participants_85200000001.csv").fault == BAD


@given(REAL_NUMBERS, st.integers(1, 8))
def test_what_a_spreadsheet_leaves_of_any_number_is_restored_by_its_name_and_by_no_name_alone(number: int, digits: int):
    ruin = general(number, digits)
    assert restore_id(ruin, f"participants_{number}.csv").number == str(number)
    assert restore_id(ruin, "participants.csv").fault == MANGLED
    assert restore_id(ruin, f"participants_{number}_85200000001.csv").number in {None, "85200000001"}


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("participants.csv", "participants_85200000001.csv"),
        ("participants_85200000001.csv", "85200000001"),
        ("participants_85200000001_85200000002.csv", "no other"),
    ],
)
def test_the_hint_for_a_ruin_in_an_export_of_one_meeting_is_about_its_name(path: str, hint: str):
    faults = Faults(path)
    assert check_only_id("8.52185E+10", faults).number is None
    (problem,) = faults.problems
    assert problem.code == MANGLED
    assert hint in problem.hint


def test_what_the_name_completes_is_no_problem():
    faults = Faults("participants_85218486288.csv")
    assert check_only_id("8.52185E+10", faults).number == "85218486288"
    assert check_only_id("852 1848 6288", faults).number == "85218486288"
    assert faults.problems == []
    assert check_only_id("x", faults).fault == BAD
    assert [problem.code for problem in faults.problems] == [BAD]
