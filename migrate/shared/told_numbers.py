"""Numbers of meetings that are told in words: "Meeting ID: 800 0000 0201" and what telephones dial.

Other systems have numbers too, so one is read only in a text that names Zoom, and only if it is written as Zoom writes
it. Nine digits are a meeting of before 2020, and of others still: those need a link to Zoom in the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from migrate.shared.columns import normalise
from migrate.shared.links import Link, rows_of

_BLANK = r"(?:[ \u00a0\u2007\u2009\u202f-]|&nbsp;|&\#0*160;|&\#x0*a0;)"
_NUMBER = re.compile(
    rf"""
    (?<![0-9])
    (?: [0-9]{{9,11}}
      | [0-9]{{3}} (?P<blank>{_BLANK}) (?: [0-9]{{4}}(?P=blank)[0-9]{{4}} | [0-9]{{3}}(?P=blank)[0-9]{{3,4}} ) )
    (?!{_BLANK}?[0-9])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ENTITY_OR_NO_DIGIT = re.compile(r"&[^;]*;|[^0-9]")
_DIALLED = re.compile(r"\+[0-9]{6,15}(?:,|%2C){2}(?P<number>[0-9]{9,11})(?:\#|%23)", re.IGNORECASE)
_ZOOM = re.compile(r"(?<![a-z0-9_.-])zoom(?![a-z0-9_])", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>|&nbsp;")
# A tag between label and number has its style in it.
_NEAR = 400


def names_zoom(text: str) -> bool:
    """Tell whether a text has the word Zoom in it, or the address of a room system at Zoom."""
    return _ZOOM.search(text) is not None or _dialled_by_rooms().search(text) is not None


def told_numbers(text: str, *, linked: bool) -> Iterator[tuple[Link, int, int]]:
    """Find numbers in a text that names Zoom, and where their digits begin and end.

    `linked`: there is a link to Zoom in the text.
    """
    found = [*_labelled(text), *_dialled(text)]
    for kind, start, end in sorted(found, key=lambda number: number[1]):
        number = _ENTITY_OR_NO_DIGIT.sub("", text[start:end])
        if linked or len(number) > 9 or kind == "room-system":
            yield Link(f"https://zoom.us/j/{number}", number, False, kind), start, end


def _labelled(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _NUMBER.finditer(text):
        before = normalise(_TAG.sub(" ", text[max(0, match.start() - _NEAR) : match.start()]))
        if before.rstrip(" :#*").endswith(_labels()):
            yield "number", *match.span()


def _dialled(text: str) -> Iterator[tuple[str, int, int]]:
    for kind, pattern in (("dial-in", _DIALLED), ("room-system", _dialled_by_rooms())):
        for match in pattern.finditer(text):
            yield kind, *match.span("number")


@cache
def _labels() -> tuple[str, ...]:
    return tuple(normalise(label) for label in rows_of("label"))


@cache
def _dialled_by_rooms() -> re.Pattern[str]:
    hosts = "|".join(map(re.escape, rows_of("room-system")))
    rest = rf"(?:\.[0-9]{{0,10}}){{0,4}}@(?:{hosts})(?![a-z0-9-]|\.[a-z0-9])"
    return re.compile(rf"(?<![0-9.])(?P<number>[0-9]{{9,11}}){rest}", re.IGNORECASE)
