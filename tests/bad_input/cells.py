"""Mutations of single cells."""

from __future__ import annotations

from random import Random

from tests.bad_input.effect import DATE_ORDER, Effect, touching
from tests.bad_input.hostile import HOSTILE
from tests.bad_input.sheet import Row, Sheet

_NOISE = "\"'\\,;\t|=+-@()<>[]{}#%&\0\x1b\x7f\x85\u202e\ufeff\u00a0éß会👍 xX\r\n"
_MOMENTS = ("start", "start_date", "end")


def swap_two_cells_of_a_column(sheet: Sheet, rng: Random) -> Effect:
    one, other, place = _two_cells(sheet, rng)
    one.cells[place], other.cells[place] = other.cells[place], one.cells[place]
    return touching(one, other)


def copy_a_cell_from_another_row(sheet: Sheet, rng: Random) -> Effect:
    one, other, place = _two_cells(sheet, rng)
    one.cells[place] = other.cells[place]
    return touching(one, other)


def swap_two_cells_of_a_row(sheet: Sheet, rng: Random) -> Effect:
    row, (one, other) = sheet.any_row(rng), rng.sample(range(len(sheet.header)), 2)
    row.cells[one], row.cells[other] = row.cells[other], row.cells[one]
    return touching(row)


def copy_a_cell_into_its_neighbour(sheet: Sheet, rng: Random) -> Effect:
    row, place = sheet.any_row(rng), rng.randrange(1, len(sheet.header))
    row.cells[place] = row.cells[place - 1]
    return touching(row)


def blank_a_cell(sheet: Sheet, rng: Random) -> Effect:
    row, place = _cell(sheet, rng)
    row.cells[place] = rng.choice(["", " ", "-", "\u00a0", "\t"])
    return touching(row)


def slip_in_a_cell(sheet: Sheet, rng: Random) -> Effect:
    row, place = _cell(sheet, rng)
    letters = list(row.cells[place] or "x")
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(letters))
        letters[at : at + rng.randint(0, 1)] = rng.choice([[], [rng.choice(_NOISE)]])
        letters = letters or [rng.choice(_NOISE)]
    row.cells[place] = "".join(letters)
    return touching(row, refusals=_order(sheet, place))


def fill_a_cell_with_noise(sheet: Sheet, rng: Random) -> Effect:
    row, place = _cell(sheet, rng)
    row.cells[place] = "".join(rng.choices(_NOISE, k=rng.randint(1, 40)))
    return touching(row)


def put_hostile_text_into_a_cell(sheet: Sheet, rng: Random) -> Effect:
    row, place = _cell(sheet, rng)
    row.cells[place] = HOSTILE[rng.choice([*HOSTILE])]
    return touching(row)


def put_hostile_text_into_a_topic(sheet: Sheet, rng: Random) -> Effect:
    row = sheet.any_row(rng)
    row.cells[sheet.column("topic")] = HOSTILE[rng.choice([*HOSTILE])]
    return touching(row)


def put_hostile_text_into_a_host(sheet: Sheet, rng: Random) -> Effect:
    row = sheet.any_row(rng)
    column = rng.choice([name for name in sheet.fields if name.startswith("host_")] or ["host_name"])
    row.cells[sheet.column(column)] = HOSTILE[rng.choice([*HOSTILE])]
    return touching(row)


def put_hostile_text_into_a_link(sheet: Sheet, rng: Random) -> Effect:
    row, text = sheet.any_row(rng), HOSTILE[rng.choice([*HOSTILE])]
    ways = ["{}", "https://zoom.us/j/{}", "https://{}/", "javascript:{}", "https://zoom.us@{}"]
    row.cells[sheet.column("old_link" if sheet.is_schedule else "link")] = rng.choice(ways).format(text)
    return touching(row)


def leave_out_a_host(sheet: Sheet, rng: Random) -> Effect:
    row = sheet.any_row(rng)
    for place, name in enumerate(sheet.fields):
        if name.startswith("host_"):
            row.cells[place] = ""
    return touching(row)


