"""Lists of users to spoil, and what must hold for each spoilt one: whoever was left alone keeps room and row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.bad_input.cases import Case
from tests.bad_input.oracle import faults_of_outcome, faults_of_problems, is_planned
from tests.bad_input.sheet import Row
from tests.cli.program import Result

Hosts = Sequence[Mapping[str, str]]


def faults(case: Case, result: Result, seconds: float, hosts: Hosts) -> Iterator[str]:
    """Say in words what is wrong with the outcome of a plan of a spoilt list of users."""
    yield from faults_of_outcome(case, result, seconds)
    if not is_planned(result):
        return
    data = result.json["data"]
    if case.is_single:
        yield from faults_of_problems(case, data)
    yield from _faults_of_invention(case, data, hosts)
    if not case.effect.everything and case.spoilt.form.cut is None:
        yield from _faults_of_people(case, data, hosts)


def _faults_of_invention(case: Case, data: Mapping[str, Any], hosts: Hosts) -> Iterator[str]:
    """Nobody is in the list of hosts, and no room in the plan, who is in no row; and rooms have no dates."""
    if any(problem["code"] == "encoding-guessed" for problem in data["problems"]):
        return
    cells = {cell.replace("\0", "").strip() for row in case.spoilt.rows for cell in row.cells}
    # What a spreadsheet would take for a formula has an apostrophe before it.
    listed = {row["zoom_email"].removeprefix("'") for row in hosts}
    if strange := {email for email in listed if not any(email in cell for cell in cells)}:
        yield f"no row has the addresses {strange}"
    if dated := [change["key"] for change in data["changes"] if change["meeting"]["start"] or change["guess"]]:
        yield f"{dated} have dates in a list of users"


def _faults_of_people(case: Case, data: Mapping[str, Any], hosts: Hosts) -> Iterator[str]:
    guessed = any(problem["code"] == "encoding-guessed" for problem in data["problems"])
    listed = {(row["zoom_name"], row["zoom_email"]) for row in hosts}
    rooms = {change["key"]: change["meeting"]["host"] for change in data["changes"]}
    for row in case.spoilt.rows:
        if row.key and not case.effect.touches(row.key) and (not guessed or "".join(row.cells).isascii()):
            name, email, number = _user(case, row)
            if (name, email) not in listed:
                yield f"{name} <{email}> is not in hosts.csv: {listed}"
            if number and (host := rooms.get(f"number:{number}")) != {"name": name, "email": email, "account": ""}:
                yield f"the room {number} of {email} is of {host}"


def _user(case: Case, row: Row) -> tuple[str, str, str]:
    """Return name, address and number of the room as they stand in a row."""
    sheet = case.spoilt
    first, last, email, number = (
        sheet.cell(row, name).strip() for name in ("first_name", "last_name", "host_email", "number")
    )
    return " ".join(f"{first} {last}".split()), email, "".join(filter(str.isdigit, number.split(".")[0]))
