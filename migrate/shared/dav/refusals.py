"""Why a server did not take a change, in words for people, and what they can do."""

from __future__ import annotations

import re

from migrate.shared.http import Answer

CHANGED = "changed in the calendar meanwhile; plan again"
GONE = "deleted in the calendar meanwhile; plan again"
IN_TRASH = "the event is in the trash bin of the calendar; restore it or delete it there for good, and plan again"

_WORDS = {
    400: "the server does not understand the event",
    403: "the user may not write to this calendar; share it with the user, or write there as its owner",
    404: "the calendar is not there; some servers make it when its owner first logs in",
    405: "nothing can be written there; check the URL of the calendar",
    409: "the calendar is not there, or has the event under another name; check the URL of the calendar",
    413: "the event is too big for the server",
    415: "the server does not take this as an event",
    423: "the event is locked by another program; try again later",
    500: "the server has a fault of its own; see its log",
    507: "no space is left for this user; raise the quota",
}
_MESSAGE = re.compile(rb"<(?:\w+:)?(?:message|responsedescription)[^>]*>([^<]{1,300})<")
_MOST_SHOWN = 200


def refusal(answer: Answer) -> str:
    """Say why a change was not made."""
    said = _MESSAGE.search(answer.body[:8192])
    words = _WORDS.get(answer.status, "the server does not take the change")
    told = f": {said[1].decode(errors='replace').strip()[:_MOST_SHOWN]}" if said else ""
    return f"{words} ({answer.status}{told})"


def elsewhere(url: str) -> str:
    """Say that another object of the collection has the UID."""
    return f"the event is in the calendar already, as {url}; plan again"
