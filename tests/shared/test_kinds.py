from __future__ import annotations

import pytest

from migrate.core.ports import Document, ReadOptions
from migrate.shared.kinds import kind_of, meetings_in
from migrate.shared.tables import sheet_of

OPTIONS = ReadOptions()
MEETING = "Topic,ID,Host,Duration (minutes),Start time,End time,Participants\nSync,80000000201,Anna,30,a,b,2\n"
PEOPLE = "Name (original name),Email,Join time,Leave time\nAnna,anna@example.org,a,b\n"


def of(*lines: str) -> Document:
    return Document("a.csv", "\n".join(lines).encode())


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Topic,Type,ID,Start time,Participants,Unique viewers", "history"),
        ("Topic,ID,Start time,Participants,Source", "history"),
        ("Topic,Type,ID,Start time,Participants,Total participant minutes,Name (original name),Join time", "history"),
        ("Topic,Meeting ID,Start time,Participants,Name (original name),Join time", "active-hosts-details"),
        ("Topic,Webinar ID,Actual start time,Unique viewers", "webinar-report"),
        ("Topic,Webinar ID,Scheduled Time,Duration (minutes),# Registrants", "registration"),
        ("Generated At,Topic,Meeting ID,Start Time", "polls"),
        ("Email,First Name,Last Name,Manager,Job Title", "users"),
        ("Email,First Name,LicenseType,UserStatus", "users"),
        ("User Name,User Email,Join Time,Leave Time,Duration(Minutes)", "dashboard"),
        ("email,first_name,last_name", None),
        ("Date,New Users,Meetings,Participants,Meeting Minutes", None),
    ],
)
def test_a_kind_is_known_by_its_columns(header: str, name: str | None):
    kind = kind_of(of(header, "x,y,z"), OPTIONS)
    assert (kind and kind.name) == name


def test_a_meeting_and_its_people_are_known_though_nobody_knows_what_the_people_are_called_there():
    kind = kind_of(of(MEETING, PEOPLE.replace("Name (original name)", "名前")), OPTIONS)
    assert kind is not None
    assert kind.name == "active-hosts"


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ((MEETING, PEOPLE), 1),
        ((PEOPLE,), 0),
        (("Topic,Meeting ID,Join time", "Sync,80000000201,a"), 0),
        (("Topic,Meeting ID,Start time", "Sync,80000000201,a"), 0),
    ],
    ids=["with the meeting", "people alone", "no start", "no history"],
)
def test_past_meetings_are_where_a_start_and_a_name_are(lines: tuple[str, ...], count: int):
    document = of(*lines)
    kind = kind_of(document, OPTIONS)
    assert kind is not None
    assert len(meetings_in(sheet_of(document, OPTIONS), kind, {})) == count
