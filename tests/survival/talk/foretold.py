"""Rooms whose tokens can be foretold, so that what two runs leave can be compared to the letter."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tests.talk.accounts import Account
from tests.talk.rooms import Room, Rooms

LENGTH = 8


@dataclass
class ForetoldRooms(Rooms):
    """The token of a room hangs on how it was called when it was made, and how many were called so before.

    `called` counts them. The name of ours is in the description, or where a room is made in steps is its first name.
    """

    called: Counter[str] = field(default_factory=Counter)

    def make(self, kind: int, name: str, owner: Account, **more: Any) -> Room:
        """Make a room that has an owner."""
        call = f"{owner.name}: {more.get('description') or name}"
        self.called[call] += 1
        self.tokens = iter([sha256(f"{self.called[call]} {call}".encode()).hexdigest()[:LENGTH]])
        return super().make(kind, name, owner, **more)

    def doubles(self) -> set[str]:
        """Return how rooms were called of which several were made."""
        return {call for call, made in self.called.items() if made > 1}
