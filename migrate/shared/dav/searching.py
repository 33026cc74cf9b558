"""What a server is asked for so that it need not send a whole calendar: events to come, and those that name Zoom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from migrate.shared.dav.xml import ETAG, query

_WORD = "zoom"
# Events whose dates a server does not understand are found by what is in them.
_PROPERTIES = (
    "LOCATION",
    "DESCRIPTION",
    "SUMMARY",
    "URL",
    "CONFERENCE",
    "X-ALT-DESC",
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
    "X-MICROSOFT-ONLINEMEETINGCONFLINK",
    "X-MICROSOFT-ONLINEMEETINGINFORMATION",
    "X-ZOOM-MEETING-URL",
)


def queries(since: datetime) -> Sequence[bytes]:
    """Return the queries; what is sought is in the answer to at least one of them."""
    return [query(ETAG, since=since), *(query(ETAG, contains=(name, _WORD)) for name in _PROPERTIES)]
