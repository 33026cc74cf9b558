"""Mutations of the whole file: encodings, newlines, delimiters, quotes, and what is no table at all."""

from __future__ import annotations

import csv
from random import Random

from tests.bad_input.effect import DATE_ORDER, HOST, SAME, TOPIC, Effect, family, refused, touching
from tests.bad_input.sheet import WRAPPINGS, Sheet, UnsuitedError

_MARKED = [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]


def save_with_a_byte_order_mark(sheet: Sheet, rng: Random) -> Effect:
    sheet.form.mark, sheet.form.encoding = rng.choice(_MARKED)
    return SAME


def save_without_a_byte_order_mark(sheet: Sheet, rng: Random) -> Effect:
    sheet.form.mark, sheet.form.encoding = b"", rng.choice(["utf-8", "utf-16-le", "utf-16-be"])
    return SAME


def save_in_the_code_page_of_the_machine(sheet: Sheet, rng: Random) -> Effect:
    sheet.form.mark, sheet.form.encoding = b"", "cp1252"
    return SAME


def read_as_the_wrong_encoding_and_save(sheet: Sheet, rng: Random) -> Effect:
    """JÃ¶rg: such a name cannot be mended, but what has a number stays what it is."""
    strange = [row for row in sheet.rows if not "".join(row.cells).isascii()]
    try:
        for row in strange:
            row.cells = [cell.encode("utf-8").decode("latin-1") for cell in row.cells]
    except UnicodeEncodeError as error:
        raise UnsuitedError("bytes that are no text") from error
    lost = [row for row in strange if row.key.startswith("topic:") or "#" in row.key]
    lost += [row for row in strange if not sheet.cell(row, "number").isascii()]
    return Effect(frozenset(family(row.key) for row in lost if row.key), forgets=frozenset({HOST, TOPIC}))


def change_newlines(sheet: Sheet, rng: Random) -> Effect:
    sheet.form.newlines = rng.choice([("\n",), ("\r\n",), ("\r",), ("\n", "\r\n"), ("\r", "\r\n")])
    return SAME


def leave_out_the_last_newline(sheet: Sheet, rng: Random) -> Effect:
    if sheet.form.tail:
        raise UnsuitedError("there is something behind it")
    sheet.form.ends_with_newline = False
    return SAME


def put_newlines_at_the_end(sheet: Sheet, rng: Random) -> Effect:
    number = rng.randint(1, 50)
    sheet.form.ends_with_newline = True
    sheet.form.tail += "\r\n" * number
    return Effect(same=True, counts={"read": number, "blank": number})


def change_the_delimiter(sheet: Sheet, rng: Random) -> Effect:
    sheet.form.delimiter = rng.choice(",;\t")
    sheet.form.separator = sheet.form.separator and sheet.form.delimiter
    return SAME


def name_the_delimiter(sheet: Sheet, rng: Random) -> Effect:
    sheet.form.delimiter = sheet.form.separator = rng.choice(",;\t|")
    return Effect(same=True, counts={"read": 1, "not_a_schedule": 1})


def use_a_delimiter_that_nobody_names(sheet: Sheet, rng: Random) -> Effect:
    sheet.form.delimiter, sheet.form.separator = rng.choice("|:^"), ""
    return refused()


def name_the_wrong_delimiter(sheet: Sheet, rng: Random) -> Effect:
    sheet.form.separator = rng.choice([mark for mark in ",;\t|" if mark != sheet.form.delimiter])
    return refused()


def quote_every_cell(sheet: Sheet, rng: Random) -> Effect:
    sheet.form.quoting = csv.QUOTE_ALL
    return SAME


def scatter_zero_bytes(sheet: Sheet, rng: Random) -> Effect:
    sheet.form.nuls += tuple(rng.random() for _ in range(rng.randint(1, 20)))
    return SAME


def fill_the_end_with_zero_bytes(sheet: Sheet, rng: Random) -> Effect:
    """So files look after a power cut."""
    sheet.form.tail += "\0" * rng.choice([1, 511, 8192])
    return SAME


def end_as_old_programs_did(sheet: Sheet, rng: Random) -> Effect:
    sheet.form.ends_with_newline = True
    sheet.form.tail += "\x1a"
    return Effect()


def cut_the_file_off(sheet: Sheet, rng: Random) -> Effect:
    """What is behind the cut is gone, and the row in which it is may end within a quoted cell."""
    sheet.form.tail = ""
    at = rng.randrange(len(sheet.rows)) if sheet.rows else 0
    gone, sheet.rows = sheet.rows[at:], sheet.rows[: at + 1]
    sheet.form.cut = rng.random()
    return touching(*gone, refusals=("a quote that is never closed", DATE_ORDER, *["column"] * (at == 0)))


def save_as_something_else(sheet: Sheet, rng: Random) -> Effect:
    sheet.form.wrapping = rng.choice([*WRAPPINGS])
    return refused()


FILES = (
    save_with_a_byte_order_mark,
    save_without_a_byte_order_mark,
    save_in_the_code_page_of_the_machine,
    read_as_the_wrong_encoding_and_save,
    change_newlines,
    leave_out_the_last_newline,
    put_newlines_at_the_end,
    change_the_delimiter,
    name_the_delimiter,
    use_a_delimiter_that_nobody_names,
    name_the_wrong_delimiter,
    quote_every_cell,
    scatter_zero_bytes,
    fill_the_end_with_zero_bytes,
    end_as_old_programs_did,
    cut_the_file_off,
    save_as_something_else,
)
