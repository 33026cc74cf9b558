"""Links to Zoom meetings, without the secrets in them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from migrate.shared.faults import Faults, show

# There is no user part in it: https://zoom.us@evil.example/ would lead to evil.example.
_URL = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>[a-z0-9.-]+)(?::\d{1,5})?"
    r"(?P<path>/[^?#\s]*)?(?:\?(?P<query>[^#\s]*))?(?:\#\S*)?",
    re.IGNORECASE | re.ASCII,
)
_ZOOM = re.compile(r"(?:.+\.)?(?:zoom\.us|zoom\.com|zoomgov\.com|zoom\.com\.cn|zoom-x\.de)", re.IGNORECASE)
# Links for hosts (/s/) and for the web client lead to the same meeting as the one that people were given.
_MEETING = re.compile(r"/(?:(?P<webinar>w)|j|s|wc|wc/join)/(?P<number>\d{9,11})(?:/\w*)?", re.ASCII)
_CALENDAR_FILE = re.compile(r"/meeting/[^/]+/ics/?")


class Link(NamedTuple):
    """A link that may be shown: `url` has no query, where passcodes and tokens are."""

    url: str
    number: str | None
    has_passcode: bool
    webinar: bool = False


@lru_cache(maxsize=1 << 13)
def read_link(cell: str) -> Link | None:
    """Read a link, None if it is none. The link to a calendar file is a secret and leads to no meeting."""
    match = _URL.fullmatch(cell)
    if match is None:
        return None
    host, path = match["host"], match["path"] or ""
    zoom = _ZOOM.fullmatch(host) is not None
    if not (zoom or match["scheme"]) or _CALENDAR_FILE.fullmatch(path) or not path.isprintable():
        return None
    passcode = "pwd=" in (match["query"] or "")
    meeting = _MEETING.fullmatch(path) if zoom else None
    if meeting is None:
        return Link(f"https://{host}{path}", None, passcode)
    url = f"https://{host}/{meeting['webinar'] or 'j'}/{meeting['number']}"
    return Link(url, meeting["number"], passcode, meeting["webinar"] is not None)


def check_link(cell: str, faults: Faults) -> Link | None:
    """Read a link, and report it if it is none."""
    link = read_link(cell)
    if link is None:
        hint = "It is left out: people who follow it cannot be sent on."
        faults.warn("bad-link", f"{show(cell.partition('?')[0])} is not a link", hint)
    return link
