"""Mutations of files of several tables: their titles, the blank lines between them, their order and number."""

from __future__ import annotations

from random import Random

from tests.bad_input.effect import HOST, MINUTES, SAME, Effect, touching
from tests.bad_input.sheet import Row, Sheet, UnsuitedError

Block = list[Row]


def blocks_of(sheet: Sheet) -> list[Block]:
    """Return the rows of each meeting's block, of people's tables included, without the headers above them."""
    if not sheet.has_blocks or sheet.kind != "past":
        raise UnsuitedError("there is one table only")
    found: list[Block] = [[]]
    for row in sheet.rows:
        if row.is_header:
            found.append([])
        else:
            found[-1].append(row)
    return found


def put_blocks_in_another_order(sheet: Sheet, rng: Random) -> Effect:
    blocks = blocks_of(sheet)
    rng.shuffle(blocks)
    _join(sheet, blocks)
    return SAME


def repeat_a_block(sheet: Sheet, rng: Random) -> Effect:
    blocks = blocks_of(sheet)
    blocks.insert(rng.randint(0, len(blocks)), [row.again() for row in rng.choice(blocks)])
    _join(sheet, blocks)
    return Effect()


def leave_out_a_block(sheet: Sheet, rng: Random) -> Effect:
    blocks = blocks_of(sheet)
    gone = blocks.pop(rng.randrange(len(blocks)))
    _join(sheet, blocks)
    return touching(*gone)


def leave_out_the_people(sheet: Sheet, rng: Random) -> Effect:
    """One table of people is left out, or all of them are."""
    blocks = blocks_of(sheet)
    for block in rng.choice([blocks, blocks[:1], blocks[-1:]]):
        del block[next(place for place, row in enumerate(block) if row.key) + 1 :]
    _join(sheet, blocks)
    return SAME


def put_people_above_their_meeting(sheet: Sheet, rng: Random) -> Effect:
    """The people of the first meeting come before the header of all, below their own."""
    blocks = blocks_of(sheet)
    told, *people = (row for row in blocks[0] if any(row.cells))
    blocks[0] = [told, Row([])]
    _join(sheet, blocks)
    sheet.above += [*people, Row([])]
    return SAME


def put_a_title_above_each_block(sheet: Sheet, rng: Random) -> Effect:
    blocks = blocks_of(sheet)
    for number, block in enumerate(blocks[:-1]):
        block += [Row([]), Row(rng.choice([[f"Meeting {number}"], ["Report generated:", "12/24/2026 08:00:00 AM"]]))]
    _join(sheet, blocks)
    more = len(blocks) - 1
    return Effect(same=True, counts={"read": 2 * more, "blank": more, "not_a_schedule": more})


def change_the_blank_rows_between(sheet: Sheet, rng: Random) -> Effect:
    width = len(sheet.header)
    blocks = blocks_of(sheet)
    for place, block in enumerate(blocks):
        kept = [row for row in block if any(row.cells)]
        blank = [Row(rng.choice([[], [""], [""] * width, [" "] * 3])) for _ in range(rng.randint(1, 3))]
        blocks[place] = [kept[0], *blank, *kept[1:], *(row.again() for row in blank)]
    _join(sheet, blocks)
    return SAME


def pad_all_rows(sheet: Sheet, rng: Random) -> Effect:
    """A spreadsheet writes every row as wide as the widest, and blank ones as bare delimiters."""
    width = max(len(row.cells) for row in (*sheet.rows, Row(sheet.header))) + rng.randint(0, 3)
    sheet.header += [""] * (width - len(sheet.header))
    sheet.fields += [""] * (width - len(sheet.fields))
    for row in (*sheet.rows, *sheet.above):
        row.cells += [""] * (width - len(row.cells))
    return SAME


def forget_who_the_host_was(sheet: Sheet, rng: Random) -> Effect:
    """The column of the host goes, and that of somebody in the meeting may have the same name."""
    return _without(sheet, rng.choice(["host_email", "host_name"]), HOST)


def forget_how_long_it_was(sheet: Sheet, rng: Random) -> Effect:
    _without(sheet, "duration", MINUTES)
    return Effect(forgets=frozenset({MINUTES}))


def forget_a_column_of_the_people(sheet: Sheet, rng: Random) -> Effect:
    return _without(sheet, rng.choice(["person", "join", "leave", "guest"]))


def _without(sheet: Sheet, field: str, *forgets: str) -> Effect:
    if sheet.has_blocks or sheet.kind != "past":
        raise UnsuitedError("its tables have different columns")
    sheet.pad()
    place = sheet.column(field)
    for row in (*sheet.rows, *sheet.above):
        del row.cells[place]
    del sheet.header[place], sheet.fields[place]
    return Effect(forgets=frozenset(forgets))


def _join(sheet: Sheet, blocks: list[Block]) -> None:
    first, *others = blocks
    sheet.rows = [*first]
    for block in others:
        sheet.rows += [Row([], is_header=True), *block]


BLOCKS = (
    put_blocks_in_another_order,
    repeat_a_block,
    leave_out_a_block,
    leave_out_the_people,
    put_people_above_their_meeting,
    put_a_title_above_each_block,
    change_the_blank_rows_between,
    pad_all_rows,
    forget_who_the_host_was,
    forget_how_long_it_was,
    forget_a_column_of_the_people,
)
