from __future__ import annotations

import pytest

from migrate.core.ports import Document, Reading, ReadOptions
from migrate.sources.users import Users

HEADER = "Email,First Name,Last Name,User Type,PMI,Job Title"


def read(*rows: str, header: str = HEADER) -> Reading:
    return Users().read(Document("users.csv", "\n".join([header, *rows]).encode()), ReadOptions())


@pytest.mark.parametrize("pmi", ["", "-", "--"])
def test_a_user_who_has_no_room_yet_is_a_person(pmi: str):
    reading = read(f"anna@example.org,Anna,Meier,Basic,{pmi},")
    assert ([str(person) for person in reading.people], reading.meetings, reading.problems) == (
        ["Anna Meier <anna@example.org>"],
        [],
        [],
    )


def test_a_row_that_is_cut_off_before_the_room_is_an_error():
    reading = read("anna@example.org,Anna,Meier,Basic", "bo@example.org,Bo,Lind,Basic,800 000 0301")
    assert [(problem.code, problem.line) for problem in reading.problems] == [("ragged-row", 2)]
    assert [meeting.number for meeting in reading.meetings] == ["8000000301"]
    assert (reading.rows.read, reading.rows.problems) == (3, 1)


def test_a_list_to_import_users_from_has_no_rooms_and_lacks_none():
    header = "Email,First Name,Last Name,Department,Manager,User Group,Job Title,Location"
    reading = read("anna@example.org,Anna,Meier", header=header)
    assert (len(reading.people), reading.meetings, reading.problems) == (1, [], [])
