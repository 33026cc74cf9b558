"""Whether people used a conversation, by all that is in it: what is listed of it is only its last message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.shared.ocs import Ocs

_CHAT = "apps/spreed/api/v1/chat"
_MOST = 200
# So that nobody is marked as being there, or as having read anything.
_UNSEEN = {"lookIntoFuture": "0", "setReadMarker": "0", "markNotificationsAsRead": "0", "noStatusUpdate": "1"}


def was_used(ocs: Ocs, token: str) -> bool:
    """Tell whether anybody wrote or called in a conversation; in one that is gone nobody did."""
    before = 0
    while True:
        said = ocs.ask("GET", f"{_CHAT}/{token}", None, limit=str(_MOST), lastKnownMessageId=str(before), **_UNSEEN)
        messages = said.data if said.is_done else []
        if any(map(_is_use, messages)):
            return True
        if len(messages) < _MOST:
            return False
        before = min(one["id"] for one in messages)


def _is_use(message: Mapping[str, Any]) -> bool:
    return message["messageType"] == "comment" or str(message["systemMessage"]).startswith("call_")
