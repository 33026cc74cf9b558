"""What a run leaves behind: files, reports, words on a terminal. Foreign text is text in all of it."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from icalendar import Calendar, Component

from tests.cli.program import ZONE, Result, run

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
    "RELATED-TO",
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


def faults_of_run(*files: Path, words: Sequence[str] = ()) -> Iterator[str]:
    """Plan, apply, plan again and undo, and say what is wrong with what is left. `words` are options of plan."""
    site = files[0].parent / "site"
    before = {*site.parent.rglob("*")}
    run("init", "--site", site, "--server", "meet.example.org")
    planned = run("--site", site, "plan", *files, *ZONE, *words)
    yield from faults_of_terminal(planned)
    if planned.code == 4:
        return
    yield from _unexpected(planned, 0, 6)
    yield from _faults_of_guesses(site)
    applied = run("--site", site, "apply", site / "plan.json", "--partial", "--accept-guesses")
    yield from faults_of_terminal(applied)
    yield from _unexpected(applied, 0, 6)
    yield from faults_of_calendars(site)
    yield from faults_of_tables(site)
    yield from faults_of_names(site, before)
    again = run("--site", site, "--json", "plan", *files, *ZONE, *words)
    yield from _unexpected(again, planned.code)
    if pending := [change for change in again.json["data"]["changes"] if change["action"] != "keep"]:
        yield f"a second plan changes {json.dumps(pending)[:1000]}"
    for done in (site / "runs").glob("*"):
        undone = run("--site", site, "undo", done.name)
        yield from faults_of_terminal(undone)
        yield from _unexpected(undone, 0)
    if left := list(site.rglob("*.ics")):
        yield f"undo leaves {left}"


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


def _faults_of_guesses(site: Path) -> Iterator[str]:
    """Say whether something is applied that is only a guess, without anybody having accepted it."""
    plan = json.loads((site / "plan.json").read_text("utf-8"))
    if any(change["guess"] for change in plan["changes"]):
        refused = run("--site", site, "apply", site / "plan.json", "--partial")
        yield from _unexpected(refused, 8)
        if left := [*site.rglob("*.ics"), *(site / "runs").glob("*")]:
            yield f"guesses are applied: {left}"


def _faults_of_component(component: Component) -> Iterator[str]:
    if component.name not in _COMPONENTS or component.errors:
        yield f"{component.name} {component.errors}"
    if component.name == "VEVENT":
        if odd := set(component) - _EVENT:
            yield f"an event has {odd}"
        links = [str(component[name]).split("\n")[-1] for name in ("LOCATION", "CONFERENCE", "DESCRIPTION")]
        if not all(link.startswith(_OURS) for link in links):
            yield f"the links are {links}"


def _unexpected(result: Result, *codes: int) -> Iterator[str]:
    if result.code not in codes:
        yield f"it ended with {result.code}: {result.out[-1000:]} {result.err[-1000:]}"
