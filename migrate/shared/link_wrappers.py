"""Links that programs wrap around a link, to look at whoever follows it. They are rows of data/link-wrappers.tsv.

Only those that carry their target are undone; nothing is asked of any server.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from html import unescape
from itertools import starmap
from string import ascii_letters, digits
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

from migrate.shared.resources import data_rows

# A mail that is forwarded is wrapped again.
_DEEP = 4
_URL = re.compile(
    r"https?://(?P<host>[a-z0-9.-]+(?![a-z0-9.-]))(?P<path>/[^?#\s]*)?(?:\?(?P<query>[^#\s]*))?", re.IGNORECASE
)
_UNREADABLE = "-"
_IN_PATH = "__TARGET__"
# Proofpoint: what stands between __ and __; is the link, with a star for each octet that comes in base64 behind it.
_STARRED = re.compile(r"/v3/__(?P<link>\S+)__;(?P<octets>[\w-]*)", re.ASCII)
_STAR = re.compile(r"\*(?:\*(.))?", re.DOTALL)
_LENGTHS = {char: length for length, char in enumerate(ascii_letters[26:] + ascii_letters[:26] + digits + "-_", 2)}


class Wrapper(NamedTuple):
    """A row of the table. A host that begins with *. is any below it, the path * is any; `target` is the parameter."""

    name: str
    host: str
    path: str
    target: str
    certainty: str

    @property
    def readable(self) -> bool:
        """Tell whether the link carries its target."""
        return self.target != _UNREADABLE

    def stands_at(self, host: str) -> bool:
        """Tell whether links to a host are wrapped by it."""
        return host == self.host or (self.host.startswith("*.") and host.endswith(self.host[1:]))

    def undo(self, url: re.Match[str]) -> str | None:
        """Return the target, None if it is not in the link."""
        if self.target == _IN_PATH:
            starred = _STARRED.match(url.string, url.end("host"))
            return _unstarred(starred["link"], starred["octets"]) if starred else None
        if self.path not in ("*", url["path"] or "/"):
            return None
        parameter, _, coding = self.target.partition(" ")
        values = parse_qs(unescape(url["query"] or "")).get(parameter)
        return _CODINGS[coding](values[0]) if values else None


def unwrap(url: str) -> str | None:
    """Return the link inside a wrapped one, None if it is not wrapped or cannot be read."""
    target, inner = None, _unwrap(url)
    for _ in range(_DEEP):
        if inner is None:
            break
        target, inner = inner, _unwrap(inner)
    return target


@cache
def wrappers() -> Sequence[Wrapper]:
    """Return the known ones, also those whose target only their server knows."""
    return list(starmap(Wrapper, data_rows("link-wrappers.tsv")))


def _unwrap(url: str) -> str | None:
    match = _URL.match(url)
    if match is None:
        return None
    return next(filter(None, (wrapper.undo(match) for wrapper in _readable_at(match["host"].lower()))), None)


@lru_cache(maxsize=1 << 10)
def _readable_at(host: str) -> Sequence[Wrapper]:
    return [wrapper for wrapper in wrappers() if wrapper.readable and wrapper.stands_at(host)]


def _unstarred(link: str, octets: str) -> str:
    """Put the octets back. Two stars and a letter stand for as many octets as the letter tells."""
    left = bytearray(_decoded(octets))

    def taken(star: re.Match[str]) -> str:
        length = _LENGTHS.get(star[1], 0) if star[1] else 1
        octets = bytes(left[:length])
        del left[:length]
        return octets.decode(errors="replace") or star[0]

    return _STAR.sub(taken, link)


def _decoded(base64: str) -> bytes:
    try:
        return urlsafe_b64decode(base64 + "=" * (-len(base64) % 4))
    except ValueError:
        return b""


def _percent_for_dash(value: str) -> str:
    return unquote(value.replace("-", "%").replace("_", "/"))


_CODINGS: Mapping[str, Callable[[str], str]] = {
    "": str,
    "(proofpoint)": _percent_for_dash,
    "(base64)": lambda value: _decoded(value).decode(errors="replace"),
}
