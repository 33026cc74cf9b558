"""What a run leaves behind: files, reports, words on a terminal. Foreign text is text in all of it."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from icalendar import Calendar, Component

from tests.cli.program import Result

_COMPONENTS = {"VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VEVENT"}
_EVENT = {
    "UID",
    "DTSTAMP",
    "SEQUENCE",
    "SUMMARY",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RRULE",
    "EXDATE",
    "RECURRENCE-ID",
    "LOCATION",
    "CONFERENCE",
    "DESCRIPTION",
}
_OURS = "https://meet.example.org/"
_LINE = re.compile(r"[A-Z-]+(?:;[A-Z-]+=(?:\"[^\"]*\"|[^\";:,]*)(?:,(?:\"[^\"]*\"|[^\";:,]*))*)*:.*")
_FILE_NAME = re.compile(r"[a-z0-9.][a-z0-9.@_+-]*", re.IGNORECASE)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Marks that scripts and emoji cannot be written without.
_JOINERS = {"\u200c", "\u200d"}


def faults_of_terminal(result: Result) -> Iterator[str]:
    """Say what a terminal would obey instead of showing it."""
    if "Traceback (most recent call last):\n" in result.err:
        yield result.err
    for character in sorted({*result.out, *result.err} - {"\n"} - _JOINERS):
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            yield f"{character!r} is printed: {result.out[:2000]!r}"


def faults_of_calendars(directory: Path) -> Iterator[str]:
    """Say what is in calendar files that we do not write."""
    for path in directory.rglob("*.ics"):
        data = path.read_bytes()
        text = data.decode().replace("\r\n ", "")
        if odd := [line for line in text.split("\r\n")[:-1] if not _LINE.fullmatch(line)]:
            yield f"{path}: these are no content lines: {odd}"
        for component in Calendar.from_ical(data).walk():
            yield from (f"{path}: {fault}" for fault in _faults_of_component(component))


def faults_of_tables(site: Path) -> Iterator[str]:
    """Say which cells a spreadsheet would take for formulas."""
    for path in site.rglob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")):
            for cell in row:
                if cell.startswith(_FORMULA):
                    yield f"{path}: {cell!r} is a formula"


def faults_of_names(site: Path, before: set[Path]) -> Iterator[str]:
    """Say which files are where they should not be, or have a name that a file system or a shell could take amiss."""
    for path in {*site.parent.rglob("*")} - before:
        if not path.is_relative_to(site):
            yield f"{path} is outside the site directory"
        elif path != site and not _FILE_NAME.fullmatch(path.name):
            yield f"{path} is an odd name"


def _faults_of_component(component: Component) -> Iterator[str]:
    if component.name not in _COMPONENTS or component.errors:
        yield f"{component.name} {component.errors}"
    if component.name == "VEVENT":
        if odd := set(component) - _EVENT:
            yield f"an event has {odd}"
        links = [
            str(component["LOCATION"]),
            str(component["CONFERENCE"]),
            str(component["DESCRIPTION"]).split("\n")[-1],
        ]
        if not all(link.startswith(_OURS) for link in links):
            yield f"the links are {links}"
