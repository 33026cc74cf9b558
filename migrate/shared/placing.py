"""Where quoted values stand in what a template rendered: not in a string, not in a comment, not beside other text.

A filter's quotes are quotes only in the right place. Inside a string of the template they would end it, and behind a
word some formats take them for letters of that word. So a filter marks what it writes, and settle() looks at every
mark in the finished text, where loops and branches are done, before it takes the marks away.
"""

from __future__ import annotations

import re
from functools import cache

from migrate.core.bundle import Content, SecretSpan
from migrate.shared.quoting import NOTATIONS, Format

# No notation lets these characters through, so no value can hold them.
_MARK = re.compile("\x02([a-z_]+)\x03([^\x03]*)\x03([^\x03]*)\x03")
_HOLE = "\x02"
# Enough to see the line or the tag that a value stands in.
_SIGHT = 1000


class MisplacedError(Exception):
    """A template of ours puts a value where its quotes would not hold it: a bug, whatever the value is."""


def mark(name: str, text: str, mask: str = "") -> str:
    """Mark text as written by a notation; a secret has a mask, to be shown in its place."""
    return f"\x02{name}\x03{mask}\x03{text}\x03"


def settle(text: str, template: str, known: Format) -> Content:
    """Take the marks away. Raises MisplacedError if one stands where the format reads no value."""
    if _HOLE not in text:
        return Content(text)
    names = [found[1] for found in _MARK.finditer(text)]
    skeleton = _MARK.sub(_HOLE, text)
    holes = [found.start() for found in re.finditer(_HOLE, skeleton)]
    _refuse_enclosed(skeleton, template, known)
    for name, hole in zip(names, holes, strict=True):
        _refuse_touched(skeleton, hole, name, template, known)
    return _content(text)


def _content(text: str) -> Content:
    parts, secrets, length, position = [], [], 0, 0
    for found in _MARK.finditer(text):
        start = length + found.start() - position
        length = start + len(found[3])
        parts += [text[position : found.start()], found[3]]
        position = found.end()
        if found[2]:
            secrets.append(SecretSpan(start, length, found[2]))
    return Content("".join([*parts, text[position:]]), tuple(secrets))


def _refuse_enclosed(skeleton: str, template: str, known: Format) -> None:
    for found in re.finditer(known.encloses, skeleton, re.DOTALL | re.MULTILINE):
        if _HOLE in found[0]:
            raise _misplaced(skeleton, found.start() + found[0].index(_HOLE), template, "inside a string or a comment")


def _refuse_touched(skeleton: str, hole: int, name: str, template: str, known: Format) -> None:
    if name not in known.by_name:
        raise _misplaced(skeleton, hole, template, f"written as {name} in a file of {known.name}")
    before, after = _surroundings(name)
    line = skeleton.rfind("\n", 0, hole) + 1
    # Most values are told by their line alone, and looking further back for each of them takes its time.
    ahead = before.search(skeleton, line, hole) or before.search(skeleton, max(0, hole - _SIGHT), hole)
    behind = after.match(skeleton, hole + 1)
    if not ahead or not behind:
        raise _misplaced(skeleton, hole, template, f"not where {name} writes one")


@cache
def _surroundings(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    notation = NOTATIONS[name]
    return re.compile(rf"(?:{notation.before})\Z", re.MULTILINE), re.compile(notation.after)


def _misplaced(skeleton: str, hole: int, template: str, where: str) -> MisplacedError:
    line = skeleton.count("\n", 0, hole) + 1
    return MisplacedError(f"{template}: in line {line} of what it renders a value stands {where}")
