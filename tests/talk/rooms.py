"""Rooms as Talk keeps them, and what each participant is shown of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha1, sha256
from typing import Any

from tests.talk.accounts import Account

ONE_TO_ONE, GROUP, PUBLIC, CHANGELOG, NOTE_TO_SELF = 1, 2, 3, 4, 6
# All permissions; those without leave to pass the lobby; the bit that says that they were chosen.
ALL, MEMBERS, CUSTOM = 254, 246, 1
BUILT_IN = ("sample", "note_to_self")


class Role(IntEnum):
    """What Talk calls participantType."""

    OWNER, MODERATOR, USER, GUEST, SELF_JOINED, GUEST_MODERATOR = range(1, 7)


MODERATORS = {Role.OWNER, Role.MODERATOR, Role.GUEST_MODERATOR}


@dataclass
class Attendee:
    """A participant. `kind` and `name`: users, groups or emails, and which; `address`: of a guest by e-mail."""

    number: int
    kind: str
    name: str
    role: Role
    displayname: str = ""
    address: str = ""
    favourite: bool = False
    archived: bool = False
    level: int = 2

    @property
    def moderates(self) -> bool:
        return self.role in MODERATORS


@dataclass
class Message:
    """A message in a room. `system`: the key of what happened; nothing if a person wrote."""

    number: int
    actor: Account
    system: str
    when: int

    def shown(self, token: str) -> dict[str, Any]:
        """Return it as a part of its room. The text is translated in Talk, so there is none to go by here."""
        actor = {"actorType": "users", "actorId": self.actor.name, "actorDisplayName": self.actor.displayname}
        return {
            "id": self.number,
            "threadId": self.number,
            "token": token,
            **actor,
            "timestamp": self.when,
            "message": f"({self.system or 'text'})",
            "messageParameters": [],
            "systemMessage": self.system,
            "messageType": "system" if self.system else "comment",
            "isReplyable": not self.system,
            "referenceId": "",
            "reactions": {},
            "expirationTimestamp": 0,
            "markdown": not self.system,
        }


@dataclass
class Room:
    """A conversation. `event`: the UID of the calendar event that goes with a room of that kind."""

    number: int
    token: str
    type: int
    name: str
    object_type: str = ""
    object_id: str = ""
    description: str = ""
    password: str = ""
    avatar: str = ""
    read_only: int = 0
    listable: int = 0
    expiration: int = 0
    lobby: int = 0
    lobby_timer: int = 0
    permissions: int = 0
    mention_permissions: int = 0
    sip: int = 0
    in_call: bool = False
    event: str = ""
    attendees: list[Attendee] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)

    @property
    def last(self) -> Message | None:
        """The last message."""
        return self.said[-1] if self.said else None

    def attendee(self, name: str, kind: str = "users") -> Attendee | None:
        """Return a participant."""
        return next((one for one in self.attendees if (one.kind, one.name) == (kind, name)), None)

    def open_lobby(self, state: int, timer: int, now: int) -> str:
        """Set the lobby, and return what a message calls that. One whose time is past is off at once."""
        over = bool(state and timer and timer <= now)
        self.lobby, self.lobby_timer = (0, 0) if over or not state else (state, timer)
        return "lobby_timer_reached" if over else "lobby_non_moderators" if state else "lobby_none"

    def unbind(self) -> None:
        """Make it a plain room."""
        self.object_type = self.object_id = self.event = ""

    def allowed(self, attendee: Attendee) -> int:
        """Return the permissions of a participant."""
        return ALL if attendee.moderates else self.permissions or MEMBERS

    def shown(self, attendee: Attendee | None, users: Mapping[str, Account]) -> dict[str, Any]:
        """Return what a participant sees, or of a public room anybody who knows its token."""
        return _Shown(self, attendee, users).whole() if attendee else _for_strangers(self)


@dataclass(frozen=True)
class _Shown:
    room: Room
    attendee: Attendee
    users: Mapping[str, Account]

    def whole(self) -> dict[str, Any]:
        room, one = self.room, self.attendee
        waits = bool(room.lobby) and not one.moderates
        found = {
            **_for_strangers(room),
            "name": room.name,
            "displayName": self.displayname,
            "description": room.description,
            "objectType": room.object_type,
            "objectId": room.object_id,
            "hasPassword": bool(room.password),
            "readOnly": room.read_only,
            "listable": room.listable,
            "messageExpiration": room.expiration,
            "lobbyState": room.lobby,
            "lobbyTimer": room.lobby_timer,
            "hasCall": room.in_call,
            "sipEnabled": room.sip,
            "mentionPermissions": room.mention_permissions,
            "defaultPermissions": room.permissions,
            "permissions": room.allowed(one),
            "attendeePermissions": 0,
            "callPermissions": 0,
            "participantType": int(one.role),
            "attendeeId": one.number,
            "actorType": one.kind,
            "actorId": one.name,
            "isFavorite": one.favourite,
            "isArchived": one.archived,
            "notificationLevel": one.level,
            "notificationCalls": 1,
            "canStartCall": not waits and room.type != NOTE_TO_SELF,
            "canLeaveConversation": room.type != NOTE_TO_SELF,
            "canDeleteConversation": one.moderates and room.type != ONE_TO_ONE,
        }
        if room.last:
            found |= {"lastActivity": room.last.when, "lastReadMessage": room.last.number}
        return found if waits or not room.last else {**found, "lastMessage": room.last.shown(room.token)}

    @property
    def displayname(self) -> str:
        room = self.room
        if room.type != ONE_TO_ONE:
            return room.name
        names = [room.name, *(one.name for one in room.attendees)]
        return next(self.users[name].displayname for name in names if name != self.attendee.name)


def _for_strangers(room: Room) -> dict[str, Any]:
    """Return what is said of a public room: that it is there."""
    return {
        "id": room.number,
        "token": room.token,
        "type": room.type,
        "name": "",
        "displayName": "",
        "description": "",
        **dict.fromkeys(("objectType", "objectId", "actorType", "actorId", "attendeePin"), ""),
        "liveTranscriptionLanguageId": "",
        "sessionId": "0",
        "participantType": int(Role.GUEST),
        **dict.fromkeys(("permissions", "attendeePermissions", "callPermissions", "defaultPermissions"), CUSTOM),
        **dict.fromkeys(("hasPassword", "hasCall", "canStartCall", "isFavorite", "canEnableSIP"), False),
        **dict.fromkeys(("canLeaveConversation", "canDeleteConversation", "unreadMention"), False),
        **dict.fromkeys(("unreadMentionDirect", "isArchived", "isImportant", "isSensitive"), False),
        **dict.fromkeys(("participantFlags", "readOnly", "callStartTime", "callRecording", "lastActivity"), 0),
        **dict.fromkeys(("lastReadMessage", "lastCommonReadMessage", "unreadMessages", "notificationCalls"), 0),
        **dict.fromkeys(("lobbyState", "lobbyTimer", "lastPing", "sipEnabled", "attendeeId", "listable"), 0),
        **dict.fromkeys(("callFlag", "messageExpiration", "breakoutRoomMode", "breakoutRoomStatus"), 0),
        **dict.fromkeys(("recordingConsent", "mentionPermissions"), 0),
        "notificationLevel": 3,
        "isCustomAvatar": bool(room.avatar),
        "avatarVersion": sha1(room.avatar.encode()).hexdigest()[:8],
    }


def guest_name(address: str) -> str:
    """Return what a guest is called who was asked by e-mail."""
    return sha256(address.encode()).hexdigest()


@dataclass
class Rooms:
    """All rooms by token. `tokens` are those of the rooms to come."""

    tokens: Iterator[str]
    now: Callable[[], int]
    by_token: dict[str, Room] = field(default_factory=dict)
    made: int = 0
    joined: int = 0
    said: int = 0

    def make(self, kind: int, name: str, owner: Account, **more: Any) -> Room:
        """Make a room that has an owner."""
        self.made += 1
        room = Room(self.made, next(self.tokens), kind, name, **more)
        self.by_token[room.token] = room
        self.join(room, "users", owner.name, Role.OWNER, owner.displayname)
        self.say(room, owner, "conversation_created")
        return room

    def join(self, room: Room, kind: str, name: str, role: Role, displayname: str = "", address: str = "") -> Attendee:
        """Add a participant, who may be there already."""
        found = room.attendee(name, kind)
        if not found:
            self.joined += 1
            found = Attendee(self.joined, kind, name, role, displayname, address)
            room.attendees.append(found)
        return found

    def say(self, room: Room, actor: Account, system: str = "") -> None:
        """Write a message: what happened, or what a person says."""
        self.said += 1
        room.said.append(Message(self.said, actor, system, self.now()))

    def of(self, user: str) -> list[tuple[Room, Attendee]]:
        """Return a user's rooms in the order in which they came."""
        found = ((room, room.attendee(user)) for room in self.by_token.values())
        return sorted(((room, one) for room, one in found if one), key=lambda pair: pair[1].number)
