"""How an export says that a meeting is a webinar: by its type, by the column its number stands in, or by its link.

The words are rows of data/webinars.tsv: those of `type` stand in a cell, those of `number` are the header of a column.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from migrate.shared.columns import normalise
from migrate.shared.links import Link
from migrate.shared.resources import data_rows


def is_webinar(row: Mapping[str, str], number_header: str, link: Link | None) -> bool:
    """Tell whether a row, given as field -> cell, is one. `number_header` is empty where there is a column of types."""
    if link and link.webinar:
        return True
    kind = normalise(row.get("type", ""))
    if any(word in kind for word in _words("type")):
        return True
    return "number" in row and normalise(number_header) in _words("number")


@cache
def _words(field: str) -> frozenset[str]:
    return frozenset(normalise(words) for where, _, words, _ in data_rows("webinars.tsv") if where == field)