def put_bytes_into_a_cell_that_are_no_text(sheet: Sheet, rng: Random) -> Effect:
    row, place = _cell(sheet, rng)
    row.cells[place] += rng.choice(["\udce9", "\udcff\udcfe", "\udced\udca0\udc80", "\udcc3"])
    return touching(row)


def ruin_a_number(sheet: Sheet, rng: Random) -> Effect:
    row = sheet.any_row(rng, "number")
    digits = "".join(filter(str.isdigit, sheet.cell(row, "number"))) or "80000000299"
    ruined = [
        f"{digits[0]}.{digits[1:6]}E+{len(digits) - 1}",
        f"{digits[0]},{digits[1:6]}e{len(digits) - 1}",
        f"{digits}000",
        digits[:5],
        f"-{digits}",
        "#REF!",
        "#########",
        "0",
        "NaN",
        hex(int(digits)),
        f"{digits}; {digits}",
        f'="{digits[:4]}"',
    ]
    row.cells[sheet.column("number")] = rng.choice(ruined)
    # A link in the same row has all the digits.
    return touching(row, codes=() if sheet.cell(row, "link") else ("bad-number", "mangled-number"))


def write_a_number_differently(sheet: Sheet, rng: Random) -> Effect:
    row = sheet.any_row(rng, "number")
    digits = "".join(filter(str.isdigit, sheet.cell(row, "number")))
    place, ways = sheet.column("number"), ["{}.0", '="{}"', "'{}", " {} ", "{}\u00a0"]
    if digits and sheet.cell(row, "number").strip("' ").replace(" ", "") == digits:
        row.cells[place] = rng.choice(ways).format(digits)
    return Effect()


def ruin_a_duration(sheet: Sheet, rng: Random) -> Effect:
    column = "duration_minutes" if sheet.is_schedule else "duration"
    row = sheet.any_row(rng, column)
    row.cells[sheet.column(column)] = rng.choice(
        ["soon", "0", "-5", "1e9", "9" * 5000, "45,5", "1:30", "٤٥", "44 days", "0.75", "#VALUE!", "45 60", "½"]
    )
    return touching(row, codes=("bad-duration",))


def name_a_zone_that_is_none(sheet: Sheet, rng: Random) -> Effect:
    row = sheet.any_row(rng)
    row.cells[sheet.column("timezone")] = rng.choice(
        ["Mars/Olympus", "Europe/", "../../etc/passwd", "posixrules", "Factory", "CET+1", "W. Europe Standard Time"]
    )
    return touching(row, codes=("unknown-timezone",))


def _cell(sheet: Sheet, rng: Random) -> tuple[Row, int]:
    return sheet.any_row(rng), rng.randrange(len(sheet.header))


def _two_cells(sheet: Sheet, rng: Random) -> tuple[Row, Row, int]:
    one, other = sheet.some_rows(rng, 2)
    return one, other, rng.randrange(len(sheet.header))


def _order(sheet: Sheet, place: int) -> tuple[str, ...]:
    """Return how a slip in a date can make the whole file unclear: 2027-03-04 may become 27-03-04."""
    return (DATE_ORDER,) if sheet.fields[place] in _MOMENTS and not sheet.proofs else ()


CELLS = (
    swap_two_cells_of_a_column,
    copy_a_cell_from_another_row,
    swap_two_cells_of_a_row,
    copy_a_cell_into_its_neighbour,
    blank_a_cell,
    slip_in_a_cell,
    fill_a_cell_with_noise,
    put_hostile_text_into_a_cell,
    put_hostile_text_into_a_topic,
    put_hostile_text_into_a_host,
    put_hostile_text_into_a_link,
    leave_out_a_host,
    put_bytes_into_a_cell_that_are_no_text,
    ruin_a_number,
    write_a_number_differently,
    ruin_a_duration,
    name_a_zone_that_is_none,
)
