"""The table [nextcloud_talk] of migrate.toml: what a Nextcloud server with Talk is like.

A description tells what a setting does and what follows from it; it becomes the comment in migrate.toml and the line of
the reference. Sections about calls are in calling.py, those about where releases come
from in fetching.py.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from migrate.deployment.addressing import Network
from migrate.deployment.certificates import Certificate
from migrate.deployment.firewall import Firewall
from migrate.deployment.nextcloud_talk.calling import HostSettings, Signaling, Turn
from migrate.deployment.nextcloud_talk.fetching import Archives
from migrate.deployment.section import Section
from migrate.deployment.values import HostName, InventoryHost, PlainSecret, ServerPath
from migrate.deployment.values import Network as Subnet

_MEGABYTE = 1024 * 1024
_RELEASE = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}", re.ASCII)


def _release(value: str) -> str:
    if not _RELEASE.fullmatch(value):
        raise ValueError(f"{value!r} is not a release such as 34.0.2")
    return value


def _country(value: str) -> str:
    if not re.fullmatch("[A-Z]{2}", value):
        raise ValueError(f"{value!r} is not a country of two capitals such as DE")
    return value


Release = Annotated[str, AfterValidator(_release)]


class Releases(Section):
    """Which releases are installed. They must fit each other, and the PHP of the distribution."""

    nextcloud: Release = Field(default="34.0.2", description="the server; Debian 12 ends with 34")
    talk: Release = Field(default="24.0.4", description="Talk: its first number is ten less than the server's")
    calendar: Release = Field(default="6.5.4", description="the calendar, which invitations and meetings stand in")
    signaling: Release = Field(
        default="2.1.1", description="the signaling server, from 2.0.0; Debian's own packages are older and do not do"
    )


class Php(Section):
    """PHP, which answers every request of browsers and apps."""

    people: Annotated[int, Field(ge=1, le=20000)] = Field(
        default=100, description="people who use Nextcloud at the same time; PHP gets a process for every second one"
    )
    upload_megabytes: Annotated[int, Field(ge=1, le=1024 * 1024)] = Field(
        default=512,
        description=(
            "the largest file that a browser may send at once, for which /var needs room besides; apps send large ones "
            "in parts"
        ),
    )
    memory_megabytes: Annotated[int, Field(ge=512, le=16384)] = Field(
        default=512, description="memory that one request may take; Nextcloud asks for at least 512"
    )

    @property
    def upload_bytes(self) -> int:
        """The largest file, in bytes."""
        return self.upload_megabytes * _MEGABYTE

    @property
    def memory_bytes(self) -> int:
        """The memory of one request, in bytes."""
        return self.memory_megabytes * _MEGABYTE


class Database(Section):
    """MariaDB, on the host of Nextcloud."""

    memory_megabytes: Annotated[int, Field(ge=64, le=1024 * 1024)] = Field(
        default=512, description="memory for what is read often"
    )

    @property
    def memory_bytes(self) -> int:
        """That memory, in bytes."""
        return self.memory_megabytes * _MEGABYTE


class Proxy(Section):
    """A proxy of your own before the web server, such as a load balancer."""

    trusted: tuple[Subnet, ...] = Field(
        default=(),
        description=(
            "where it is: people's addresses are believed from there only; without them all people behind it are "
            "one address, and ten wrong passwords lock everybody out"
        ),
        examples=[("192.0.2.7/32",)],
    )


class Privacy(Section):
    """What leaves the server, and what is kept on it."""

    event_room_days: Annotated[int, Field(ge=0, le=3650)] = Field(
        default=0,
        description="days after which the rooms of past events are deleted, with what was written there; 0: never",
    )
    transcription: bool = Field(default=False, description="recordings are written down, if an app can do that")
    summaries: bool = Field(default=False, description="recordings are summed up, if an app can do that")
    federation: bool = Field(default=False, description="people of other servers can be in conversations")
    app_store: bool = Field(
        default=False, description="the server asks apps.nextcloud.com for apps and their updates, and can install them"
    )
    phone_notifications: bool = Field(
        default=False,
        description=(
            "telephones ring, by servers of Nextcloud's makers, Apple and Google, which learn who is called and when; "
            "off: an app learns of calls and messages while it is open"
        ),
    )

    @property
    def internet(self) -> bool:
        """Whether the server asks servers of others for anything at all."""
        return self.app_store or self.phone_notifications


class NextcloudTalkSettings(Section):
    """A Nextcloud server with Talk, and the high-performance backend that carries its calls."""

    domain: HostName = Field(
        description="the name people type; changing it makes every link that was given out dead",
        examples=["cloud.example.org"],
    )
    distribution: Literal["debian-12", "debian-13"] = Field(
        default="debian-12", description="what the hosts run; all of them the same"
    )
    directory: ServerPath = Field(default="/var/www/nextcloud", description="where the program is")
    data: ServerPath = Field(
        default="/var/lib/nextcloud/data", description="where the files of people are; never below the program"
    )
    phone_region: Annotated[str, AfterValidator(_country)] | None = Field(
        default=None,
        description="the country of telephone numbers that are written without one",
        examples=["DE"],
    )
    maintenance_hour: Annotated[int, Field(ge=0, le=23)] = Field(
        default=1, description="the hour, in UTC, from which heavy work is done, for four hours"
    )
    releases: Releases = Field(default_factory=Releases)
    archives: Archives = Field(default_factory=Archives)
    signaling: Signaling = Field(default_factory=Signaling)
    turn: Turn = Field(default_factory=Turn)
    privacy: Privacy = Field(default_factory=Privacy)
    php: Php = Field(default_factory=Php)
    database: Database = Field(default_factory=Database)
    proxy: Proxy = Field(default_factory=Proxy)
    certificate: Certificate = Field(default_factory=Certificate)
    firewall: Firewall = Field(default_factory=Firewall)
    network: Network = Field(default_factory=Network)
    hosts: dict[InventoryHost, HostSettings] = Field(
        default_factory=dict,
        description="what is special about one host: its name is that of inventory.ini",
        examples=["signaling.example.org"],
    )

    @property
    def custom_apps(self) -> str:
        """Where apps from the store go, below the program, as web servers look for their files there; empty: none."""
        return f"{self.directory}/custom_apps" if self.privacy.app_store else ""


class NextcloudTalkSecrets(Section):
    """By what the parts of a Nextcloud server know each other. Made at random: nobody needs to remember it."""

    backend_secret: PlainSecret = Field(description="by which Nextcloud and the signaling server know each other")
    internal_secret: PlainSecret = Field(
        description="by which helpers, such as a recorder, log in to the signaling server"
    )
    session_secret: PlainSecret = Field(description="what the keys are made of that protect sessions in calls")
    turn_secret: PlainSecret = Field(description="by which Talk gives out, and coturn checks, credentials for TURN")
    turn_api_key: PlainSecret = Field(description="by which Janus asks the signaling server for credentials for TURN")
    database_password: PlainSecret = Field(description="by which Nextcloud logs in to MariaDB")
    redis_password: PlainSecret = Field(description="by which Nextcloud logs in to Redis")
    admin_password: PlainSecret = Field(description="of the first account, admin; change it there once you are in")
