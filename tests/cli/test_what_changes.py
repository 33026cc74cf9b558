"""What an update changes is in the plan, in short lines."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from migrate.cli.what_changes import what_changes
from migrate.core.features import Loss
from migrate.core.meeting import Kind, Meeting, Occurrence, Override, Person
from migrate.core.plan import Action, Change, Difference
from migrate.core.rooms import Room
from tests.builders import ANNA, BEN, at, row, series
from tests.cli.conftest import HEADER
from tests.cli.program import ZONE, run

CLUB = series("2027-03-01 09:00", 5, duration_minutes=60)
WEEKLY = "FREQ=WEEKLY;BYDAY=MO"
TALK = row("2027-03-30 14:15", "Talk")
MONDAYS = [at(f"2027-{day} 09:00") for day in ("03-01", "03-08", "03-15", "03-22", "03-29")]


def told(before: Meeting, everything: bool = False, **fields: Any) -> list[str]:
    change = Change(Action.UPDATE, "number:1", replace(before, **fields), before=before)
    return what_changes(change, everything=everything)


def weekly(count: int, start: str, number: str = "800 0000 0201") -> str:
    first = at(start)
    moments = (first + timedelta(days=7 * turn) for turn in range(count))
    return "".join(f"Team,{number},Anna,anna@example.org,{each:%m/%d/%Y %I:%M:%S %p},60\n" for each in moments)


def test_an_update_says_what_it_changes(site: Path, export: Path) -> None:
    export.write_text(HEADER + weekly(5, "2027-03-03 20:00"))
    run("--site", site, "plan", export, *ZONE)
    run("--site", site, "apply", site / "plan.json")
    text = HEADER + weekly(4, "2027-03-03 20:00").replace(",60", ",45").replace("Anna,anna", "Bo,bo")
    export.write_text(text + "Talk,800 0000 0202,Bo,bo@example.org,03/31/2027 09:00:00 AM,30\n")
    result = run("--site", site, "plan", export, *ZONE)
    lines = [line.strip() for line in result.out.partition("Changes\n")[2].splitlines()]
    for line in ("60 → 45 min", "host: Anna → Bo", "5 times → 4 times", "gone: Wed 31 Mar 2027 20:00"):
        assert line in lines
    assert run("--site", site, "--json", "plan", export, *ZONE).json["data"]["changes"][0]["before"]


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({"topic": "New\nname"}, ["topic: Talk → New name"]),
        ({"start": at("2027-03-30 16:15")}, ["14:15 → 16:15"]),
        ({"start": at("2027-04-01 16:15")}, ["Tue 30 Mar 2027 14:15 → Thu 1 Apr 2027 16:15"]),
        ({"duration_minutes": 45}, ["30 → 45 min"]),
        ({"duration_minutes": None}, ["30 → no min"]),
        ({"host": BEN}, ["host: Anna Meier → Ben Okafor"]),
        ({"host": replace(ANNA, email="a@example.org")},
         ["host: Anna Meier <anna@example.org> → Anna Meier <a@example.org>"]),
        ({"host": Person()}, ["host: Anna Meier <anna@example.org> → none"]),
        ({"host": replace(ANNA, account="anna")}, ["account: none → anna"]),
        ({"number": None}, ["meeting number: 80000000201 → none"]),
        ({"agenda": "Long " * 99}, ["agenda: none → Long Long Long Long Long Long Long Long Long Long Long Long…"]),
        ({"kind": Kind.WEBINAR}, ["single → webinar"]),
        ({"kind": Kind.ROOM, "start": None, "duration_minutes": None}, ["30 min → none", "single → room",
         "gone: Tue 30 Mar 2027 14:15"]),
        ({"alternative_hosts": (BEN,)}, ["alternative hosts: +Ben Okafor <ben@example.org>"]),
        ({"attendees": tuple(Person(f"P{number}") for number in range(15))}, ["invited: +P0, +P1, +P2 and 12 more"]),
        ({"singles": (Occurrence(at("2027-03-31 14:15")),), "kind": Kind.SERIES}, ["new: Wed 31 Mar 2027 14:15"]),
    ],
)  # fmt: skip
def test_a_field_that_differs_is_told_old_and_new(fields: dict[str, Any], lines: list[str]) -> None:
    assert told(TALK, **fields) == lines


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({"rrule": "FREQ=WEEKLY;BYDAY=MO;INTERVAL=2;COUNT=3"},
         ["every week on Mon, 5 times → every 2 weeks on Mon, 3 times", "gone: Mon 8 Mar 2027 09:00, Mon 22 Mar"]),
        ({"rrule": f"{WEEKLY};COUNT=7"}, ["5 times → 7 times", "new: Mon 5 Apr 2027 09:00, Mon 12 Apr"]),
        ({"rrule": f"{WEEKLY};COUNT=20"},
         ["5 times → 20 times", "new: Mon 5 Apr 2027 09:00, Mon 12 Apr, Mon 19 Apr and 12 more"]),
        ({"rrule": WEEKLY}, ["5 times → no end", "new: Mon 5 Apr 2027 09:00, Mon 12 Apr, Mon 19 Apr and more"]),
        ({"start": at("2027-03-01 10:00")}, ["09:00 → 10:00"]),
        ({"exdates": (MONDAYS[1], MONDAYS[2])}, ["gone: Mon 8 Mar 2027 09:00, Mon 15 Mar"]),
        ({"overrides": (Override(MONDAYS[1], MONDAYS[1] + timedelta(hours=1)),)}, ["09:00 → 10:00: Mon 8 Mar 2027"]),
        ({"overrides": (Override(MONDAYS[1], MONDAYS[1] + timedelta(days=1)),)},
         ["Mon 8 Mar 2027 09:00 → Tue 9 Mar 2027 09:00"]),
        ({"overrides": tuple(Override(each, each, 30, "Short") for each in MONDAYS[1:])},
         ["topic: Standup → Short: Mon 8 Mar 2027, Mon 15 Mar, Mon 22 Mar and 1 more",
          "60 → 30 min: Mon 8 Mar 2027, Mon 15 Mar, Mon 22 Mar and 1 more"]),
        ({"timezone": "America/New_York", "start": at("2027-03-01 09:00", "America/New_York")},
         ["zone: Europe/Berlin → America/New_York"]),
        ({"rrule": f"{WEEKLY};UNTIL=20270329T070000Z"}, ["5 times → until 20270329"]),
        ({"rrule": f"{WEEKLY};WKST=SU;COUNT=5"}, [f"{WEEKLY};COUNT=5 → {WEEKLY};WKST=SU;COUNT=5"]),
        ({"rrule": None}, ["every week on Mon, 5 times → one date",
                           "gone: Mon 8 Mar 2027 09:00, Mon 15 Mar, Mon 22 Mar and 1 more"]),
    ],
)  # fmt: skip
def test_the_dates_of_a_series_are_told_few_and_whole(fields: dict[str, Any], lines: list[str]) -> None:
    assert told(CLUB, **fields) == lines


def test_nothing_is_left_out_when_everything_is_asked_for() -> None:
    (_, new) = told(CLUB, everything=True, rrule=f"{WEEKLY};COUNT=20")
    assert new.count(",") == 14
    many = {
        "topic": "T",
        "host": BEN,
        "duration_minutes": 5,
        "number": None,
        "uuid": "u",
        "agenda": "a",
        "old_link": "l",
    }
    assert told(CLUB, **many)[-1] == "and 2 more: -v lists all"
    assert len(told(CLUB, everything=True, **many)) == 7


def test_what_the_target_does_not_keep_is_no_change() -> None:
    loss = Loss("passcode", "no passcodes")
    room = Room("room", "https://meet.example.org/room")
    change = Change(Action.UPDATE, "k", replace(TALK, features=("passcode",)), room, before=TALK, losses=(loss,))
    assert what_changes(change) == ["link: https://meet.example.org/room"]


def test_a_series_that_is_told_in_another_way_says_so() -> None:
    one_by_one = {"rrule": None, "singles": tuple(Occurrence(start) for start in MONDAYS[1:])}
    assert told(CLUB, **one_by_one) == ["every week on Mon, 5 times → 5 dates"]
    ruled = {"exdates": (MONDAYS[4],), "singles": (Occurrence(MONDAYS[4]),)}
    assert told(CLUB, **ruled) == ["told in another way; the dates stay the same"]


def test_what_is_not_known_yet_or_goes_has_no_lines() -> None:
    assert what_changes(Change(Action.CREATE, "k", TALK)) == []
    assert what_changes(Change(Action.DELETE, "k", TALK, before=TALK)) == []


def test_of_a_conflict_both_sides_are_told() -> None:
    differs = (
        Difference("SUMMARY", "Talk", "Coffee"),
        Difference("DTSTART", "20270330T141500 Europe/Berlin", "20270330T161500 Europe/Berlin"),
        Difference("COMMENT", "", "mine", "20270330T141500 Europe/Berlin"),
    )
    assert what_changes(Change(Action.CONFLICT, "k", TALK, before=TALK, differs=differs)) == [
        "topic: Talk in the export, Coffee in the calendar",
        "start: 2027-03-30 14:15 Europe/Berlin in the export, 2027-03-30 16:15 Europe/Berlin in the calendar",
        "COMMENT on 2027-03-30 14:15 Europe/Berlin: none in the export, mine in the calendar",
    ]


@pytest.mark.parametrize(("encoding", "arrow"), [("utf-8", "→"), ("ascii", "->")])
def test_the_lines_are_readable_in_60_columns_and_in_ascii(site: Path, export: Path, encoding: str, arrow: str) -> None:
    long = HEADER + weekly(5, "2027-03-01 09:00").replace("Team,", f"{'Weekly planning ' * 5},")
    export.write_text(long)
    run("--site", site, "plan", export, *ZONE)
    run("--site", site, "apply", site / "plan.json")
    export.write_text(long.replace(",60", ",45", 4).replace("Anna", "Bo"))
    words = [sys.executable, "-m", "migrate.cli", "--site", str(site), "plan", str(export), *ZONE]
    environment = os.environ | {"COLUMNS": "60", "PYTHONIOENCODING": encoding}
    done = subprocess.run(words, capture_output=True, env=environment, check=True)
    *lines, _ = done.stdout.decode(encoding).splitlines()
    assert max(map(len, lines)) <= 60
    assert any(line.startswith(f"       60 {arrow} 45 min: Mon 1 Mar 2027, Mon 8 Mar, Mon 15 Mar") for line in lines)
    assert f"       host: Anna {arrow} Bo" in lines
