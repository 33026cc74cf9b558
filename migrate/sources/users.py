"""Zoom's users export: who hosts meetings, and each one's personal meeting room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from migrate.core.meeting import Kind, Meeting, Person
from migrate.core.naming import is_personal, normalise
from migrate.core.ports import Document, Reading, ReadOptions, Source
from migrate.shared.advice import opened
from migrate.shared.columns import locate
from migrate.shared.faults import Faults, show
from migrate.shared.kinds import USERS, is_of
from migrate.shared.meeting_ids import check_id
from migrate.shared.rows import Row
from migrate.shared.tables import EMPTY, check_width

_FIELDS = ("host_email", "first_name", "last_name", "pmi")


class Users(Source):
    """Reads each user as a permanent room, if they have one, and as a person for hosts.csv."""

    kind = USERS
    label = "Zoom users"
    rank = 10

    def identify(self, document: Document, options: ReadOptions) -> bool:
        """Tell whether there are addresses and columns that only lists of users have."""
        return is_of(self.kind, document, options)

    def read(self, document: Document, options: ReadOptions) -> Reading:
        """Read each row as one person."""
        sheet, (table, *_) = opened(self.kind, document, options)
        located = locate(table.header, options.columns)
        places = {field: located[field] for field in _FIELDS if field in located}
        faults = Faults(document.path)
        users = list(_users(table.rows, table.width, places, faults))
        _report_namesakes([(line, person) for line, person, _ in users], faults)
        rooms = [_room(document.path, line, person, pmi) for line, person, pmi in users if pmi]
        counts = sheet.counts([table])
        return Reading(
            kind=self.kind,
            label=self.label,
            rank=self.rank,
            by_rows=False,
            meetings=rooms,
            problems=[*sheet.doubts, *faults.problems],
            rows=replace(
                counts,
                problems=len(table.rows) - len(users),
                not_a_schedule=counts.not_a_schedule + len(users) - len(rooms),
            ),
            columns={field: table.header[place] for field, place in sorted(places.items(), key=lambda item: item[1])},
            unused_columns=[name for place, name in enumerate(table.header) if name and place not in places.values()],
            encoding=sheet.encoding,
            delimiter=sheet.delimiter,
            timezone=None,
            date_order=None,
            date_order_reason="there is no date in the file",
            window=None,
            people=[person for _, person, _ in users],
        )


def _users(
    rows: Sequence[Row], width: int, places: Mapping[str, int], faults: Faults
) -> Iterator[tuple[int, Person, str]]:
    """Yield the line of each user without faults, who it is, and the number of the room, empty if there is none."""
    for line, cells in rows:
        faults.next_row(line)
        _check_ends(cells, width, places, faults)
        values = {field: cells[place].strip() if place < len(cells) else "" for field, place in places.items()}
        email = values["host_email"]
        if "@" not in email:
            hint = "Correct the cell, or delete the row."
            faults.error("bad-address", f"{show(email)} is not an e-mail address", hint)
        pmi = _personal(values.get("pmi", ""), faults)
        if faults.sound:
            name = f"{values.get('first_name', '')} {values.get('last_name', '')}".strip()
            yield line, Person(name, email), pmi


def _check_ends(cells: Sequence[str], width: int, places: Mapping[str, int], faults: Faults) -> None:
    # A user without a room has a cell for its number, an empty one.
    if len(cells) <= places.get("pmi", 0):
        text = f"the row ends after {len(cells)} of {width} cells, before the personal meeting ID"
        faults.error("ragged-row", text, "Complete the row, or delete it.")
    else:
        check_width(cells, width, faults)


def _personal(cell: str, faults: Faults) -> str:
    # Users who have not activated their account have none yet.
    number = check_id(cell, faults).number if cell not in EMPTY else None
    if number and not is_personal(number):
        faults.error("bad-number", f"{show(cell)} is not a personal meeting ID", "A personal meeting ID has 10 digits.")
    return number or ""


def _room(path: str, line: int, person: Person, pmi: str) -> Meeting:
    # As Zoom calls it.
    topic = f"{person.name or person.email}'s Personal Meeting Room"
    return Meeting(topic=topic, kind=Kind.ROOM, number=pmi, host=person, sources=(f"{path}:{line}",))


def _report_namesakes(users: Sequence[tuple[int, Person]], faults: Faults) -> None:
    named: dict[str, list[tuple[int, Person]]] = defaultdict(list)
    for line, person in users:
        if person.name:
            named[normalise(person.name)].append((line, person))
    for (first, known), *others in named.values():
        for line, person in others:
            if person.email.casefold() != known.email.casefold():
                faults.next_row(line)
                faults.warn(
                    "namesakes",
                    f"{person.name} is {person.email} here and {known.email} in line {first}",
                    "A meeting that names its host by name only is given to neither; add it in a schedule CSV.",
                )
