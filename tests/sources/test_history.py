from __future__ import annotations

import pytest

from migrate.core.errors import InputError
from migrate.core.meeting import Person
from migrate.core.ports import Document, Reading, ReadOptions
from migrate.sources.history import History

OPTIONS = ReadOptions(timezone="Europe/Berlin", from_history=True)


def read(header: str, *rows: str, options: ReadOptions = OPTIONS) -> Reading:
    return History().read(Document("a.csv", "\n".join([header, *rows]).encode()), options)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Thema,Meeting-ID,Host,Startzeit,Gast,Name (ursprünglicher Name),E-Mail,Beitrittszeit", "Bo,bo@example.org"),
        ("Topic,Meeting ID,Host,Start time,Participants,Join time,User email,Duration (minutes)", "a,bo@example.org,5"),
    ],
)  # fmt: skip
def test_nobody_who_was_in_a_meeting_is_taken_for_its_host(header: str, cells: str):
    (meeting,) = read(header, f"Sync,80000000201,Anna,2027-03-01 09:00,2,{cells}").meetings
    assert (meeting.host, meeting.attendees, meeting.duration_minutes) == (Person("Anna"), (), 60)


def test_of_two_addresses_the_first_is_that_of_the_host():
    header = "Topic,Meeting ID,User Email,Start time,Participants,Name (Original Name),User Email,Join time"
    (meeting,) = read(header, "Sync,80000000201,anna@example.org,2027-03-01 09:00,2,Bo,bo@example.org,").meetings
    assert meeting.host == Person("", "anna@example.org")


@pytest.mark.parametrize("header", ["Topic,Meeting ID,Join time", "Name (original name),Total duration (minutes)"])
def test_people_without_the_start_of_their_meeting_are_nothing_to_guess_from(header: str):
    with pytest.raises(InputError, match="does not tell which meeting took place when"):
        read(header, "Sync,80000000201,2027-03-01 09:00")


def test_the_name_of_a_file_completes_the_number_of_one_meeting_and_not_of_two():
    header = "Topic,ID,Start time,Participants"
    people = "\nName (original name),Email\nBo,bo@example.org\n\n"
    blocks = [f"{header}\n{topic},8.00000E+10,2027-03-01 09:00,2\n{people}" for topic in ("One", "Two")]
    path = "participants_80000000201.csv"
    one, two = (
        History().read(Document(path, text.encode()), OPTIONS) for text in (blocks[0] + people, "".join(blocks))
    )
    assert [meeting.number for meeting in one.meetings] == ["80000000201"]
    assert [problem.code for problem in two.problems] == ["mangled-number"] * 2
