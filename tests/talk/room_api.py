"""What is done with a room that is there."""

from __future__ import annotations

from collections.abc import Callable

from tests.talk.accounts import Account
from tests.talk.ocs import OcsError, Request
from tests.talk.rooms import CUSTOM, GROUP, NOTE_TO_SELF, ONE_TO_ONE, PUBLIC
from tests.talk.talk import Call, Talk

Act = Callable[[Call], tuple[int, object]]


def list_rooms(talk: Talk, _: Request, user: Account) -> tuple[int, object]:
    """List a user's rooms; the first time Talk's own are made."""
    talk.welcome(user)
    return 200, [talk.shown(room, me) for room, me in talk.rooms.of(user.name)]


def list_events(*_: object) -> tuple[int, object]:
    """Answer what the dashboard asks; it is empty here."""
    return 200, []


def get(call: Call) -> tuple[int, object]:
    return 200, call.shown()


def capabilities(call: Call) -> tuple[int, object]:
    return 200, call.talk.profile.capabilities()


def delete(call: Call) -> tuple[int, object]:
    if call.room.type in {ONE_TO_ONE, NOTE_TO_SELF}:
        raise OcsError(400)
    del call.talk.rooms.by_token[call.room.token]
    return 200, None


def sets(name: str, key: str, limit: int, system: str = "") -> Act:
    """Return what sets a number of a room."""

    def act(call: Call) -> tuple[int, object]:
        value = call.request.number(key, -1)
        if not 0 <= value <= limit:
            raise OcsError.named(400, "value")
        changed = value != getattr(call.room, name)
        setattr(call.room, name, value)
        if changed and system:
            call.talk.rooms.say(call.room, call.user, system)
        return 200, call.shown()

    return act


def sets_mine(name: str, *, on: bool) -> Act:
    """Return what sets how a room is for one participant."""

    def act(call: Call) -> tuple[int, object]:
        setattr(call.me, name, on)
        return 200, call.shown()

    return act


def rename(call: Call) -> tuple[int, object]:
    name = call.request.text("roomName").strip()
    if not name or len(name) > 255:
        raise OcsError.named(400, "value")
    call.room.name = name
    call.talk.rooms.say(call.room, call.user, "conversation_renamed")
    return 200, call.shown()


def describe(call: Call) -> tuple[int, object]:
    description = call.request.text("description").strip()
    if len(description) > 2000:
        raise OcsError.named(400, "value")
    call.room.description = description
    call.talk.rooms.say(call.room, call.user, "description_set" if description else "description_removed")
    return 200, call.shown()


def set_password(call: Call) -> tuple[int, object]:
    """Set or clear the password. It may be cleared even where one is forced."""
    password = call.request.text("password")
    if call.room.type != PUBLIC:
        raise OcsError.named(400, "type")
    if message := call.talk.accounts.weakness(password, call.user) if password else "":
        raise OcsError.named(400, "value", message=message)
    call.room.password = password
    call.talk.rooms.say(call.room, call.user, "password_set" if password else "password_removed")
    return 200, call.shown()


def set_lobby(call: Call) -> tuple[int, object]:
    if call.request.number("state") not in {0, 1}:
        raise OcsError.named(400, "value")
    system = call.room.open_lobby(call.request.number("state"), call.request.number("timer"), call.talk.rooms.now())
    call.talk.rooms.say(call.room, call.user, system)
    return 200, call.shown()


def set_permissions(call: Call) -> tuple[int, object]:
    """Set what participants may do. The bit that says that it was chosen is added."""
    if call.request.path[-1] != "default":
        raise OcsError.named(400, "mode")
    if not 0 <= call.request.number("permissions") <= call.talk.profile.highest:
        raise OcsError.named(400, "value")
    call.room.permissions = call.request.number("permissions") and call.request.number("permissions") | CUSTOM
    return 200, call.shown()


def open_to_public(call: Call) -> tuple[int, object]:
    """Let in who has the link. Of a room that is open already the password is left as it is."""
    password = call.request.text("password")
    if call.room.type == GROUP:
        if message := call.talk.accounts.weakness(password, call.user) if password else "":
            raise OcsError.named(400, "password", message=message)
        call.room.type, call.room.password = PUBLIC, password
    return 200, call.shown()


def close_to_public(call: Call) -> tuple[int, object]:
    """Not recorded."""
    if call.room.type == PUBLIC:
        call.room.type, call.room.password = GROUP, ""
    return 200, call.shown()


def notify(call: Call) -> tuple[int, object]:
    if not 1 <= call.request.number("level") <= 3:
        raise OcsError.named(400, "level")
    call.me.level = call.request.number("level")
    return 200, call.shown()


def write_message(call: Call) -> tuple[int, object]:
    """Say what a person says. Not recorded."""
    call.talk.rooms.say(call.room, call.user)
    return 201, call.room.last.shown(call.room.token)


def read_messages(call: Call) -> tuple[int, object]:
    """Return what was said before a message, or at all, the newest first. Not recorded."""
    before = call.request.number("lastKnownMessageId")
    found = [one for one in reversed(call.room.said) if not before or one.number < before]
    limited = found[: call.request.number("limit", 100)]
    return (200, [one.shown(call.room.token) for one in limited]) if limited else (304, None)


def unbind(call: Call) -> tuple[int, object]:
    if call.room.object_type != "event":
        raise OcsError.named(400, "object-type")
    call.room.unbind()
    return 200, call.shown()


def set_sip(call: Call) -> tuple[int, object]:
    """Only that there is no bridge was recorded."""
    if not call.talk.settings.sip:
        raise OcsError.named(412, "config")
    call.room.sip = call.request.number("state")
    return 200, call.shown()


def signaling_settings(talk: Talk, _: Request, user: Account) -> tuple[int, object]:
    """Tell where the signaling server is. Not recorded: the fields are those of the description of the interface."""
    url = talk.settings.signaling
    hello = {"1.0": {"userid": user.name, "ticket": "a-ticket"}, "2.0": {"token": "a-token"}}
    found = {"signalingMode": "external" if url else "internal", "server": url, "helloAuthParams": hello}
    servers = {"stunservers": [], "turnservers": [], "sipDialinInfo": "", "federation": None}
    return 200, {**found, **servers, "userId": user.name, "hideWarning": bool(url), "ticket": "a-ticket"}


def not_configured(call: Call) -> tuple[int, object]:
    """Answer to what needs a recording server."""
    raise OcsError.named(412, "config")


def break_out(call: Call) -> tuple[int, object]:
    """Breakout rooms are refused in a public room; others were not recorded."""
    raise OcsError.named(400, "room")
