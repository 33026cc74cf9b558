"""Links to meetings in text and HTML, where they stand, and numbers of meetings that are told in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import merge
from typing import NamedTuple

from migrate.shared.link_wrappers import unwrap
from migrate.shared.links import Link, begin_link
from migrate.shared.told_numbers import names_zoom, told_numbers

# A whole address, whoever's it is: one in another's query is not a link in the text. Where the text goes on without a
# blank, as it does in Japanese, a new address ends the last. Without a scheme it begins only where a word could: in
# user@zoom.us/ and äzoom.us/ is no link to Zoom. (No possessive quantifiers: Debian 12's Python goes wrong with them.)
_ADDRESS = re.compile(
    r"""
    (?: (?<![/@%\\]) (?:https?|zoommtg|zoomus):/
      | (?: ^ | (?<=[\s"'(<>\[{|,;:*\uff08\uff1a\u3001\uff0c\uff1b\u300c\u300e\u3010]) )
        [a-z0-9-]+\.[a-z0-9.-]+ (?: :[0-9]{1,5} )? (?=[/?])
    )
    (?: [a-z0-9_/=&?%@\#+.~:\\-]+ | [^\s"'<>a-z0-9_/=&?%@\#+.~:\\-] (?!(?:https?|zoommtg|zoomus):/) )*
    """,
    re.IGNORECASE | re.VERBOSE,
)
# What HTML writes for a bracket or a quotation mark behind the link.
_CLOSED = re.compile(r"&(?:gt|lt|quot|apos|nbsp|#0*3[49]|#0*160|#x0*2[27]|#x0*a0);", re.IGNORECASE)
_ASCII = re.compile(r"[!-~]*")
_REST = re.compile(r"(?:\?[!-~]*)?(?:#[!-~]*)?")
_PUNCTUATION = ".,;:!?*)]}|"


class Found(NamedTuple):
    """A link in a text. `text[start:end]` is what may be replaced: all of the link, or the digits of a told number."""

    link: Link
    start: int
    end: int


def find_links(text: str) -> Iterator[Found]:
    """Find what leads to meetings of Zoom, in order. What a calendar escaped or folded must have been undone."""
    links = list(_addresses(text)) if "://" in text or "zoom" in text.lower() else []
    told = told_numbers(text, linked=bool(links)) if links or names_zoom(text) else ()
    end = 0
    for found in merge(links, (Found(*number) for number in told), key=lambda found: found.start):
        if found.start >= end:
            yield found
            end = found.end


def _addresses(text: str) -> Iterator[Found]:
    for match in _ADDRESS.finditer(text):
        address = _CLOSED.split(match[0], maxsplit=1)[0]
        if begun := begin_link(address):
            link, path = begun
            rest = _REST.match(address, path)
            yield Found(link, match.start(), match.start() + path + _length(rest))
        elif (target := unwrap(whole := address[: _length(_ASCII.match(address))])) and (wrapped := begin_link(target)):
            yield Found(wrapped[0], match.start(), match.start() + len(whole))


def _length(match: re.Match[str] | None) -> int:
    """Return how long it is without the punctuation of the sentence that it stands in."""
    return len(match[0].rstrip(_PUNCTUATION)) if match else 0
