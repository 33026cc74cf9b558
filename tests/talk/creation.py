"""POST /room: what is taken, what is refused and what is dropped without a word."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

from tests.talk.accounts import Account
from tests.talk.ocs import OcsError, Request, fault
from tests.talk.participants import ADDRESS, invite_address, invite_group, invite_user
from tests.talk.rooms import CUSTOM, GROUP, ONE_TO_ONE, PUBLIC, Room
from tests.talk.talk import Talk

OBJECT_TYPES = re.compile(r"|event|instant_meeting|extended_conversation|phone\w*")
# What a version takes that cannot make a room all at once.
EARLIER = {"roomType", "roomName", "invite", "source", "objectType", "objectId", "password", "format"}
KINDS = {"users", "groups", "emails", "teams", "federated_users", "phones"}
# The largest value that each number may have, and the key of the error.
LIMITS = {
    "readOnly": (1, "read-only"),
    "listable": (2, "listable"),
    "messageExpiration": (sys.maxsize, "message-expiration"),
    "lobbyState": (1, "lobby"),
    "sipEnabled": (2, "sip-enabled"),
    "recordingConsent": (1, "recording-consent"),
    "mentionPermissions": (1, "mention-permissions"),
}


def create(talk: Talk, request: Request, user: Account) -> tuple[int, object]:
    """Make a room, whether there is one like it or not."""
    all_at_once = talk.profile.has("conversation-creation-all")
    if not all_at_once:
        known = {name: value for name, value in request.body.items() if name in EARLIER}
        request = Request(request.method, request.path, request.headers, known)
    if request.number("roomType") == ONE_TO_ONE:
        return _one_to_one(talk, request, user)
    if not talk.may_create(user):
        raise OcsError.named(403, "permissions")
    _check(talk, request, user)
    wanted, invalid = _sorted_out(talk, request)
    if invalid and not any(wanted.values()):
        raise OcsError.named(404, "invite")
    if talk.settings.backend_is_dead:
        raise fault()
    room = _made(talk, request, user)
    _invite(talk, room, user, wanted)
    shown = talk.shown(room, room.attendee(user.name))
    return (202, {**shown, "invalidParticipants": invalid}) if invalid else (201, shown)


def _one_to_one(talk: Talk, request: Request, user: Account) -> tuple[int, object]:
    users = _participants(request).get("users", [])
    other = talk.accounts.users.get(request.text("invite") or (users[0] if users else ""))
    if other is None or other is user:
        raise OcsError.named(404, "invite")
    for room, me in talk.rooms.of(user.name):
        if room.type == ONE_TO_ONE and other.name in {room.name, *(one.name for one in room.attendees)}:
            return 200, talk.shown(room, me)
    if talk.settings.backend_is_dead:
        raise fault()
    # The other one is not in it before there is a message.
    room = talk.rooms.make(ONE_TO_ONE, other.name, user)
    room.attendees[0].level = 1
    return 201, talk.shown(room, room.attendee(user.name))


def _check(talk: Talk, request: Request, user: Account) -> None:
    """Raise for what is refused. Each fault was recorded alone; their order is that of the server's source."""
    # Nothing at all is taken for a name, and blanks are not.
    if len(request.text("roomName")) > 255 or (request.text("roomName") and not request.text("roomName").strip()):
        raise OcsError.named(400, "name")
    if request.number("roomType") not in {GROUP, PUBLIC}:
        raise OcsError.named(400, "type")
    if not OBJECT_TYPES.fullmatch(request.text("objectType")):
        raise OcsError.named(400, "object-type")
    if bool(request.text("objectType")) != bool(request.text("objectId")):
        raise OcsError.named(400, "object")
    public, password = request.number("roomType") == PUBLIC, request.text("password")
    if public and not password and talk.settings.force_passwords:
        raise OcsError.named(400, "password", message="A password must be set")
    limits = {**LIMITS, "permissions": (talk.profile.highest, "permissions")}
    for name, (limit, error) in limits.items():
        if not 0 <= request.number(name) <= limit:
            raise OcsError.named(400, error)
    if len(request.text("description")) > 2000:
        raise OcsError.named(400, "description")
    if request.text("emoji").isascii() and request.text("emoji"):
        raise OcsError.named(400, "avatar")
    if message := talk.accounts.weakness(password, user) if public and password else "":
        raise OcsError.named(400, "password", message=message)


def _participants(request: Request) -> Mapping[str, list[str]]:
    found = request.body.get("participants") or {}
    return {kind: names for kind, names in found.items() if kind in KINDS}


def _sorted_out(talk: Talk, request: Request) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return whom Talk can ask to join, and whom it cannot."""
    can = {
        "users": talk.accounts.users.__contains__,
        "groups": talk.accounts.groups.__contains__,
        "emails": lambda address: bool(ADDRESS.fullmatch(address)),
    }
    wanted, invalid = {}, {}
    for kind, names in _participants(request).items():
        for name in names:
            taken = can.get(kind, lambda _: False)(name)
            (wanted if taken else invalid).setdefault(kind, []).append(name)
    return wanted, invalid


def _made(talk: Talk, request: Request, user: Account) -> Room:
    kind, number = request.number("roomType"), request.number
    values: dict[str, Any] = {
        "object_type": request.text("objectType"),
        "object_id": request.text("objectId"),
        # Dropped without a word for a room that nobody can enter without being in it.
        "password": request.text("password") if kind == PUBLIC else "",
        "description": request.text("description"),
        "avatar": request.text("emoji"),
        "read_only": number("readOnly"),
        "listable": number("listable"),
        "expiration": number("messageExpiration"),
        "mention_permissions": number("mentionPermissions"),
        # Dropped without a word where there is no bridge.
        "sip": number("sipEnabled") if talk.settings.sip else 0,
        "permissions": number("permissions") and number("permissions") | CUSTOM,
    }
    room = talk.rooms.make(kind, request.text("roomName") or "---", user, **values)
    if number("lobbyState"):
        # A text is no time but a number that begins it, which is long ago.
        system = room.open_lobby(number("lobbyState"), number("lobbyTimer"), talk.rooms.now())
        talk.rooms.say(room, user, system)
    return room


def _invite(talk: Talk, room: Room, user: Account, wanted: Mapping[str, list[str]]) -> None:
    for kind, invite in (("users", invite_user), ("groups", invite_group), ("emails", invite_address)):
        for name in wanted.get(kind, ()):
            # Who asks is asked as one of a group too, which spends a number.
            talk.rooms.joined += kind == "groups" and name in user.groups
            invite(talk, room, user, name)
