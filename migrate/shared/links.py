"""Links to Zoom meetings, without the secrets in them. Their hosts and shapes are rows of data/links.tsv."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from migrate.shared.faults import Faults, show
from migrate.shared.link_wrappers import unwrap
from migrate.shared.resources import data_rows

LINKS = ("meeting", "webinar", "personal", "registration", "event")
"""The kinds of links that lead to a meeting, in the end."""

# There is no user part in it: https://zoom.us@evil.example/ would lead to evil.example.
_SERVER = r"(?:(?P<scheme>https?|zoommtg|zoomus):/{1,2})?(?P<host>[a-z0-9.-]+(?![a-z0-9.-]))(?::\d{1,5})?"
_FLAGS = re.IGNORECASE | re.ASCII
_URL = re.compile(rf"{_SERVER}(?P<path>/[^?#\s]*)?(?:\?(?P<query>[^#\s]*))?(?:\#\S*)?", _FLAGS)
_BEGINNING = re.compile(rf"{_SERVER}(?=/)", _FLAGS)
_CALENDAR_FILE = re.compile(r"/meeting/[^/]+/ics/?", re.IGNORECASE)
_WORDS = {
    "NUMBER": r"(?P<number>\d{9,11}|\d{3}-\d{3,4}-\d{4}|\d{3}-\d{3}-\d{3})(?!\d)",
    # A name that goes on with what no name may have would be somebody else's if it were cut there.
    "NAME": r"(?P<name>[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_-])?)(?![a-z0-9_%@-])",
    "TOKEN": r"[\w-]+",
}
_REST = re.compile(r"(?:\?[^#\s]*)?(?:#\S*)?")
_PASSCODE = re.compile(r"\?[^#\s]*?pwd=")


class Link(NamedTuple):
    """A link that may be shown: `url` has no query, where passcodes and tokens are.

    `kind` is meeting, webinar, personal (which has a `name` and no number), registration or event, and empty for any
    other link. In text there are also kinds that are no links; their `url` is the one that the number had.
    """

    url: str
    number: str | None
    has_passcode: bool
    kind: str = ""
    name: str | None = None

    @property
    def webinar(self) -> bool:
        """Tell whether the link itself says that it leads to a webinar."""
        return self.kind == "webinar"


@lru_cache(maxsize=1 << 13)
def read_link(cell: str) -> Link | None:
    """Read a link, None if it is none. The link to a calendar file is a secret and leads to no meeting."""
    if (begun := begin_link(cell)) and _REST.fullmatch(cell, begun[1]):
        return begun[0]
    match = _URL.fullmatch(cell)
    path = match["path"] or "" if match else ""
    if match is None or _CALENDAR_FILE.fullmatch(path) or not path.isprintable():
        return None
    if (target := unwrap(cell)) and (wrapped := begin_link(target)):
        return wrapped[0]
    whole = cell.lower().startswith(("https://", "http://")) or (not match["scheme"] and is_zoom(match["host"]))
    return Link(f"https://{match['host']}{path}", None, "pwd=" in (match["query"] or "")) if whole else None


def check_link(cell: str, faults: Faults) -> Link | None:
    """Read a link, and report it if it is none."""
    link = read_link(cell)
    if link is None:
        hint = "It is left out: people who follow it cannot be sent on."
        faults.warn("bad-link", f"{show(cell.partition('?')[0])} is not a link", hint)
    return link


def begin_link(text: str) -> tuple[Link, int] | None:
    """Read the link to Zoom that a text begins with, and where its path ends; None if there is none."""
    server = _BEGINNING.match(text)
    if server is None or not is_zoom(server["host"]):
        return None
    for kind, shape in _shapes():
        if match := shape.match(text, server.end()):
            has_passcode = _PASSCODE.match(text, match.end()) is not None
            return _link(kind, server["host"].lower(), match, has_passcode), match.end()
    return None


@lru_cache(maxsize=1 << 10)
def is_zoom(host: str) -> bool:
    """Tell whether a host is one of Zoom's, and none that only looks like one."""
    host, known = host.lower(), rows_of("host")
    return host in known or (host.endswith(tuple(f".{name}" for name in known)) and "" not in host.split("."))


@cache
def rows_of(what: str) -> Sequence[str]:
    """Return the patterns of one sort in data/links.tsv."""
    return [pattern for sort, pattern, *_ in data_rows("links.tsv") if sort == what]


def _link(kind: str, host: str, match: re.Match[str], has_passcode: bool) -> Link:
    """Make the one link of a meeting, whichever way in was given."""
    told = match.groupdict()
    if number := told.get("number"):
        number = number.replace("-", "")
        return Link(f"https://{host}/{'w' if kind == 'webinar' else 'j'}/{number}", number, has_passcode, kind)
    return Link(f"https://{host}{match[0]}", None, has_passcode, kind, told.get("name"))


@cache
def _shapes() -> Sequence[tuple[str, re.Pattern[str]]]:
    rows = data_rows("links.tsv")
    return [(kind, _shape(pattern)) for kind, pattern, *_ in rows if kind in LINKS]


def _shape(pattern: str) -> re.Pattern[str]:
    """Compile a pattern such as /j/NUMBER or /join?confno=NUMBER; the match is the path alone."""
    path, _, query = re.escape(pattern).partition(re.escape("?"))
    asked = rf"/?(?=\?(?:[^#\s]*[&;])?{query}\b)" if query else r"(?:/\w*)?"
    regex = path + asked
    for word, meaning in _WORDS.items():
        regex = regex.replace(word, meaning)
    return re.compile(regex, _FLAGS)
