"""Which request is answered by what."""

from __future__ import annotations

from collections.abc import Sequence

from tests.talk import participants, room_api
from tests.talk.accounts import Account
from tests.talk.creation import create
from tests.talk.meeting import schedule
from tests.talk.ocs import UNKNOWN_ROUTE, OcsError, Request, fault
from tests.talk.rooms import PUBLIC
from tests.talk.talk import Call, Talk

LOOK_UP = "GET room/*"
YEAR = 365 * 86_400

OF_A_USER = {
    "GET room": room_api.list_rooms,
    "POST room": create,
    "GET dashboard/events": room_api.list_events,
    "GET signaling/settings": room_api.signaling_settings,
}
OF_A_PARTICIPANT = {
    LOOK_UP: room_api.get,
    "GET room/*/capabilities": room_api.capabilities,
    "GET room/*/participants": participants.listed,
    "DELETE room/*/participants/self": participants.leave,
    "POST room/*/favorite": room_api.sets_mine("favourite", on=True),
    "DELETE room/*/favorite": room_api.sets_mine("favourite", on=False),
    "POST room/*/archive": room_api.sets_mine("archived", on=True),
    "DELETE room/*/archive": room_api.sets_mine("archived", on=False),
    "POST room/*/notify": room_api.notify,
    "GET chat/*": room_api.read_messages,
    "POST chat/*": room_api.write_message,
}
OF_A_MODERATOR = {
    "PUT room/*": room_api.rename,
    "DELETE room/*": room_api.delete,
    "DELETE room/*/object": room_api.unbind,
    "POST room/*/public": room_api.open_to_public,
    "DELETE room/*/public": room_api.close_to_public,
    "PUT room/*/description": room_api.describe,
    "PUT room/*/password": room_api.set_password,
    "PUT room/*/read-only": room_api.sets("read_only", "state", 1, "read_only"),
    "PUT room/*/listable": room_api.sets("listable", "scope", 2, "listable_users"),
    "PUT room/*/mention-permissions": room_api.sets("mention_permissions", "mentionPermissions", 1),
    "POST room/*/message-expiration": room_api.sets("expiration", "seconds", YEAR, "message_expiration_enabled"),
    "PUT room/*/permissions/*": room_api.set_permissions,
    "PUT room/*/webinar/lobby": room_api.set_lobby,
    "PUT room/*/webinar/sip": room_api.set_sip,
    "PUT room/*/recording-consent": room_api.not_configured,
    "POST breakout-rooms/*": room_api.break_out,
    "POST room/*/participants": participants.add,
    "POST room/*/participants/resend-invitations": participants.resend,
    "DELETE room/*/attendees": participants.remove,
    "POST room/*/moderators": participants.promote,
    "DELETE room/*/moderators": participants.demote,
    "POST room/*/import-emails": participants.import_addresses,
    "POST room/*/meeting": schedule,
}
OF_A_ROOM = OF_A_PARTICIPANT | OF_A_MODERATOR
# What a version without the feature does not know.
NEEDS = {"DELETE room/*/object": "unbind-conversation", "GET dashboard/events": "dashboard-event-rooms"}


def answer(talk: Talk, request: Request, user: Account) -> tuple[int, object]:
    """Answer what is asked below /apps/spreed/api. Raises OcsError for what is refused."""
    key = key_of(request.method, request.path[6:])
    if (key not in OF_A_USER and key not in OF_A_ROOM) or not talk.profile.has(NEEDS.get(key, "conversation-v4")):
        raise OcsError(404, code=UNKNOWN_ROUTE, message="Invalid query")
    if not talk.settings.enabled:
        raise fault()
    if not talk.may_use(user):
        raise OcsError(403, message="Can not use Talk")
    if key in OF_A_USER:
        return OF_A_USER[key](talk, request, user)
    call = _call(talk, request, user, is_look_up=key == LOOK_UP)
    if key in OF_A_MODERATOR and not call.me.moderates:
        raise OcsError(403)
    found = OF_A_ROOM[key](call)
    if key in OF_A_MODERATOR and talk.settings.backend_is_dead:
        # Only that no room can be made was recorded. The backend is told after a change: it is made, and fails.
        raise fault()
    return found


def key_of(method: str, parts: Sequence[str]) -> str:
    """Return what a request is called here: its path with * for what differs."""
    parts = list(parts)
    if parts[:1] in (["room"], ["breakout-rooms"], ["chat"]):
        parts[1:2] = ["*"] * len(parts[1:2])
    if parts[2:3] == ["permissions"]:
        parts[3:4] = ["*"]
    return f"{method} {'/'.join(parts)}"


def _call(talk: Talk, request: Request, user: Account, *, is_look_up: bool) -> Call:
    """Find the room. Only looking one up is slowed down when it is missed."""
    if is_look_up:
        talk.throttle.begin()
    room = talk.rooms.by_token.get(request.path[7])
    me = room.attendee(user.name) if room else None
    if room is None or not (me or (is_look_up and room.type == PUBLIC)):
        if is_look_up:
            talk.throttle.missed()
        raise OcsError(404)
    return Call(talk, request, user, room, me)
