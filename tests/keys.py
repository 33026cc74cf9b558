"""Keys that a program reads, by the tables in migrate/data/jitsi, and what of a document is none of them.

A table names keys as dotted paths: `<name>` stands for any name, `[]` for the elements of a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from migrate.shared.resources import data_rows

_DURATION = re.compile(r"\d+(\.\d+)? ?(ns|us|ms|s|m|h|d|(milli|micro|nano)?seconds?|minutes?|hours?|days?)")
_BANDWIDTH = re.compile(r"\d+(\.\d+)? ?[kmg]?bps")

KINDS = {
    "any": lambda value: True,
    "bandwidth": lambda value: isinstance(value, str) and _BANDWIDTH.fullmatch(value),
    "boolean": lambda value: isinstance(value, bool),
    "duration": lambda value: isinstance(value, str) and _DURATION.fullmatch(value),
    "float": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "percent": lambda value: isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)? ?%", value),
    "string": lambda value: isinstance(value, str),
}


def flatten(document: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each key of a document with its value: dotted paths, a list itself and then what is in it."""
    for name, value in document.items():
        yield from _flatten(value, f"{above}{name}")


def _flatten(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from flatten(value, f"{path}.")
        return
    yield path, value
    for element in value if isinstance(value, list) else ():
        if isinstance(element, Mapping | list):
            yield from _flatten(element, f"{path}[]")


@cache
def table(name: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return a table of keys and types, such as jvb-keys.tsv."""
    return tuple((_pattern(key), kind) for key, kind in data_rows(f"jitsi/{name}"))


def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(r"[^.\[\]]+".join(map(re.escape, re.split(r"<\w+>", key))))


def faults(document: Mapping[str, Any], name: str) -> list[str]:
    """Return the keys of a document that nothing reads, or reads as something else."""
    found = []
    for key, value in flatten(document):
        kinds = [kind for pattern, kind in table(name) if pattern.fullmatch(key)]
        if not kinds:
            found.append(f"{key}: nothing reads it")
        elif not any(KINDS[kind](value) for kind in kinds):
            found.append(f"{key}: {value!r} is not {' or '.join(kinds)}")
    return found


@cache
def dead(file: str) -> frozenset[str]:
    """Return the keys of a kind of file that upstream's own templates or older advice have, and nothing reads."""
    return frozenset(key for where, key, *_ in data_rows("jitsi/dead-keys.tsv") if where == file)
