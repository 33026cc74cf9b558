"""What a conversation shall have, in a few words for people who read a plan."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.core.rooms import Traits

_LISTED = {"users": "found by all users", "everybody": "found by everybody"}


def summary(traits: Traits) -> str:
    """Return it in one line."""
    return ", ".join(_parts(traits))


def _parts(traits: Traits) -> Iterator[str]:
    yield f"{traits['type']} with a password" if traits["password"] else traits["type"]
    if guests := len(traits["participants"]):
        moderators = f" ({len(traits['moderators'])} of them moderating)" if traits["moderators"] else ""
        yield f"{guests} {'participant' if guests == 1 else 'participants'}{moderators}"
    if traits["lobby"]:
        yield "a lobby until it begins" if traits["lobby_timer"] else "a lobby until the host opens it"
    if traits["permissions"]:
        yield "participants listen and chat"
    if traits["sip"]:
        yield "joining by telephone"
    if listed := _LISTED.get(traits["listable"]):
        yield listed
