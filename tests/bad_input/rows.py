"""Mutations of rows."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.bad_input.effect import DATE_ORDER, Effect, touching
from tests.bad_input.hostile import HOSTILE
from tests.bad_input.sheet import Row, Sheet


def delete_rows(sheet: Sheet, rng: Random) -> Effect:
    gone = sheet.some_rows(rng, rng.randint(1, 3))
    sheet.rows = [row for row in sheet.rows if row not in gone]
    return touching(*gone, refusals=_order(sheet))


def delete_all_rows_but_a_few(sheet: Sheet, rng: Random) -> Effect:
    kept = rng.sample(sheet.rows, min(len(sheet.rows), rng.randint(0, 3)))
    gone = [row for row in sheet.rows if row not in kept]
    sheet.rows = [row for row in sheet.rows if row in kept]
    # Most rows say which column holds times of day; of a few, one that is spoilt may be most.
    return touching(*gone, *kept if "start_date" in sheet.fields else (), refusals=(DATE_ORDER,))


def repeat_rows(sheet: Sheet, rng: Random) -> Effect:
    """A row that comes twice says nothing new; a whole meeting that comes twice is merged too."""
    again = sheet.some_rows(rng, 2)
    for row in again:
        sheet.rows.insert(rng.randint(0, len(sheet.rows)), row.again())
    return Effect(counts={"read": 2, "merged": 2})


def repeat_a_row_with_another_cell(sheet: Sheet, rng: Random) -> Effect:
    row, place = sheet.any_row(rng), rng.randrange(len(sheet.header))
    other = row.again()
    other.cells[place] = rng.choice(["", "x", HOSTILE[rng.choice([*HOSTILE])]])
    sheet.rows.insert(rng.randint(0, len(sheet.rows)), other)
    return touching(other)


def repeat_a_row_with_another_length(sheet: Sheet, rng: Random) -> Effect:
    """A meeting is held once at a time, however long."""
    place = sheet.column("duration_minutes" if sheet.is_schedule else "duration")
    row = sheet.any_row(rng, sheet.fields[place])
    other = row.again()
    other.cells[place] = "35"
    sheet.rows.insert(rng.randint(0, len(sheet.rows)), other)
    return replace(touching(other), counts={"read": 1, "merged": 1})


def shuffle_rows(sheet: Sheet, rng: Random) -> Effect:
    rng.shuffle(sheet.rows)
    return Effect(same=True, counts={})


def put_a_row_first(sheet: Sheet, rng: Random) -> Effect:
    row = sheet.any_row(rng)
    sheet.rows.remove(row)
    sheet.rows.insert(0, row)
    return Effect(same=True, counts={})


def put_blank_rows_between(sheet: Sheet, rng: Random) -> Effect:
    for _ in range(3):
        blank = rng.choice([[], [""], [" ", "\t"], ["\u00a0"] * len(sheet.header), [""] * (len(sheet.header) + 5)])
        sheet.rows.insert(rng.randint(0, len(sheet.rows)), Row([*blank]))
    return Effect(same=True, counts={"read": 3, "blank": 3})


def repeat_the_header(sheet: Sheet, rng: Random) -> Effect:
    sheet.rows.insert(rng.randint(0, len(sheet.rows)), Row([], is_header=True))
    return Effect(same=True, counts={"read": 1, "header": 1})


def put_title_lines_above(sheet: Sheet, rng: Random) -> Effect:
    titles = [["Upcoming Events Report"], ["Generated: Feb 1, 2027", ""], ["Account", "Example e. V."], ["  —  "]]
    chosen = rng.sample(titles, rng.randint(1, 4))
    blank = rng.randint(0, 10)
    sheet.above += [Row(cells) for cells in chosen] + [Row([]) for _ in range(blank)]
    return Effect(same=True, counts={"read": len(chosen) + blank, "not_a_schedule": len(chosen), "blank": blank})


def put_a_remark_below(sheet: Sheet, rng: Random) -> Effect:
    remark = ["Total", *[""] * (len(sheet.header)), f"{len(sheet.rows)} rows"]
    sheet.rows.append(Row(remark))
    return Effect(counts={"read": 1, "problems": 1})


def cut_off_a_row(sheet: Sheet, rng: Random) -> Effect:
    row, width = sheet.any_row(rng), rng.randint(1, len(sheet.header) - 1)
    del row.cells[width:]
    # A row that has no cell for its start is not taken for a room, which has an empty one.
    start = sheet.column("start_date" if "start_date" in sheet.fields else "start")
    return touching(row, codes=("ragged-row",) if width <= start and not sheet.is_schedule else ())


def put_empty_cells_behind_a_row(sheet: Sheet, rng: Random) -> Effect:
    row = sheet.any_row(rng)
    row.cells += rng.choice([[""], [" ", ""], [""] * 2000])
    return Effect(same=True, counts={})


def put_a_cell_behind_a_row(sheet: Sheet, rng: Random) -> Effect:
    row = sheet.any_row(rng)
    row.cells += rng.choice([["x"], ["", HOSTILE[rng.choice([*HOSTILE])] + "x"], ["x"] * 2000])
    return touching(row, codes=("ragged-row",))


def put_a_cell_into_a_row(sheet: Sheet, rng: Random) -> Effect:
    """The text of a cell had the delimiter in it, and nobody quoted it."""
    row = sheet.any_row(rng)
    row.cells.insert(rng.randint(0, len(sheet.header) - 1), "x")
    return touching(row)


def take_a_cell_out_of_a_row(sheet: Sheet, rng: Random) -> Effect:
    row = sheet.any_row(rng)
    del row.cells[rng.randrange(len(row.cells))]
    return touching(row)


def join_two_rows(sheet: Sheet, rng: Random) -> Effect:
    first, second = sheet.some_rows(rng, 2)
    first.cells += second.cells
    sheet.rows.remove(second)
    return touching(first, second, codes=("ragged-row",), refusals=_order(sheet))


def break_a_row_in_two(sheet: Sheet, rng: Random) -> Effect:
    row = sheet.any_row(rng)
    at = rng.randint(1, len(row.cells) - 1)
    sheet.rows.insert(sheet.rows.index(row) + 1, Row(row.cells[at:], row.key))
    del row.cells[at:]
    return touching(row)


def put_the_file_behind_itself(sheet: Sheet, rng: Random) -> Effect:
    """Two exports of the same days were joined, the header of the second one included."""
    again = [row.again() for row in sheet.rows]
    sheet.rows += [Row([], is_header=True), *again]
    return Effect()


def _order(sheet: Sheet) -> tuple[str, ...]:
    return () if sheet.proofs else (DATE_ORDER,)


ROWS = (
    delete_rows,
    delete_all_rows_but_a_few,
    repeat_rows,
    repeat_a_row_with_another_cell,
    repeat_a_row_with_another_length,
    shuffle_rows,
    put_a_row_first,
    put_blank_rows_between,
    repeat_the_header,
    put_title_lines_above,
    put_a_remark_below,
    cut_off_a_row,
    put_empty_cells_behind_a_row,
    put_a_cell_behind_a_row,
    put_a_cell_into_a_row,
    take_a_cell_out_of_a_row,
    join_two_rows,
    break_a_row_in_two,
    put_the_file_behind_itself,
)
