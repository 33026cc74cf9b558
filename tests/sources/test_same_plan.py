"""The same export gives the same plan, however a program has written its rows."""

from __future__ import annotations

import json
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
from tests.forms import FORMS, JOINED, Rows, renumbered, written

READER = Reader([History(), ScheduleCsv(), UpcomingEvents(), Users()], advise)
OPTIONS = ReadOptions(timezone="Europe/Berlin", from_history=True)
PATH = "export.csv"
# A second row, and wider, so that a spreadsheet pads every row to it.
TITLES = (("Report",), ("Report Generated:", *[""] * 20, "Feb 01, 2027 8:50 PM"), ())
STAFF = ("Staff; all of them", "800 0000 0201", "Jörg Weiß", "joerg@example.org")
PEOPLE = ("Name (Original Name)", "User Email", "Join Time", "Duration (Minutes)")
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
    "past meetings with who was in them": (
        *TITLES,
        ("Topic", "Meeting ID", "User Name", "User Email", "Start Time", "Duration (Minutes)", "Participants", *PEOPLE),
        (*STAFF, "01/04/2027 09:01:12 AM", "31", "2", "Zoé", "zoe@example.org", "01/04/2027 09:02:00 AM", "30"),
        (*STAFF, "01/04/2027 09:01:12 AM", "31", "2", "Jörg", "joerg@example.org", "01/04/2027 09:01:12 AM", "31"),
        (*STAFF, "01/11/2027 08:59:00 AM", "31", "1", "Zoé; von der Heide", "", "01/11/2027 08:59:00 AM", "33"),
        (*STAFF, "01/18/2027 09:00:00 AM", "31", "1", "Zoé", "zoe@example.org", "01/18/2027 09:00:00 AM", "30"),
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


ALL = FORMS | JOINED
# The code page of Western Europe has no other letters.
CASES = [(export, form) for export in EXPORTS for form in ALL if "Japanese" not in export or "code page" not in form]


@pytest.mark.parametrize(("export", "form"), CASES)
def test_the_same_rows_are_the_same_plan(export: str, form: str):
    rows = EXPORTS[export]
    assert plan(ALL[form](rows)) == plan(written(rows).encode())


@pytest.mark.parametrize("export", EXPORTS)
def test_other_rows_are_another_plan(export: str):
    *first, gone, last = EXPORTS[export]
    text = written(EXPORTS[export])
    others = (text.replace(last[0], f"{last[0]}x"), written([*first, last]), written([*first, gone, gone, last]))
    assert plan(text.encode()) not in {plan(other.encode()) for other in others}


def test_past_meetings_are_guessed_from_and_nobody_who_was_in_them_is_invited():
    document = json.loads(plan(written(EXPORTS["past meetings with who was in them"]).encode()))
    (change,) = document["changes"]
    assert change["guess"]
    assert change["meeting"]["host"] == {"name": "Jörg Weiß", "email": "joerg@example.org", "account": ""}
    assert change["meeting"]["attendees"] == []


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
    return renumbered(json.dumps(document, ensure_ascii=False, indent=1), PATH)
