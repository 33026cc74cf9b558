"""The table [jitsi_meet] of migrate.toml: what a Jitsi Meet server is like.

A description tells what a setting does and what follows from it; it becomes the comment in migrate.toml and the line of
the reference. Sections about the network are in networking.py, those about what browsers see in publishing.py.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from migrate.deployment.addressing import Network
from migrate.deployment.certificates import Certificate
from migrate.deployment.firewall import Firewall
from migrate.deployment.jitsi_meet.languages import Language
from migrate.deployment.jitsi_meet.networking import (
    Bridges,
    HostSettings,
    Repositories,
    Turn,
)
from migrate.deployment.jitsi_meet.publishing import Branding, Web
from migrate.deployment.section import Section
from migrate.deployment.values import (
    Claim,
    HostName,
    InventoryHost,
    Link,
    PlainSecret,
    Word,
)


class Jwt(Section):
    """Tokens of an identity provider. Needed with mode = "jwt"."""

    app_id: Word = Field(
        default="jitsi", description="the application that tokens are for; the identity provider must use the same"
    )
    issuers: tuple[Claim, ...] = Field(
        default=(),
        description="who may issue tokens (the claim iss); needed: an empty list would accept everybody",
        examples=[("https://id.example.org/realms/staff",)],
    )
    audiences: tuple[Claim, ...] = Field(
        default=(),
        description="whom tokens are for (the claim aud); needed: Jitsi checks none unless it is told",
        examples=[("jitsi",)],
    )
    key_url: Link | None = Field(
        default=None,
        description="where the provider publishes its keys; without it jwt_secret of secrets.toml signs tokens",
        examples=["https://id.example.org/realms/staff/keys/"],
    )
    login_url: Link | None = Field(
        default=None,
        description="where people without a token are sent to; {room} becomes the name of the room",
        examples=["https://id.example.org/login?room={room}"],
    )
    logout_url: Link | None = Field(
        default=None,
        description="where people are sent to when they log out",
        examples=["https://id.example.org/logout"],
    )


class Authentication(Section):
    """Who may open rooms."""

    mode: Literal["accounts", "jwt", "open"] = Field(
        default="accounts",
        description=(
            "accounts: hosts have accounts on the server and others wait for them (simple, but upstream calls this way "
            "deprecated); jwt: hosts come with a token of your identity provider; open: everybody, also strangers, "
            "can hold meetings on your server"
        ),
    )
    guests: bool = Field(
        default=True, description="people without an account or token may join once a host is there; false: nobody may"
    )
    jwt: Jwt = Field(default_factory=Jwt)


class Meetings(Section):
    """What people can do in a meeting."""

    lobby: bool = Field(default=True, description="hosts can let people wait in a lobby")
    breakout_rooms: bool = Field(default=True, description="hosts can open breakout rooms")
    polls: bool = Field(default=True, description="people can hold polls")
    av_moderation: bool = Field(default=True, description="hosts can keep microphones and cameras off")
    reactions: bool = Field(default=True, description="people can react with a symbol, and with its sound")
    file_sharing_url: Link | None = Field(
        default=None,
        description="a service of your own that keeps files shared in meetings; without it there are none",
        examples=["https://files.example.org/upload"],
    )
    recording: Literal["off", "local"] = Field(
        default="local", description="local: people can record to their own disk; recording on a server is not set up"
    )
    end_to_end_encryption: Literal["possible", "off", "external-key"] = Field(
        default="possible",
        description=(
            "possible: hosts can switch it on; external-key: it is always on, with keys that the application brings "
            "that embeds the meetings, so nobody without that application understands anything"
        ),
    )
    peer_to_peer: bool = Field(
        default=True, description="two people send to each other directly, and so learn each other's address"
    )
    prejoin_page: bool = Field(default=True, description="people see their camera before they join")
    display_name_required: bool = Field(default=True, description="nobody joins without a name")
    password_digits: Annotated[int, Field(ge=4, le=20)] | None = Field(
        default=None, description="passwords of rooms are this many digits; without it they are any text", examples=[8]
    )
    muted_from: Annotated[int, Field(ge=1, le=10000)] = Field(
        default=25, description="whoever joins as this person or later joins with the microphone off"
    )
    camera_off_from: Annotated[int, Field(ge=1, le=10000)] = Field(
        default=25, description="whoever joins as this person or later joins with the camera off"
    )

    @property
    def with_microphone(self) -> int:
        """How many people join with the microphone on."""
        return self.muted_from - 1

    @property
    def with_camera(self) -> int:
        """How many people join with the camera on."""
        return self.camera_off_from - 1


class Limits(Section):
    """How much of the server a meeting or a person may use."""

    max_participants: Annotated[int, Field(ge=2, le=2000)] = Field(
        default=80, description="people in one meeting; not more than the bridges together carry"
    )
    resolution: Literal[180, 360, 540, 720, 1080] = Field(
        default=720, description="lines of a camera's picture; 1080 needs about twice the bandwidth of 720"
    )
    last_n: Annotated[int, Field(ge=1, le=500)] | None = Field(
        default=None,
        description="everybody receives at most so many pictures; without it all that fit the screen",
        examples=[20],
    )
    joins_per_second: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=3, description="people who enter one room in a second; more have to wait, none is refused"
    )
    logins_per_second: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=3, description="connections from one address in a second; raise it if an office shares one address"
    )
    messages_per_second: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=3, description="chat messages and the like from one connection in a second"
    )


class Metrics(Section):
    """Figures for monitoring."""

    enabled: bool = Field(
        default=False,
        description="Prosody and Jicofo tell figures to programs on their own host, as the bridges always do",
    )


class JitsiMeetSettings(Section):
    """A Jitsi Meet server and its bridges."""

    domain: HostName = Field(
        description="the name people type; changing it makes every link that was given out dead",
        examples=["meet.example.org"],
    )
    release: Literal["2.0.11146"] = Field(
        default="2.0.11146",
        description="the release of Jitsi's Debian packages; all files are made for it, and no other is known",
    )
    distribution: Literal["debian-12", "debian-13"] = Field(
        default="debian-12", description="what the hosts run; all of them the same"
    )
    prosody: Literal["0.12", "13.0"] | None = Field(
        default=None,
        description="the release of Prosody; without it the distribution's own (debian-12 has 13.0 in its backports)",
        examples=["13.0"],
    )
    language: Language = Field(
        default="en", description="the language of the pages, such as de or pt-BR, for browsers that ask for none"
    )
    authentication: Authentication = Field(default_factory=Authentication)
    meetings: Meetings = Field(default_factory=Meetings)
    limits: Limits = Field(default_factory=Limits)
    branding: Branding = Field(default_factory=Branding)
    web: Web = Field(default_factory=Web)
    certificate: Certificate = Field(default_factory=Certificate)
    network: Network = Field(default_factory=Network)
    bridges: Bridges = Field(default_factory=Bridges)
    turn: Turn = Field(default_factory=Turn)
    firewall: Firewall = Field(default_factory=Firewall)
    metrics: Metrics = Field(default_factory=Metrics)
    repositories: Repositories = Field(default_factory=Repositories)
    hosts: dict[InventoryHost, HostSettings] = Field(
        default_factory=dict,
        description="what is special about one host: its name is that of inventory.ini",
        examples=["bridge-2.example.org"],
    )


class JitsiMeetSecrets(Section):
    """By what the parts of a Jitsi Meet server know each other. Made at random: nobody needs to remember it."""

    jicofo_password: PlainSecret = Field(description="by which Jicofo logs in to Prosody")
    bridge_password: PlainSecret = Field(description="by which the bridges log in to Prosody")
    turn_secret: PlainSecret = Field(description="by which Prosody gives out, and coturn checks, credentials for TURN")
    jwt_secret: SecretStr | None = Field(
        default=None, min_length=32, description="signs tokens, where the identity provider publishes no keys"
    )
