"""The step that makes a server mail people, taken only by those who ask for it: guests who have no account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.core.errors import UsageError
from migrate.core.journal import RoomRecord
from migrate.core.naming import room_key
from migrate.core.plan import Action, Change
from migrate.core.rooms import Invitation, Invited, Target
from migrate.shared.people import is_address

_WITHOUT = frozenset({Action.DELETE, Action.CONFLICT})


@dataclass(frozen=True, slots=True)
class Mailed:
    """One room: what it is called, and how asking guests to it went."""

    room: str
    invited: Invited


def check_mails(target: Target) -> None:
    """Raise UsageError if the target mails nobody."""
    if not target.mails:
        raise UsageError(f"{target.label} mails nobody", hint="Apply the plan without --notify.")


def guests(changes: Iterable[Change]) -> list[tuple[str, str]]:
    """Return everybody who is invited and has no account: the key of the room, and an address."""
    found: dict[tuple[str, str], str] = {}
    for change in changes:
        if change.room_plan and change.action not in _WITHOUT:
            for one in change.meeting.attendees:
                if not one.account and is_address(one.email):
                    found.setdefault((room_key(change.key), one.email.casefold()), one.email)
    return [(key, email) for (key, _), email in found.items()]


def invitations(changes: Iterable[Change], made: Mapping[str, RoomRecord]) -> list[Invitation]:
    """Return who is to be asked to the rooms of these changes, as far as they are made."""
    by_room: dict[str, list[str]] = defaultdict(list)
    for key, email in guests(changes):
        by_room[key].append(email)
    return [
        Invitation(made[key].room, made[key].owner, tuple(addresses))
        for key, addresses in by_room.items()
        if key in made
    ]


def invite(
    target: Target, changes: Sequence[Change], made: Mapping[str, RoomRecord], told: Callable[[int, int], None]
) -> list[Mailed]:
    """Let the server mail all of them, but for those who were mailed before; what was mailed nobody can take back."""
    asked = invitations(changes, made)
    names = {record.room.name: str(record.found.get("name", record.room.url)) for record in made.values()}
    done = 0

    def tell() -> None:
        nonlocal done
        done += 1
        told(done, len(asked))

    invited = target.invite(asked, tell)
    return [Mailed(names[one.room.name], each) for one, each in zip(asked, invited, strict=True)]


def to_json(mailed: Iterable[Mailed]) -> list[dict[str, Any]]:
    """Return as JSON values who was mailed."""
    return [{"room": one.room, "mailed": list(one.invited.addresses), "reason": one.invited.reason} for one in mailed]
