"""What is to be sent so that a conversation gets its traits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from migrate.core.rooms import Traits
from migrate.shared.talk.traits import SCOPES, TYPES


@dataclass(frozen=True, slots=True)
class Request:
    """A request about a conversation. `path`: what follows its token."""

    trait: str
    method: str
    path: str
    body: Mapping[str, Any]


def whole(traits: Traits, password: str, now: float) -> dict[str, Any]:
    """Return what makes a conversation with all its traits but its moderators."""
    lobby = _lobby(traits, now)
    optional = {
        "password": password,
        "listable": SCOPES[traits["listable"]],
        "permissions": traits["permissions"],
        "lobbyState": lobby["state"],
        # A number: of a text Talk makes 0, and the lobby is off.
        "lobbyTimer": lobby["timer"],
        "sipEnabled": int(traits["sip"]),
        "participants": {"users": traits["participants"]} if traits["participants"] else None,
    }
    must = {"roomType": TYPES[traits["type"]], "roomName": traits["name"], "description": traits["description"]}
    return must | {name: value for name, value in optional.items() if value}


def begun(name: str, traits: Traits, password: str) -> dict[str, Any]:
    """Return what makes a conversation that has nothing yet but a name by which it is found again."""
    body = {"roomType": TYPES[traits["type"]], "roomName": name}
    return {**body, "password": password} if password else body


def changes(asked: Traits, found: Traits, password: str, now: float) -> Iterator[Request]:
    """Return what gives a conversation the traits that it has not; the last one gives it its name."""
    opens = asked["type"] != found["type"]
    if opens:
        # With the password at once: it is never open without.
        yield Request("type", *(("POST" if password else "DELETE"), "/public", {"password": password}))
    # How a longer one is set than is usual nobody can see, so it is set again.
    if not opens and password and (not found["password"] or "password_length" in asked):
        yield Request("password", "PUT", "/password", {"password": password})
    for trait, (path, body) in _PLAIN.items():
        if asked[trait] != found[trait]:
            yield Request(trait, "PUT", path, body(asked[trait]))
    if not is_over(asked, now) and any(asked[trait] != found[trait] for trait in ("lobby", "lobby_timer")):
        yield Request("lobby", "PUT", "/webinar/lobby", _lobby(asked, now))
    if asked["name"] != found["name"]:
        yield Request("name", "PUT", "", {"roomName": asked["name"]})


def is_over(traits: Traits, now: float) -> bool:
    """Tell whether the lobby was to open before now: then there is none."""
    return bool(traits["lobby_timer"]) and traits["lobby_timer"] <= now


def _lobby(traits: Traits, now: float) -> dict[str, int]:
    on = traits["lobby"] and not is_over(traits, now)
    return {"state": int(on), "timer": traits["lobby_timer"] if on else 0}


_PLAIN: Mapping[str, tuple[str, Callable[[Any], Mapping[str, Any]]]] = {
    "description": ("/description", lambda value: {"description": value}),
    "listable": ("/listable", lambda value: {"scope": SCOPES[value]}),
    "permissions": ("/permissions/default", lambda value: {"permissions": value}),
    "sip": ("/webinar/sip", lambda value: {"state": int(value)}),
}
