"""Content lines (RFC 5545) as the icalendar library writes them: its types quote values, its lines fold.

Lines, not whole components: most lines of an event stand in thousands of others too, and those are written once.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import vDDDTypes, vDuration, vInt, vRecur, vText, vUri
from icalendar.parser import Contentline, Parameters

_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TO_QUOTE = re.compile(r"[\x00-\x1f\x7f-\x9f\\;,\ud800-\udfff\ufeff]")
_NOT_URI = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff]")
_UNFOLDED = 74
_NONE = Parameters()
_VIDEO_MEETING = Parameters({"FEATURE": ["VIDEO", "AUDIO"], "LABEL": "Video meeting", "VALUE": "URI"})
_CONFERENCE = str(Contentline.from_parts("CONFERENCE", _VIDEO_MEETING, vUri("")))
_LINE_BREAK = re.compile(r"\r\n?")


class _Text(vText):
    r"""A TEXT in which a backslash before an N stays one: the library reads `\N` as a line break while it writes."""

    def to_ical(self) -> bytes:
        if r"\N" not in self:
            return super().to_ical()
        return rb"\\N".join(vText(part).to_ical() for part in self.split(r"\N"))


def text_line(name: str, value: str) -> str:
    """Return a line with a TEXT value, less the control characters that iCalendar forbids."""
    # Most texts are written as they are, links above all.
    if not _TO_QUOTE.search(value):
        return f"{_folded(f'{name}:{value}')}\r\n"
    return _line(name, _Text(_NOT_TEXT.sub("", _LINE_BREAK.sub("\n", value))))


def conference_line(url: str) -> str:
    """Return a CONFERENCE (RFC 7986): where people see and hear each other."""
    return f"{_folded(_CONFERENCE + uri(url))}\r\n"


def uri(value: str) -> str:
    """Return a URI that can stand in a line: what cannot is percent-encoded."""
    return _NOT_URI.sub(lambda found: quote(found[0], errors="replace"), value)


def moment_line(name: str, moment: datetime, zone: ZoneInfo | None) -> str:
    """Return a line with a date and time: local with its zone's TZID, or in UTC if `zone` is None."""
    local = moment.astimezone(zone or UTC).replace(tzinfo=None)
    return _moment_line(name, local, zone.key if zone else "")


@lru_cache(maxsize=8192)
def _moment_line(name: str, local: datetime, zone: str) -> str:
    if not zone:
        return _line(name, vDDDTypes(local.replace(tzinfo=UTC)))
    return _line(name, vDDDTypes(local), Parameters({"TZID": zone}))


@lru_cache(maxsize=1024)
def number_line(name: str, value: int) -> str:
    """Return a line with an INTEGER value."""
    return _line(name, vInt(value))


@lru_cache(maxsize=1024)
def duration_line(minutes: int) -> str:
    """Return a DURATION."""
    return _line("DURATION", vDuration(timedelta(minutes=minutes)))


@lru_cache(maxsize=8192)
def rule_line(rrule: str) -> str:
    """Return an RRULE. Raises ValueError if it is not one."""
    return _line("RRULE", vRecur.from_ical(rrule))


def _line(name: str, value: Any, parameters: Parameters = _NONE) -> str:
    return f"{_folded(str(Contentline.from_parts(name, parameters, value)))}\r\n"


def _folded(line: str) -> str:
    # The library looks at every character, for those of many bytes and for pairs that must stay together.
    if not line.isascii() or "\\" in line or "^" in line:
        folded: bytes = Contentline(line).to_ical()  # type: ignore[no-untyped-call]
        return folded.decode()
    return "\r\n ".join(line[at : at + _UNFOLDED] for at in range(0, len(line), _UNFOLDED))
