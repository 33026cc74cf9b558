"""Which host does what: Nextcloud with its database, the high-performance backend, and TURN."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from migrate.core.bundle import Inventory
from migrate.deployment.machines import Machine, having
from migrate.deployment.nextcloud_talk.calling import HostSettings
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSettings

CLOUD, SIGNALING, TURN = "nextcloud", "talk_signaling", "coturn"
"""The groups of inventory.ini that this product knows."""


class Host(Machine[HostSettings]):
    """One host, and what it does."""

    __slots__ = ()

    @property
    def is_cloud(self) -> bool:
        """Whether it is Nextcloud, with its database."""
        return CLOUD in self.groups

    @property
    def is_signaling(self) -> bool:
        """Whether it is the high-performance backend, which carries calls."""
        return SIGNALING in self.groups

    @property
    def is_turn(self) -> bool:
        """Whether it is the TURN server."""
        return TURN in self.groups

    @property
    def has_web(self) -> bool:
        """Whether a web server runs there."""
        return self.is_cloud or self.is_signaling


@dataclass(frozen=True)
class Topology:
    """All hosts of one deployment."""

    settings: NextcloudTalkSettings
    inventory: Inventory

    @cached_property
    def hosts(self) -> tuple[Host, ...]:
        """Every host once, that of Nextcloud first."""
        return Host.all(self.inventory, (CLOUD, SIGNALING, TURN), self.settings.hosts, HostSettings())

    def host(self, name: str) -> Host:
        """Return one host."""
        return next(host for host in self.hosts if host.name == name)

    @cached_property
    def cloud(self) -> tuple[Host, ...]:
        """Hosts of the group of Nextcloud: one, if nothing is wrong."""
        return having(self.hosts, CLOUD)

    @cached_property
    def signaling(self) -> tuple[Host, ...]:
        """Hosts of the high-performance backend: one, if nothing is wrong."""
        return having(self.hosts, SIGNALING)

    @cached_property
    def turn(self) -> tuple[Host, ...]:
        """Hosts of the group of TURN servers: one or none, if nothing is wrong."""
        return having(self.hosts, TURN)

    @property
    def together(self) -> bool:
        """Whether the high-performance backend is on the host of Nextcloud, and thus behind the same web server."""
        return any(host.is_cloud for host in self.signaling)

    @property
    def signaling_domain(self) -> str:
        """The name of the web server before the signaling server."""
        return self.settings.signaling.domain or self.settings.domain

    @property
    def turn_domain(self) -> str:
        """The name of the TURN server."""
        return self.settings.turn.domain or self.settings.domain

    @property
    def cloud_url(self) -> str:
        """The address of Nextcloud, as its own links and requests have it."""
        return f"https://{self.settings.domain}"

    @property
    def turn_servers(self) -> tuple[str, ...]:
        """TURN as an address: what Janus understands is UDP, and TCP without TLS, which there is none."""
        return (f"turn:{self.turn_domain}:{self.settings.turn.port}?transport=udp",)
