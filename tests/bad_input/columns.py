"""Mutations of columns and their headers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random

from migrate.shared.resources import data_rows
from migrate.shared.schedule_format import MARKER
from tests.bad_input.effect import HOST, MINUTES, SAME, TOPIC, Effect, family, refused, touching
from tests.bad_input.hostile import HOSTILE
from tests.bad_input.sheet import Sheet, UnsuitedError

# Of these columns no date, key or host depends, as long as there are numbers.
_UNCOMPARED = {"", "type", "link", "kind", "features", "agenda", "attendees", "alternative_hosts", "old_link"}
_UNKNOWN = ["Notes", "Room", "Passcode", "Créé par", "Topic 2", "x" * 300, "", "Start (UTC)", "مرحبا", "=1+1"]


def reorder_columns(sheet: Sheet, rng: Random) -> Effect:
    _check_names(sheet)
    sheet.pad()
    width = len(sheet.header)
    order = rng.sample(range(width), width)
    sheet.fields = [sheet.fields[place] for place in order]
    sheet.header = [sheet.header[place] for place in order]
    for row in (*sheet.rows, *sheet.above):
        row.cells = [row.cells[place] for place in order] + row.cells[width:]
    return SAME


def rename_columns_to_synonyms(sheet: Sheet, rng: Random) -> Effect:
    if sheet.is_schedule:
        raise UnsuitedError("a schedule CSV has one name for each column")
    _check_names(sheet)
    own = {"number": "pmi"} if sheet.kind == "users" else {}
    for place, name in enumerate(sheet.fields):
        if rng.random() < 0.7:
            sheet.header[place] = rng.choice(_synonyms().get(own.get(name, name), [sheet.header[place]]))
    return SAME


def write_headers_differently(sheet: Sheet, rng: Random) -> Effect:
    ways: list[Callable[[str], str]] = [
        str.upper,
        str.lower,
        str.title,
        "  {} ".format,
        "{}\u00a0".format,
        lambda name: name.replace(" ", "_"),
    ]
    sheet.header = [rng.choice(ways)(name) if name else name for name in sheet.header]
    return SAME


def put_a_copy_of_a_column_behind(sheet: Sheet, rng: Random) -> Effect:
    place = rng.randrange(len(sheet.header))
    return _insert(sheet, len(sheet.header), sheet.header[place], lambda cells: cells[place])


def put_another_column_of_the_same_name_behind(sheet: Sheet, rng: Random) -> Effect:
    place = rng.choice([place for place, name in enumerate(sheet.header) if name])
    return _insert(sheet, len(sheet.header), sheet.header[place], lambda _: rng.choice(["", "x", "03/04/2027 09:00"]))


def add_a_column(sheet: Sheet, rng: Random) -> Effect:
    text = HOSTILE[rng.choice([*HOSTILE])]
    return _insert(sheet, rng.randint(0, len(sheet.header)), rng.choice(_UNKNOWN), lambda _: rng.choice(["", text]))


def add_many_columns(sheet: Sheet, rng: Random) -> Effect:
    for number in range(rng.choice([30, 300])):
        _insert(sheet, len(sheet.header), f"Custom {number}", lambda _: "")
    return SAME


def drop_a_column(sheet: Sheet, rng: Random) -> Effect:
    _check_names(sheet)
    sheet.pad()
    place = rng.randrange(len(sheet.header))
    effect = _without(sheet, place)
    for row in (*sheet.rows, *sheet.above):
        del row.cells[place]
    del sheet.header[place], sheet.fields[place]
    return effect


def misspell_a_header(sheet: Sheet, rng: Random) -> Effect:
    _check_names(sheet)
    place = rng.randrange(len(sheet.header))
    effect = _without(sheet, place)
    sheet.header[place], sheet.fields[place] = f"{sheet.header[place][:2]}x{place}", ""
    return effect


def swap_two_headers(sheet: Sheet, rng: Random) -> Effect:
    one, other = rng.sample(range(len(sheet.header)), 2)
    for names in (sheet.header, sheet.fields):
        names[one], names[other] = names[other], names[one]
    return Effect(everything=True, refusals=("",))


def blank_a_header_that_means_nothing(sheet: Sheet, rng: Random) -> Effect:
    places = [place for place, name in enumerate(sheet.fields) if not name and place and not sheet.is_schedule]
    if not places:
        raise UnsuitedError("every column means something")
    sheet.header[rng.choice(places)] = ""
    return SAME


def call_a_column_as_in_a_list_of_past_meetings(sheet: Sheet, rng: Random) -> Effect:
    if sheet.is_schedule:
        raise UnsuitedError("only exports are told apart by such columns")
    _insert(sheet, rng.randint(0, len(sheet.header)), "Participants", lambda _: "3")
    return refused("already happened")


def call_a_column_as_in_a_schedule(sheet: Sheet, rng: Random) -> Effect:
    """A column of our own format makes the file one; its other columns have other names there."""
    if sheet.is_schedule:
        raise UnsuitedError("it is one")
    name = rng.choice(["rrule", "jitsi-migrate schedule 1", "jitsi-migrate schedule 2"])
    _insert(sheet, len(sheet.header), name, lambda _: "")
    return Effect(everything=True, refusals=("",))


def _insert(sheet: Sheet, place: int, name: str, cell: Callable[[list[str]], str]) -> Effect:
    sheet.pad()
    sheet.header.insert(place, name)
    sheet.fields.insert(place, "")
    for row in (*sheet.rows, *sheet.above):
        row.cells.insert(place, cell(row.cells) if any(map(str.strip, row.cells)) else "")
    return SAME


def _check_names(sheet: Sheet) -> None:
    """Of two columns with one name the first counts: which one that is must stay as it is."""
    if len(set(sheet.header)) < len(sheet.header):
        raise UnsuitedError("two columns have one name")


def _without(sheet: Sheet, place: int) -> Effect:
    """Return what a file does not tell that lacks a column."""
    name, rest = sheet.fields[place], [*sheet.header[:place], *sheet.header[place + 1 :]]
    if sheet.is_schedule and not {MARKER, "rrule"} & set(rest):
        return Effect(everything=True, refusals=("",))
    if name in _UNCOMPARED:
        return SAME if not name else Effect()
    personal = frozenset(family(row.key) for row in sheet.rows if "#" in row.key)
    by_topic = [row for row in sheet.rows if row.key.startswith("topic:")]
    unnumbered = frozenset(row.key for row in by_topic)
    if name == "topic":
        return replace(touching(*by_topic), touched=personal | unnumbered, forgets=frozenset({TOPIC}))
    if name.startswith("host_"):
        return Effect(unnumbered, forgets=frozenset({HOST}))
    if name in ("duration", "duration_minutes"):
        return Effect(personal | unnumbered, forgets=frozenset({MINUTES}))
    if name == "start" and "start_date" not in sheet.fields and not sheet.is_schedule:
        return refused("start")
    if name == "end":
        return Effect(personal, forgets=frozenset({MINUTES}) if "duration" not in sheet.fields else frozenset())
    if name in ("number", "uuid", "start", "start_date"):
        return Effect(everything=True, refusals=("",))
    return touching(*(row for row in sheet.rows if row.cells[place : place + 1] > [""]))


@cache
def _synonyms() -> dict[str, list[str]]:
    found = defaultdict(list)
    for field, _, header, _ in data_rows("columns.tsv"):
        # The number of a webinar makes one.
        if field != "number" or "webinar" not in header.casefold():
            found[field].append(header)
    return found


COLUMNS = (
    reorder_columns,
    rename_columns_to_synonyms,
    write_headers_differently,
    put_a_copy_of_a_column_behind,
    put_another_column_of_the_same_name_behind,
    add_a_column,
    add_many_columns,
    drop_a_column,
    misspell_a_header,
    swap_two_headers,
    blank_a_header_that_means_nothing,
    call_a_column_as_in_a_list_of_past_meetings,
    call_a_column_as_in_a_schedule,
)
