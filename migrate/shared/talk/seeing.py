"""The conversations that an account has: those of this product among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.core.errors import TargetError
from migrate.core.rooms import Room, RoomFound, Traits
from migrate.shared.ocs import Ocs
from migrate.shared.talk.traits import TYPES, marked, told_traits

ROOM = "apps/spreed/api/v4/room"
_BUILT_IN = frozenset({"sample", "note_to_self"})
_OWNER, _MODERATOR = 1, 2


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation as the list tells it. `number`: older ones have lower. `mark`: which room it says it is."""

    number: int
    token: str
    mark: str
    is_own: bool
    used: bool
    traits: Traits

    def found(self, name: str, url: str) -> RoomFound:
        """Return it as the room of that name on the server at `url`."""
        return RoomFound(Room(name, f"{url}/call/{self.token}"), self.traits, self.used)


def token_of(url: str) -> str:
    """Return the token of a conversation from its link."""
    return url.rpartition("/")[2]


def list_seen(ocs: Ocs) -> Mapping[str, Sequence[Seen]]:
    """Return the conversations that the account moderates, by the name of the room, the oldest first: it counts.

    One that is half made bears the name of the room as its own. No token is ever looked up: who misses is shut out.
    """
    said = ocs.ask("GET", ROOM, noStatusUpdate="1")
    if not said.is_done:
        raise TargetError(f"the conversations of {ocs.user!r} cannot be listed: {said}")
    found: dict[str, list[Seen]] = defaultdict(list)
    for one in sorted(map(see, filter(_may_be_ours, said.data)), key=lambda one: one.number):
        found[one.mark or one.traits["name"]].append(one)
    return found


def see(shown: Mapping[str, Any]) -> Seen:
    """Read a conversation as Talk shows it."""
    last = shown.get("lastMessage") or {}
    used = shown["hasCall"] or last.get("messageType") == "comment"
    own = shown["participantType"] == _OWNER
    return Seen(shown["id"], shown["token"], marked(shown["description"]), own, used, told_traits(shown))


def _may_be_ours(shown: Mapping[str, Any]) -> bool:
    return (
        shown["type"] in TYPES.values()
        and shown.get("objectType") not in _BUILT_IN
        and shown["participantType"] in {_OWNER, _MODERATOR}
    )
