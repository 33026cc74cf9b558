"""What people did in their calendars stays theirs, from one end of the tool to the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.caldav.sabre import sabre
from tests.caldav.server import Server
from tests.cli.program import ZONE, Result, run

HEADER = "Topic,Meeting ID,Host name,Host email,Start time,Duration (minutes)\n"
HOST = "Ana,ana@example.org"
WEEKLY = f"Weekly,800 0000 0201,{HOST},03/15/2027 09:00:00 AM,45\n"
KICK_OFF = f"Kick-off,800 0000 0202,{HOST},03/16/2027 09:00:00 AM,45\n"
LATER = WEEKLY.replace("09:00:00", "11:00:00")
THEIRS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VEVENT
UID:theirs
DTSTAMP:20270104T120000Z
DTSTART:20270315T080000Z
DTEND:20270315T084500Z
SUMMARY:Weekly
LOCATION:https://zoom.us/j/80000000201?pwd=abc
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()


@dataclass
class Desk:
    """A site, and a server on which its host has a calendar for meetings and another one."""

    site: Path
    server: Server
    export: Path

    @property
    def meetings(self) -> str:
        return self.server.collection("meetings")

    @property
    def other(self) -> str:
        return self.server.collection("other")

    def plan(self, *rows: str, options: tuple[str, ...] = ()) -> Result:
        self.export.write_text(HEADER + "".join(rows))
        return run("--site", self.site, "plan", self.export, *ZONE, *options)

    def apply(self) -> Result:
        return run("--site", self.site, "apply", self.site / "plan.json")

    def undo(self) -> Result:
        return run("--site", self.site, "undo", "last")

    def migrate(self, *rows: str) -> None:
        for done in (self.plan(*rows), self.apply()):
            assert done.code == 0, done.out + done.err

    def stored(self) -> dict[str, bytes]:
        return self.server.resources(self.meetings)

    def edit(self, what: str, now: str) -> str:
        """Change the event that tells of something as a person would, and return its path."""
        [(path, data)] = [(path, data) for path, data in self.stored().items() if what.encode() in data]
        assert self.server.request("PUT", path, data.replace(what.encode(), now.encode())).status == 204
        return path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with sabre() as server:
        server.make("other")
        site = tmp_path / "site"
        assert run("--site", site, "init", "--server", "meet.example.org").code == 0
        settings = (site / "migrate.toml").read_text().replace('calendar = "ics"', 'calendar = "caldav"')
        table = f'[calendars.caldav]\nurl = "{server.collections[0]}"\nuser = "{server.user}"\n'
        (site / "migrate.toml").write_text(f"{settings}\n{table}")
        (site / "credentials.csv").write_text(f"account,password\n{server.user},{server.password}\n", "utf-8")
        (site / "credentials.csv").chmod(0o600)
        yield Desk(site, server, tmp_path / "upcoming.csv")


def test_an_edit_and_a_change_of_the_export_are_a_conflict_told_with_both_sides(desk: Desk) -> None:
    desk.migrate(WEEKLY, KICK_OFF)
    path = desk.edit("SUMMARY:Weekly", "SUMMARY:Weekly with cake")
    edited = desk.stored()
    told = desk.plan(LATER, KICK_OFF)
    assert "Weekly with cake" in told.out
    assert "11:00" in told.out
    assert desk.apply().code == 6
    assert desk.stored() == edited
    assert desk.plan(LATER, KICK_OFF, options=("--take", "zoom")).code == 0
    assert desk.apply().code == 0
    assert b"SUMMARY:Weekly\r\n" in desk.stored()[path]
    assert b"T110000" in desk.stored()[path]


def test_an_edit_alone_is_left_alone(desk: Desk) -> None:
    desk.migrate(WEEKLY, KICK_OFF)
    desk.edit("SUMMARY:Weekly", "SUMMARY:Weekly with cake")
    edited = desk.stored()
    desk.migrate(WEEKLY, KICK_OFF)
    assert desk.stored() == edited


def test_undo_gives_back_the_bytes_that_were_there(desk: Desk) -> None:
    desk.migrate(WEEKLY, KICK_OFF)
    desk.edit("SUMMARY:Kick-off", "X-COLOUR:blue\r\nSUMMARY:Kick-off")
    before = desk.stored()
    desk.migrate(LATER, KICK_OFF, WEEKLY.replace("0201", "0203"))
    assert desk.stored().keys() > before.keys()
    assert desk.undo().code == 0
    assert desk.stored() == before


def test_undo_keeps_what_people_changed_since_and_says_so(desk: Desk) -> None:
    desk.migrate(WEEKLY, KICK_OFF)
    path = desk.edit("SUMMARY:Weekly", "SUMMARY:Weekly with cake")
    kept = desk.stored()[path]
    undone = desk.undo()
    assert undone.code == 6
    assert "people changed the event since; it stays as it is" in undone.out
    assert desk.stored() == {path: kept}


@pytest.mark.parametrize("collection", ["meetings", "other"])
def test_an_event_of_somebody_that_has_the_link_is_taken_as_it_is(desk: Desk, collection: str) -> None:
    url = f"{desk.server.collection(collection)}theirs.ics"
    assert desk.server.request("PUT", url, THEIRS).status == 201
    told = desk.plan(WEEKLY, KICK_OFF)
    assert "already-in-calendar" in run("--site", desk.site, "plan", desk.export, *ZONE, "--json").out
    assert "No second event is made" in told.out + told.err
    assert desk.apply().code == 0
    assert [b"SUMMARY:Kick-off" in data for path, data in desk.stored().items() if "theirs" not in path] == [True]
    desk.migrate(LATER, KICK_OFF)
    assert desk.undo().code == 0
    assert desk.server.request("GET", url).body == THEIRS
    asked = [one.method for one in desk.server.exchanges() if one.path.endswith("theirs.ics")]
    assert set(asked) == {"PUT", "GET"} and asked.count("PUT") == 1
