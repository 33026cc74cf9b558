"""What a conversation shall have, and what it has, in the same terms: the traits of a room."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from migrate.core.features import needs
from migrate.core.meeting import Kind, Meeting, Person
from migrate.core.rooms import Traits
from migrate.shared.talk.abilities import Abilities
from migrate.shared.talk.passwords import LENGTH

TYPES = {"private": 2, "public": 3}
SCOPES = {"nobody": 0, "users": 1, "everybody": 2}
NAME = 255
# The bits of Talk: chosen, not by default; join a call; chat. Without those to send sound, picture or screen.
AUDIENCE = 1 + 4 + 128
# Only the list of participants tells of them.
UNTOLD = frozenset({"participants", "moderators"})
_MARK = "jitsi-migrate: "
_MARKED = re.compile(rf"^{_MARK}([a-z0-9-]+)\s*$", re.MULTILINE)
_NAMELESS = "Meeting"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the settings say of all conversations."""

    listable: Literal["nobody", "users", "everybody"] = "nobody"
    lobby: Literal["until-host", "until-start"] = "until-host"


def is_public(meeting: Meeting) -> bool:
    """Tell whether people must get in who have no account: some may be, where nobody is known."""
    return not meeting.attendees or not all(one.account for one in (*meeting.attendees, *meeting.alternative_hosts))


def plan_traits(name: str, meeting: Meeting, owner: str, abilities: Abilities, wishes: Wishes) -> Traits:
    """Return what the conversation of that name shall have; the same for the same input.

    Its owner moderates anyway; so does the host, whose it may not be any more.
    """
    public = is_public(meeting)
    lobby = "waiting_room" in meeting.features and abilities.lobby
    moderators = _accounts((meeting.host, *meeting.alternative_hosts), owner)
    traits = {
        "type": "public" if public else "private",
        "name": " ".join(meeting.topic.split())[:NAME].strip() or _NAMELESS,
        "description": _description(name, meeting.agenda, abilities.description),
        "password": public,
        "lobby": lobby,
        "lobby_timer": _start(meeting) if lobby and wishes.lobby == "until-start" else 0,
        "listable": wishes.listable if abilities.listing else "nobody",
        "permissions": AUDIENCE if "webinar" in needs(meeting) and abilities.permissions else 0,
        "sip": "dial_in" in meeting.features and abilities.telephone,
        "participants": sorted({*_accounts(meeting.attendees, owner), *moderators}),
        "moderators": moderators,
    }
    return {**traits, "password_length": abilities.secret} if public and abilities.secret > LENGTH else traits


def told_traits(shown: Mapping[str, Any]) -> Traits:
    """Return what a conversation has, as Talk shows it to its moderators."""
    return {
        "type": _name_of(TYPES, shown["type"]),
        "name": shown["name"],
        "description": shown["description"],
        "password": shown["hasPassword"],
        "lobby": bool(shown["lobbyState"]),
        "lobby_timer": shown["lobbyTimer"],
        "listable": _name_of(SCOPES, shown.get("listable", 0)),
        "permissions": shown.get("defaultPermissions", 0),
        "sip": bool(shown.get("sipEnabled", 0)),
    }


def marked(description: str) -> str:
    """Return the name of a room that stands in a description; empty if none does."""
    found = _MARKED.findall(description)
    return found[-1] if found else ""


def _description(name: str, agenda: str, limit: int) -> str:
    """Put the name of the room below the agenda, which gives way to it."""
    mark = f"{_MARK}{name}"
    text = "\n".join(line.rstrip() for line in agenda.splitlines()).strip()
    room = limit - len(mark) - 2
    if len(text) > room:
        text = f"{text[: room - 1].rstrip()}…"
    return f"{text}\n\n{mark}" if text else mark


def _start(meeting: Meeting) -> int:
    """Return when the only date begins, as seconds; 0 if there are several, as a lobby opens once."""
    several = meeting.rrule or meeting.singles or meeting.kind is Kind.ROOM
    return int(meeting.start.timestamp()) if meeting.start and not several else 0


def _accounts(people: tuple[Person, ...], owner: str) -> list[str]:
    return sorted({one.account for one in people if one.account} - {owner})


def _name_of(names: Mapping[str, int], number: int) -> str:
    return next((name for name, value in names.items() if value == number), str(number))
