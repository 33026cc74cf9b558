"""The same export gives the same plan, however a program has written its rows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from migrate.core.ports import Document, ReadOptions
from migrate.services.reading import Reader
from migrate.shared.advice import advise
from migrate.sources.history import History
from migrate.sources.schedule_csv import ScheduleCsv
from migrate.sources.upcoming_events import UpcomingEvents
from migrate.sources.users import Users
from tests.desk import Desk

Rows = Sequence[Sequence[str]]

READER = Reader([History(), ScheduleCsv(), UpcomingEvents(), Users()], advise)
OPTIONS = ReadOptions(timezone="Europe/Berlin")
PATH = "export.csv"
MARK = "\ufeff"
# A second row, and wider, so that a spreadsheet pads every row to it.
TITLES = (("Report",), ("Report Generated:", *[""] * 20, "Feb 01, 2027 8:50 PM"), ())
STAFF = ("Staff; all of them", "800 0000 0201", "Jörg Weiß", "joerg@example.org")
EXPORTS: dict[str, Rows] = {
    "upcoming events": (
        *TITLES,
        ("Topic", "Meeting ID", "Host name", "Host email", "Start time", "Duration (minutes)"),
        (*STAFF, "03/01/2027 09:00:00 AM", "30"),
        (*STAFF, "03/08/2027 09:00:00 AM", "30"),
        (*STAFF, "03/22/2027 09:00:00 AM", "45"),
        ('The "big" one,\nin two lines', "80000000202", "Zoé", "zoe@example.org", "03/09/2027 12:00:00 PM", ""),
        ("Spoilt", "8,00000E+10", "Zoé", "zoe@example.org", "03/10/2027 12:00:00 AM", "30"),
        ("Skipped, 5 € each", "80000000203", "Zoé", "zoe@example.org", "03/28/2027 02:30:00 AM", "30"),
        ("Zoé's room", "800-000-0301", "Zoé", "zoe@example.org", "--", ""),
    ),
    "users": (
        *TITLES,
        ("Email", "First Name", "Last Name", "User Type", "PMI", "Job Title"),
        ("joerg@example.org", "Jörg", "Weiß", "Licensed", "800 000 0302", "Head; of\nstaff"),
        ("zoe@example.org", "Zoé", "von der Heide, PhD", "Basic", "8000000303", ""),
        ("pending@example.org", "", "", "Basic", "", ""),
        ("no address", "Jörg", "Weiß", "Basic", "8000000304", ""),
        ("weiss@example.org", "Jörg", "Weiß", "Basic", "8.0E+09", ""),
        ("joerg.weiss@example.org", "Jörg", "Weiß", "Basic", "8000000305", ""),
    ),
    "upcoming events in Japanese": (
        ("トピック", "ミーティング ID", "ホスト", "開始時間", "期間(分)"),
        ("定例会議", "800 0000 0204", "山田 花子", "2027/03/01 午前 9:00", "30"),
        ("定例会議", "800 0000 0204", "山田 花子", "2027/03/08 午前 9:00", "30"),
        ("全社会議", "800 0000 0205", "山田 花子", "2027年3月9日 午後 3:00", "60"),
    ),
}


def written(rows: Rows, delimiter: str = ",", newline: str = "\r\n", *, all_quoted: bool = False) -> str:
    """Return the text of the rows, cells in quotes where they have to be."""

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if all_quoted or re.search(r'[,;\t\r\n"]', text) else text

    return "".join(delimiter.join(map(cell, row)) + newline for row in rows)


def padded(rows: Rows, beyond: int = 0) -> Rows:
    width = max(map(len, rows)) + beyond
    return [[*row, *[""] * (width - len(row))] for row in rows]


def header(rows: Rows) -> int:
    """Return where the header is: below the blank row, or first."""
    return next((place + 1 for place, row in enumerate(rows) if not row), 0)


def with_repeated_header(rows: Rows, mark: str = "") -> Rows:
    named, *others = rows[header(rows)]
    return [*rows[:-2], [mark + named, *others], *rows[-2:]]


def with_rows_between(rows: Rows, between: Sequence[str]) -> Rows:
    first = header(rows)
    return [*rows[:first], *(each for row in rows[first:] for each in (row, between))]


def with_two_more_columns(rows: Rows) -> Rows:
    return [[*row, "", ""] for row in rows]


def everything(rows: Rows) -> str:
    mended = with_rows_between(with_repeated_header(rows, MARK), [""] * 9)
    return MARK + written(padded(mended, 3), "\t", "\n", all_quoted=True).replace("e", "e\0")


FORMS: dict[str, Callable[[Rows], bytes]] = {
    "UTF-8 with a mark": lambda rows: (MARK + written(rows)).encode(),
    "UTF-16 LE with a mark": lambda rows: (MARK + written(rows)).encode("utf-16-le"),
    "UTF-16 BE with a mark": lambda rows: (MARK + written(rows)).encode("utf-16-be"),
    "UTF-16 LE": lambda rows: written(rows).encode("utf-16-le"),
    "UTF-16 BE": lambda rows: written(rows).encode("utf-16-be"),
    "a code page, with semicolons": lambda rows: written(rows, ";").encode("cp1252"),
    "tabs": lambda rows: written(rows, "\t").encode(),
    "UTF-16 LE with tabs": lambda rows: (MARK + written(rows, "\t")).encode("utf-16-le"),
    "padded": lambda rows: written(padded(rows)).encode(),
    "padded, with semicolons": lambda rows: written(padded(rows), ";").encode(),
    "rows of bare delimiters": lambda rows: written(with_rows_between(rows, [""] * 6)).encode(),
    "blank lines": lambda rows: written(with_rows_between(rows, [])).encode(),
    "NULs": lambda rows: written(rows).replace("e", "e\0").replace("0", "\x000").encode(),
    "spaces after delimiters": lambda rows: written(rows, ",  ").encode(),
    "LF": lambda rows: written(rows, newline="\n").encode(),
    "CR": lambda rows: written(rows, newline="\r").encode(),
    "no last line end": lambda rows: written(rows).rstrip().encode(),
    "all in quotes": lambda rows: written(rows, all_quoted=True).encode(),
    "all in quotes, with semicolons": lambda rows: written(rows, ";", all_quoted=True).encode(),
    "more columns": lambda rows: written(with_two_more_columns(rows)).encode(),
    "the header twice": lambda rows: written(with_repeated_header(rows)).encode(),
    "the header twice, with a mark": lambda rows: (MARK + written(with_repeated_header(rows, MARK))).encode(),
    "everything at once": lambda rows: everything(rows).encode("utf-16-le"),
}


# The code page of Western Europe has no other letters.
CASES = [(export, form) for export in EXPORTS for form in FORMS if "Japanese" not in export or "code page" not in form]


@pytest.mark.parametrize(("export", "form"), CASES)
def test_the_same_rows_are_the_same_plan(export: str, form: str):
    rows = EXPORTS[export]
    assert plan(FORMS[form](rows)) == plan(written(rows).encode())


@pytest.mark.parametrize("export", EXPORTS)
def test_any_other_cell_is_another_plan(export: str):
    rows = EXPORTS[export]
    *first, last = rows
    changed = [last[0] + "x", *last[1:]]
    assert plan(written([*first, changed]).encode()) != plan(written(rows).encode())
    assert plan(written(first).encode()) != plan(written(rows).encode())


def plan(data: bytes) -> str:
    """Return the plan of an export without what tells how the file was written; its lines are counted anew."""
    (found,) = READER.read([Document(PATH, data)], OPTIONS)
    document: dict[str, Any] = Desk().plan(found.reading).document
    doubts = [problem for problem in document["problems"] if problem["code"] == "encoding-guessed"]
    document["problems"] = [problem for problem in document["problems"] if problem not in doubts]
    document["summary"]["problems"]["warning"] -= len(doubts)
    del document["checksum"]
    for file in document["inputs"]:
        for name in ("path", "sha256", "encoding", "delimiter"):
            del file[name]
        for name in ("read", "blank", "header"):
            del file["rows"][name]
    return renumbered(json.dumps(document, ensure_ascii=False, indent=1))


def renumbered(text: str) -> str:
    """Return the text with the lines of the file that it names as the first, the second and so on of them."""
    named = re.compile(rf'(?<={re.escape(PATH)}:)\d+|(?<=\bline )\d+|(?<="line": )\d+')
    order = {line: str(place) for place, line in enumerate(sorted({int(line) for line in named.findall(text)}))}
    return named.sub(lambda match: order[int(match[0])], text)
