"""Why a server did not take a change, in words for people, and what they can do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from migrate.shared.http import Answer

CHANGED = "changed in the calendar meanwhile; plan again"
GONE = "deleted in the calendar meanwhile; plan again"
NO_CALENDAR = "the calendar is not there; some servers make it when its owner first logs in"

_WORDS = {
    400: "the server does not understand the event",
    403: "the user may not write to this calendar; share it with the user, or write there as its owner",
    404: NO_CALENDAR,
    405: "nothing can be written there; check the URL of the calendar",
    409: "the calendar is not there, or has the event under another name; check the URL of the calendar",
    413: "the event is too big for the server",
    415: "the server does not take this as an event",
    423: "the event is locked by another program; try again later",
    500: "the server has a fault of its own; see its log",
    507: "no space is left for this user; raise the quota",
}
_WORDS_OF_MAKING = {
    403: "the user may make none there, or no more; delete some, or let an administrator make it",
    429: "the server makes no more for this user within the hour; run apply again later",
}
_MESSAGE = re.compile(rb"<(?:\w+:)?(?:message|responsedescription)[^>]*>([^<]{1,300})<")
_MOST_SHOWN = 200


def refusal(answer: Answer) -> str:
    """Say why a change was not made."""
    return f"{_WORDS.get(answer.status, 'the server does not take the change')} ({_told(answer)})"


def not_below(homes: Sequence[str]) -> str:
    """Say that a calendar is not where its user could have one."""
    return f"the calendar is not there, and none is made outside of {' or '.join(homes)}; check its URL"


def not_made(answer: Answer) -> str:
    """Say why a calendar was not made."""
    words = _WORDS_OF_MAKING.get(answer.status, "the server does not make it")
    return f"the calendar is not there, and {words} ({_told(answer)})"


def elsewhere(url: str) -> str:
    """Say that another object of the collection has the UID."""
    return f"the event is in the calendar already, as {url}; plan again"


def _told(answer: Answer) -> str:
    said = _MESSAGE.search(answer.body[:8192])
    return f"{answer.status}: {said[1].decode(errors='replace').strip()[:_MOST_SHOWN]}" if said else str(answer.status)
