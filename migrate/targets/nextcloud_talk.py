"""Nextcloud Talk: a conversation for each meeting, made as the account of its host."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from migrate.core.errors import ConfigurationError
from migrate.core.features import Loss
from migrate.core.meeting import Meeting, Person
from migrate.core.naming import opaque_name
from migrate.core.ports import SiteFacts
from migrate.core.rooms import Invitation, Invited, Room, RoomFound, RoomPlan, RoomWrite, RoomWritten, Target, Traits
from migrate.shared.credentials import APP_PASSWORDS, known_passwords
from migrate.shared.talk.losses import NEVER, SOMETIMES, SUPPORTS, lost_here
from migrate.shared.talk.passwords import LENGTH, derive_password
from migrate.shared.talk.seeing import token_of
from migrate.shared.talk.traits import Wishes, plan_traits
from migrate.shared.talk.words import summary
from migrate.shared.urls import fault_of_url

if TYPE_CHECKING:  # it imports requests, which who has another target need not wait for
    from migrate.shared.talk.server import Server


class NextcloudTalkSettings(BaseModel):
    """The table [targets.nextcloud_talk] of migrate.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        description="where Nextcloud is, such as https://cloud.example.org; with /index.php if its links have that"
    )
    credentials: Path = Field(
        default=Path("credentials.csv"), description="accounts and passwords, seen from the site directory; mode 0600"
    )
    app_passwords: bool = Field(default=False, description=APP_PASSWORDS)
    directory_user: str | None = Field(
        default=None,
        description="an account that may look up others, so that hosts.csv is filled by address",
        examples=["admin"],
    )
    listable: Literal["nobody", "users", "everybody"] = Field(
        default="nobody", description="who finds conversations without their link; users are those with an account"
    )
    lobby: Literal["until-host", "until-start"] = Field(
        default="until-host",
        description="when a lobby opens that stands for a waiting room; until-start holds for meetings of one date",
    )
    ca_file: Path | None = Field(
        default=None,
        description="certificates of an authority of your own, seen from the site directory",
        examples=["authority.pem"],
    )
    workers: int = Field(default=3, ge=1, le=8, description="how many requests at once; a busy server gets fewer")
    patience: int = Field(
        default=120, ge=0, le=86400, description="seconds until a server is given up that is busy or does not answer"
    )
    timeout: int = Field(default=30, ge=1, le=3600, description="seconds that one answer may take")

    @field_validator("url")
    @classmethod
    def _safe(cls, value: str) -> str:
        if fault := fault_of_url(value):
            raise ValueError(fault)
        return value.rstrip("/")


class NextcloudTalk(Target):
    """Conversations on a Nextcloud.

    Talk chooses the token of each, so ours is the name that stands below the description. The password of a public
    conversation hangs on that name alone, and is written down nowhere.
    """

    has_accounts = True
    mails = True
    calendars = "remote.php/dav/calendars/{account}/personal/"
    name = "nextcloud_talk"
    label = "Nextcloud Talk"
    Settings: ClassVar[type[NextcloudTalkSettings]] = NextcloudTalkSettings
    supports: ClassVar[frozenset[str]] = SUPPORTS
    words: ClassVar[Mapping[str, tuple[str, str]]] = {**NEVER, **SOMETIMES}

    @classmethod
    def open(cls, settings: NextcloudTalkSettings, site: SiteFacts) -> NextcloudTalk:
        """Make the adapter of a site. Raises ConfigurationError for the file of credentials."""
        from migrate.shared.http import Client, Limits
        from migrate.shared.talk.server import Server

        path = site.directory / settings.credentials
        passwords = known_passwords(path, site.passwords if settings.app_passwords else {})
        user = settings.directory_user
        if user and user not in passwords and not settings.app_passwords:
            raise ConfigurationError(f"{path} has no password for directory_user, {user!r}", hint="Add a line for it.")
        limits = Limits(settings.workers, settings.patience, settings.timeout)
        ca_file = site.directory / settings.ca_file if settings.ca_file else None
        return cls(settings, site.key, Server(Client(limits, ca_file), settings.url, passwords, str(path), limits))

    def __init__(self, settings: NextcloudTalkSettings, site_key: bytes, server: Server) -> None:
        from migrate.shared.talk.writing import Writer

        self._url = settings.url
        self._directory_user = settings.directory_user or ""
        self._wishes = Wishes(settings.listable, settings.lobby)
        self._site_key = site_key
        self._server = server
        self._writer = Writer(server, self.password)

    def propose(self, key: str, meeting: Meeting, taken: Collection[str]) -> Room:
        """Name the room by an HMAC of the key. Its link is known when it is made."""
        del meeting
        return Room(opaque_name(self._site_key, key, taken), "")

    def locate(self, room: Room) -> Room:
        """Return the room on the server of the settings."""
        return Room(room.name, f"{self._url}/call/{token_of(room.url)}" if room.url else "")

    def lost(self, meeting: Meeting) -> Mapping[str, Loss]:
        """Return what Talk never keeps, and what it does not keep of this meeting, for its host, on this server."""
        return {**super().lost(meeting), **lost_here(meeting, self._server.abilities(meeting.host.account))}

    def about(self) -> Mapping[str, str]:
        """Return the versions that the server tells, and how it makes conversations."""
        return self._server.about()

    def identify(self, people: Collection[Person]) -> Mapping[Person, str]:
        """Look up the accounts of people by their addresses, as the account that may."""
        if not self._directory_user:
            return {}
        found = self._server.identify(self._directory_user, {person.email for person in people if person.email})
        return {person: account for person in people if (account := found.get(person.email, ""))}

    def meet(self, owners: Collection[str]) -> None:
        """Ask for the capabilities of each, which are not the same for all."""
        self._server.meet(owners)

    def lacks(self, owner: str) -> str:
        """Say why a host's account cannot make conversations; the server is asked once for each."""
        return self._server.lacks(owner)

    def plan(self, room: Room, meeting: Meeting, owner: str = "") -> RoomPlan:
        """Return what the conversation shall have: private if everybody who is invited has an account."""
        owner = owner or meeting.host.account
        traits = plan_traits(room.name, meeting, owner, self._server.abilities(owner), self._wishes)
        return RoomPlan(owner, traits, summary(traits))

    def look(self, wanted: Mapping[str, Collection[Room]]) -> Mapping[str, RoomFound]:
        """Return the conversations whose description bears these names, or that have these links."""
        return self._server.look(wanted)

    def write(self, writes: Sequence[RoomWrite], wrote: Callable[[], None]) -> Sequence[RoomWritten]:
        """Make, change and delete conversations, and compare what is there then with what was asked for."""
        return self._writer.write(writes, wrote)

    def invite(self, invitations: Sequence[Invitation], told: Callable[[], None]) -> Sequence[Invited]:
        """Add guests by e-mail to public conversations; Talk mails each of them."""
        return self._server.invite(invitations, told)

    def password(self, room: Room, traits: Traits) -> str:
        """Return the password that the conversation was given; people may have changed it since."""
        if not traits["password"]:
            return ""
        return derive_password(self._site_key, room.name, traits.get("password_length", LENGTH))
