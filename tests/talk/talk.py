"""What Talk answers: who may use it, which room is meant, and what is done with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.caldav.nextcloud_dav import Dav
from tests.caldav.nextcloud_scheduling import Mail
from tests.talk.accounts import Account, Accounts
from tests.talk.ocs import Request
from tests.talk.profiles import Profile
from tests.talk.rooms import CHANGELOG, GROUP, NOTE_TO_SELF, Attendee, Role, Room, Rooms
from tests.talk.throttle import Throttle


@dataclass
class Settings:
    """What an administrator may have set. None for groups: everybody.

    `signaling`: the URL of the signaling server that is configured. `backend_is_dead`: there is one and it does not
    answer. `sip`: there is a telephone bridge. `retention`: days of an event's room.
    """

    enabled: bool = True
    force_passwords: bool = False
    start_conversations: set[str] | None = None
    allowed_groups: set[str] | None = None
    signaling: str = ""
    backend_is_dead: bool = False
    sip: bool = False
    retention: int = 28


@dataclass(frozen=True)
class Call:
    """A request of a user about a room that the user may see; `me` is None for a stranger in a public room."""

    talk: Talk
    request: Request
    user: Account
    room: Room
    me: Attendee | None

    def shown(self) -> dict[str, object]:
        """Return the room as it is answered."""
        return self.talk.shown(self.room, self.me)


@dataclass
class Talk:
    """The app. `dav`: the calendars beside it."""

    accounts: Accounts
    rooms: Rooms
    profile: Profile
    dav: Dav
    settings: Settings = field(default_factory=Settings)
    throttle: Throttle = field(default_factory=Throttle)

    @property
    def mails(self) -> list[Mail]:
        """What was sent so far, by the calendar too."""
        return self.dav.scheduling.mails

    def may_use(self, user: Account | None) -> bool:
        """Say whether Talk is there for a user."""
        allowed = self.settings.allowed_groups
        return self.settings.enabled and (allowed is None or (user is not None and bool(allowed & user.groups)))

    def may_create(self, user: Account | None) -> bool:
        """Say whether a user may make rooms other than one-to-one ones."""
        allowed = self.settings.start_conversations
        return user is not None and (allowed is None or bool(allowed & user.groups))

    def capabilities(self, user: Account | None) -> dict[str, object]:
        """Return the block of the capabilities, which is missing for who may not use Talk."""
        if not self.may_use(user):
            return {}
        found = self.profile.capabilities(known=user is not None)
        conversations = found["config"]["conversations"]
        conversations |= {"can-create": self.may_create(user), "force-passwords": self.settings.force_passwords}
        found["config"]["call"]["sip-enabled"] = self.settings.sip
        return {"spreed": found}

    def shown(self, room: Room, attendee: Attendee | None) -> dict[str, object]:
        """Return a room as this version does."""
        return {**room.shown(attendee, self.accounts.users), **self.profile.room}

    def welcome(self, user: Account) -> None:
        """Make the rooms that a user finds who lists rooms for the first time."""
        if any(room.type == NOTE_TO_SELF for room, _ in self.rooms.of(user.name)):
            return
        news = self.rooms.make(CHANGELOG, user.name, user, read_only=1)
        news.attendees[0].role = Role.USER
        notes = {"object_type": "note_to_self", "object_id": user.name, "avatar": "note"}
        self.rooms.make(NOTE_TO_SELF, "Note to self", user, **notes).attendees[0].favourite = True
        sample = {"object_type": "sample", "object_id": user.name, "avatar": "sample"}
        self.rooms.make(GROUP, "Let's get started!", user, **sample)

    def cron(self) -> None:
        """Do what a background job does: end lobbies, and delete what belongs to events of long ago."""
        now = self.rooms.now()
        for room in list(self.rooms.by_token.values()):
            room.open_lobby(room.lobby, room.lobby_timer, now)
            end = room.object_id.partition("#")[2]
            over = max(int(end) if end.isdigit() else 0, room.last.when if room.last else 0)
            if room.object_type == "event" and now - over > self.settings.retention * 86_400:
                del self.rooms.by_token[room.token]
