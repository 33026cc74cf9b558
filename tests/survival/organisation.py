"""A made-up organisation: what it exported first, and an export that asks for thirty changes of every kind."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

NAME = "upcoming_events_20270301_20270331.csv"  # the name tells the dates that the export covers
HEADER = ("Topic", "Meeting ID", "Host name", "Host email", "Start time", "Duration (minutes)", "Type")
HOSTS = ("ada", "ben", "cleo", "dan", "eve", "fay", "ivy")
FIRST = datetime(2027, 3, 1, 9)
ROOM = 2393510044  # ten digits: a personal meeting room, which has no date

SUMMARY = {"create": 9, "update": 12, "keep": 15, "delete": 6, "adopt": 3, "conflict": 0}
ADOPTED = "hosts/fay@example.org.ics"
PEOPLES = "hosts/ada@example.org.ics"
PEOPLES_EVENT = (
    b"BEGIN:VEVENT\r\nUID:with-the-dentist\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:20270310T100000Z\r\nEND:VEVENT\r\n"
)


@dataclass(frozen=True)
class Told:
    """What an export tells of one meeting: a row for each of its days after `FIRST`."""

    topic: str
    host: str
    days: tuple[int, ...]
    hour: int = 0
    minutes: int = 45

    def rows(self, number: int) -> Iterator[tuple[str, ...]]:
        who = (f"{self.host.title()} Example", f"{self.host}@example.org")
        for day in self.days:
            start = FIRST + timedelta(days=day, hours=self.hour)
            yield (self.topic, str(number), *who, f"{start:%m/%d/%Y %I:%M:%S %p}", str(self.minutes), "Meeting")
        if not self.days:
            yield (self.topic, str(number), *who, "", "", "Meeting")


def before() -> dict[int, Told]:
    """Five meetings of each host: two series, one on irregular days, two single ones."""
    days = ((0, 7, 14, 21), (2,), (1, 4, 12), (3,), (4, 11, 18))
    return {
        80000000100 + 10 * place + index: Told(f"{host.title()}'s meeting {index}", host, days[index], index)
        for place, host in enumerate(HOSTS)
        for index in range(5)
    }


def after() -> dict[int, Told]:
    """The same a month later: ivy has left, hal and jo are new, and much was moved."""
    told = before()
    ada, ben, cleo, dan, eve, fay, ivy = (range(first, first + 5) for first in range(80000000100, 80000000170, 10))
    changes: dict[int, dict[str, object]] = {
        ada[0]: {"hour": 5},
        ada[2]: {"days": (1, 4)},  # of the events of one key only one goes
        ada[3]: {"host": "ben"},
        ben[0]: {"topic": "Ben's meeting, renamed"},
        ben[1]: {"host": "cleo"},
        cleo[1]: {"host": "ben", "days": (9,)},
        dan[4]: {"host": "jo"},
        eve[2]: {"minutes": 90},
        eve[3]: {"days": (3, 10, 17)},
        ivy[0]: {"host": "ada"},
        ivy[1]: {"host": "dan"},
        ivy[4]: {"host": "eve"},
        fay[0]: {"minutes": 15},
        fay[1]: {"hour": 6},
    }
    told |= {number: replace(told[number], **change) for number, change in changes.items()}  # type: ignore[arg-type]
    for number in (ivy[2], ivy[3], ada[1], ben[3], cleo[3], dan[1]):
        del told[number]
    new = ("ada", "cleo", "eve", "eve", "fay", "hal", "hal", "hal", "jo")
    told |= {80000000900 + index: Told(f"New meeting {index}", host, (5 + index,)) for index, host in enumerate(new)}
    return told | {ROOM: Told("Hal's room", "hal", ())}


def write(directory: Path, meetings: Mapping[int, Told]) -> Path:
    """Write the export as the portal does."""
    directory.mkdir()
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(row for number, told in meetings.items() for row in told.rows(number))
    path = directory / NAME
    path.write_bytes(b"\xef\xbb\xbf" + stream.getvalue().encode())
    return path


def init(site: Path) -> list[str]:
    """Return the command that makes a site."""
    return ["--site", str(site), "init", "--server", "meet.example.org"]


def plan(site: Path, *exports: Path) -> list[str]:
    """Return the command that plans what exports ask for."""
    return [
        "--site",
        str(site),
        "plan",
        *map(str, exports),
        "--timezone",
        "Europe/Berlin",
        "--since",
        "2027-01-01",
        "--prune",
    ]


def apply(site: Path) -> list[str]:
    """Return the command that applies what was planned last."""
    return ["--site", str(site), "apply", str(site / "plan.json"), "--allow-large-change"]


def undo(site: Path, run: str = "last") -> list[str]:
    """Return the command that undoes a run."""
    return ["--site", str(site), "undo", run]
