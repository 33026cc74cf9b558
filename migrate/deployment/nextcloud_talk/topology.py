"""Which host does what: Nextcloud with its database, the high-performance backend, and TURN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from migrate.core.bundle import Inventory
from migrate.deployment.addressing import Mapping
from migrate.deployment.nextcloud_talk.calling import HostSettings
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSettings

CLOUD, SIGNALING, TURN = "nextcloud", "talk_signaling", "coturn"
"""The groups of inventory.ini that this product knows."""


@dataclass(frozen=True, slots=True)
class Host:
    """One host: its name in the inventory, and what it does."""

    name: str
    settings: HostSettings
    is_cloud: bool
    is_signaling: bool
    is_turn: bool

    @property
    def mappings(self) -> Sequence[Mapping]:
        """Its addresses behind NAT."""
        return self.settings.mappings

    @property
    def every_address(self) -> tuple[str, ...]:
        """All addresses that others may know it by, in a fixed order and none twice."""
        mapped = [address for mapping in self.mappings for address in (mapping.local, mapping.public)]
        return tuple(dict.fromkeys([*self.settings.addresses, *mapped]))


@dataclass(frozen=True)
class Topology:
    """All hosts of one deployment."""

    settings: NextcloudTalkSettings
    inventory: Inventory

    @cached_property
    def hosts(self) -> tuple[Host, ...]:
        """Every host once, that of Nextcloud first."""
        groups = {group: self.inventory.hosts(group) for group in (CLOUD, SIGNALING, TURN)}
        names = dict.fromkeys(name for members in groups.values() for name in members)
        return tuple(
            Host(
                name,
                self.settings.hosts.get(name, HostSettings()),
                is_cloud=name in groups[CLOUD],
                is_signaling=name in groups[SIGNALING],
                is_turn=name in groups[TURN],
            )
            for name in names
        )

    def host(self, name: str) -> Host:
        """Return one host."""
        return next(host for host in self.hosts if host.name == name)

    @cached_property
    def cloud(self) -> tuple[Host, ...]:
        """Hosts of the group of Nextcloud: one, if nothing is wrong."""
        return tuple(host for host in self.hosts if host.is_cloud)

    @cached_property
    def signaling(self) -> tuple[Host, ...]:
        """Hosts of the high-performance backend: one, if nothing is wrong."""
        return tuple(host for host in self.hosts if host.is_signaling)

    @cached_property
    def turn(self) -> tuple[Host, ...]:
        """Hosts of the group of TURN servers: one or none, if nothing is wrong."""
        return tuple(host for host in self.hosts if host.is_turn)

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
