"""Writes the example exports of a made-up organisation: every difficulty that a real one has, in some 60 meetings.

Run it from anywhere: python examples/generate.py
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

HEADER = ["Topic", "Meeting ID", "Host name", "Host email", "Department", "Start time", "Duration (minutes)", "Type"]
MONTHS = {"0301_20270331": (3, 3), "0401_20270430": (4, 4), "1001_20271031": (10, 10)}

HOSTS = {
    "anna": ("Anna Lindqvist", "anna.lindqvist@example.org", "Programme"),
    "bo": ("Bo Okafor", "bo.okafor@example.org", "IT"),
    "chiara": ("Chiara De Luca", "chiara.deluca@example.org", "Education"),
    "dmitri": ("Dmitri Petrov (he/him)", "dmitri.petrov@example.org", "Finance"),
    "emi": ("佐藤 恵美", "emi.sato@example.org", "Archive"),
    "fatima": ("Fatima al-Sayed", "fatima.alsayed@example.org", "Board"),
}
ROOM = "2393510044"  # ten digits: Bo's personal meeting room


@dataclass(frozen=True)
class Row:
    topic: str
    number: str
    host: str
    start: datetime | None
    minutes: str = "60"
    kind: str = "Meeting"

    def cells(self) -> list[str]:
        name, email, department = HOSTS[self.host]
        start = self.start.strftime("%m/%d/%Y %I:%M:%S %p") if self.start else ""
        return [self.topic, spaced(self.number), name, email, department, start, self.minutes, self.kind]


def spaced(number: str) -> str:
    """Write an 11-digit number as Zoom shows it."""
    return f"{number[:3]} {number[3:7]} {number[7:]}" if len(number) == 11 and number.isdigit() else number


def number(index: int) -> str:
    return str(80000000200 + index)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute))


def every(first: date, last: date, days: int = 7) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=days)


def nth(weekday: int, week: int, months: Iterable[int]) -> Iterator[date]:
    """Yield the nth (or, with -1, the last) weekday of each month."""
    for month in months:
        days = every(date(2027, month, 1), date(2027, month, 28) + timedelta(days=3), 1)
        matching = [day for day in days if day.month == month and day.weekday() == weekday]
        yield matching[week if week < 0 else week - 1]


SPRING = (date(2027, 3, 1), date(2027, 4, 30))


def series() -> Iterator[Row]:
    """Regular meetings, with all that happens to them: clock changes, gaps, moved dates, other lengths."""
    for day in every(*SPRING):
        if day != date(2027, 3, 29):  # Easter Monday: cancelled
            yield Row("Weekly team meeting", number(1), "anna", at(day, 9), "45")
    for day in every(date(2027, 3, 2), SPRING[1], 14):
        yield Row("Programme planning, every second week", number(2), "anna", at(day, 14))
    for day in every(date(2027, 3, 1), SPRING[1], 1):
        if day.weekday() < 5:
            yield Row("IT stand-up", number(3), "bo", at(day, 8, 45), "15")
    for day in every(date(2027, 3, 3), SPRING[1]):
        moved = at(day, 16, 30) if day == date(2027, 3, 17) else at(day, 15)
        yield Row("Homework help", number(4), "chiara", moved, "120" if day == date(2027, 4, 7) else "90")
    for day in nth(4, -1, (3, 4, 10)):
        yield Row("Board: last Friday of the month", number(5), "fatima", at(day, 18), "120")
    for day in nth(1, 2, (3, 4, 10)):
        yield Row("Finance round", number(6), "dmitri", at(day, 10))
    for day in (date(2027, 3, 15), date(2027, 4, 15), date(2027, 10, 15)):
        yield Row("Monthly report", number(7), "dmitri", at(day, 11), "30")
    for day in every(date(2027, 3, 2), SPRING[1], 7):
        for offset in (0, 2):
            yield Row("Beginners' course", number(8), "chiara", at(day + timedelta(days=offset), 17), "90")
    for day in (date(2027, 3, 4), date(2027, 3, 9), date(2027, 3, 25), date(2027, 4, 13)):
        yield Row("Archive visit, on irregular dates", number(9), "emi", at(day, 13), "50")
    for day in every(date(2027, 10, 4), date(2027, 10, 31)):
        yield Row("Autumn reading circle", number(10), "anna", at(day, 19), "90")
    for day in every(date(2027, 3, 6), date(2027, 4, 24)):
        held = date(2027, 3, 19) if day == date(2027, 3, 20) else day  # moved to the day before
        yield Row("Saturday repair café", number(11), "bo", at(held, 10, 30), "180")


def personal_room() -> Iterator[Row]:
    """The meetings that Bo holds in a personal room: two regular ones of one topic, and the room itself."""
    yield Row("Bo Okafor's Personal Meeting Room", ROOM, "bo", None, "")
    for day in every(date(2027, 3, 2), SPRING[1]):
        yield Row("One to one", ROOM, "bo", at(day, 11), "30")
    for day in every(date(2027, 3, 4), SPRING[1]):
        yield Row("One to one", ROOM, "bo", at(day, 15), "30")
    yield Row("Call with the vendor", ROOM, "bo", at(date(2027, 3, 11), 16), "45")


SINGLE_TOPICS = (
    "Kick-off: new catalogue",
    "Interview room A",
    "Interview room B",
    "Budget 2028",
    "Fire drill briefing",
    "Volunteers' evening",
    "Author reading: 'The Last Ferry'",
    "Déjà vu – Rétrospective",
    "Übergabe Altbestand",
    "資料デジタル化の打ち合わせ",
    "Совещание по бюджету",
    "اجتماع المجلس",
    "Q&A with the mayor",
    "Data protection training",
    "Phone system hand-over",
    "Exhibition opening 🎨",
    "Press call",
    "Union meeting",
    "Insurance review",
    "Server room move",
    "Children's theatre: casting",
    "Grant application",
    "Works council",
    "Onboarding: Emi",
    "Farewell party",
)

HOSTILE_TOPICS = (
    "Team [red]alert[/red] and [bold]markup[/bold]",
    "\x1b[31mred\x1b[0m letters and a \x07 bell",
    '=HYPERLINK("https://example.org/x","click")',
    "+49 30 0000 hotline",
    "-minus- and @mention",
    "Two\r\nlines\nin one topic",
    "Invoice \u202egpj.exe",
    "</script><b>bold</b> & \"quotes\" 'and' more",
    "../../etc/passwd",
    "A very long topic: " + "all work and no play makes a long line " * 7,
)


def singles() -> Iterator[Row]:
    hosts = list(HOSTS)
    for index, topic in enumerate(SINGLE_TOPICS):
        day = date(2027, 3, 1) + timedelta(days=2 * index + index % 3)
        yield Row(topic, number(30 + index), hosts[index % len(hosts)], at(day, 9 + index % 8, 15 * (index % 4)))
    for index, topic in enumerate(HOSTILE_TOPICS):
        yield Row(topic, number(70 + index), hosts[index % len(hosts)], at(date(2027, 4, 5 + index), 12), "25")
    yield Row("Webinar: the new reading room", number(90), "chiara", at(date(2027, 4, 21), 18), "90", "Webinar")
    yield Row("Planning without a length", number(91), "anna", at(date(2027, 4, 22), 10), "")
    yield Row("Old nine-digit number", "328-972-509", "fatima", at(date(2027, 4, 23), 10))
    yield Row("Known by its uuid only", "vawMH9zAQLytjCnQiQXSUg==", "emi", at(date(2027, 4, 24), 10))
    yield Row("Protected by hand", f'="{number(92)}"', "emi", at(date(2027, 4, 26), 10))
    yield Row("Exact after Excel", "8.0000000304E+10", "emi", at(date(2027, 4, 27), 10))
    yield Row("", number(93), "emi", at(date(2027, 4, 28), 10))
    for day in every(date(2027, 3, 1), date(2027, 3, 22)):
        yield Row("No number, but a clear series", "", "emi", at(day, 13, 30))
    yield Row("Night shift, clocks go back", number(94), "bo", at(date(2027, 10, 31), 2, 30))


def faults() -> Iterator[Row]:
    """Rows that cannot be read, each for another reason."""
    yield Row("Ruined by Excel", "8.52185E+10", "dmitri", at(date(2027, 3, 24), 9))
    yield Row("In the hour that does not exist", number(95), "bo", at(date(2027, 3, 28), 2, 30))
    yield Row("Length of nothing", number(96), "bo", at(date(2027, 3, 30), 9), "soon")
    for day, hour in ((date(2027, 3, 8), 9), (date(2027, 3, 9), 15), (date(2027, 3, 19), 11)):
        yield Row("Touch base", "", "anna", at(day, hour))


def write(folder: Path) -> list[Path]:
    """Write one file a month, as Zoom makes them; a day of overlap tells some rows twice."""
    rows = [*series(), *personal_room(), *singles(), *faults()]
    paths = []
    for name, (first, last) in MONTHS.items():
        path = folder / f"upcoming_events_2027{name}.csv"
        path.write_bytes(export([row for row in rows if belongs(row, first, last)], bad_date=first == 3))
        paths.append(path)
    return paths


def belongs(row: Row, first: int, last: int) -> bool:
    if row.start is None:
        return first == 3
    told_twice = first == 4 and row.start.date() == date(2027, 3, 31)
    return first <= row.start.month <= last or told_twice


def export(rows: list[Row], *, bad_date: bool) -> bytes:
    """Write rows as the portal does: UTF-8 with a byte order mark, CRLF, a blank line now and then."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(HEADER)
    ordered = sorted(rows, key=lambda row: (row.start or datetime.min, row.topic))
    for index, row in enumerate(ordered):
        writer.writerow(row.cells())
        if index == 20:
            stream.write("\r\n")
    if bad_date:
        cells = Row("A date that is none", number(97), "anna", at(date(2027, 3, 25), 9)).cells()
        cells[5] = "02/30/2027 09:00:00 AM"
        writer.writerow(cells)
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


if __name__ == "__main__":
    for written in write(Path(__file__).parent / "zoom"):
        print(written)
