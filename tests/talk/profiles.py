"""Versions of Talk: what each says of itself, and what its rooms and answers have that others have not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parents[1] / "data/nextcloud"


@dataclass(frozen=True)
class Profile:
    """A version. `without` and `with_`: the features that it has not, or has beside those of the recorded one.

    `room`: fields of a room that the recorded one has not. `names_errors`: promoting and importing answer with a key
    of an error, where the recorded one says nothing or a translated sentence. `highest`: the largest permissions.
    """

    talk: str
    server: str
    without: frozenset[str] = frozenset()
    with_: tuple[str, ...] = ()
    room: Mapping[str, Any] = field(default_factory=dict)
    names_errors: bool = False
    highest: int = 255

    def has(self, feature: str) -> bool:
        """Say whether it can do something."""
        return feature in self.capabilities()["features"]

    def capabilities(self, *, known: bool = True) -> dict[str, Any]:
        """Return what the block `spreed` of the capabilities says to a user, or to somebody who is not logged in."""
        found = deepcopy(_recorded("02-talk-rooms", "caps-room"))
        if not known:
            found = deepcopy(_recorded("01-auth-users", "caps-anon")["capabilities"]["spreed"])
        for key, more in (("features", self.with_), ("features-local", ())):
            found[key] = [*(name for name in found[key] if name not in self.without), *more]
        return {**found, "version": self.talk}

    def version(self) -> dict[str, Any]:
        """Return the server's version as the capabilities say it."""
        major, minor, micro = map(int, self.server.split("."))
        numbers = {"major": major, "minor": minor, "micro": micro, "string": self.server}
        return {**numbers, "edition": "", "extendedSupport": False}


@cache
def _recorded(case: str, name: str) -> dict[str, Any]:
    entries = json.loads((RECORDED / f"{case}.json").read_text("utf-8"))
    answer = next(entry["response"]["body"] for entry in entries if entry["name"] == name)
    return (json.loads(answer) if isinstance(answer, str) else answer)["ocs"]["data"]


# As recorded.
TALK_22 = Profile("22.0.0-beta.2", "32.0.1")
# Before 21.1 a room is made in steps. The lists of features are read in upstream's documentation, not recorded.
SINCE_21_1 = frozenset(
    [
        *("conversation-creation-all", "important-conversations", "unbind-conversation", "sip-direct-dialin"),
        *(
            "dashboard-event-rooms",
            "mutual-calendar-events",
            "upcoming-reminders",
            "sensitive-conversations",
            "threads",
        ),
    ]
)
TALK_21 = Profile("21.0.4", "31.0.4", without=SINCE_21_1)
# The fields are those that the description of the interface requires and no room of 22 has.
TALK_25 = Profile(
    "25.0.0",
    "35.0.0",
    with_=(
        *("pinned-messages", "scheduled-messages", "conversation-presets", "conversation-tags"),
        *("preserve-conversation", "promote-demote-owner"),
    ),
    room={"tagIds": [], "lastPinnedId": 0, "hiddenPinnedId": 0, "hasScheduledMessages": 0, "attributes": 0},
    names_errors=True,
    highest=511,
)
