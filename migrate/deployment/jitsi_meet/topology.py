"""Which host does what: the web server, the bridges, the TURN server, and how they reach each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from migrate.core.bundle import Inventory
from migrate.deployment.addressing import Mapping
from migrate.deployment.jitsi_meet.networking import HostSettings
from migrate.deployment.jitsi_meet.settings import JitsiMeetSettings

WEB, BRIDGES, TURN = "jitsi_meet", "jitsi_videobridge", "coturn"
"""The groups of inventory.ini that this product knows."""


@dataclass(frozen=True, slots=True)
class Host:
    """One host: its name in the inventory, and what it does."""

    name: str
    settings: HostSettings
    is_web: bool
    is_bridge: bool
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

    settings: JitsiMeetSettings
    inventory: Inventory

    @cached_property
    def hosts(self) -> tuple[Host, ...]:
        """Every host once, the web server first."""
        groups = {group: self.inventory.hosts(group) for group in (WEB, BRIDGES, TURN)}
        names = dict.fromkeys(name for members in groups.values() for name in members)
        return tuple(
            Host(
                name,
                self.settings.hosts.get(name, HostSettings()),
                is_web=name in groups[WEB],
                is_bridge=name in groups[BRIDGES],
                is_turn=name in groups[TURN],
            )
            for name in names
        )

    def host(self, name: str) -> Host:
        """Return one host."""
        return self._by_name[name]

    @cached_property
    def web(self) -> tuple[Host, ...]:
        """Hosts of the group of web servers: one, if nothing is wrong."""
        return tuple(host for host in self.hosts if host.is_web)

    @cached_property
    def bridges(self) -> tuple[Host, ...]:
        """The bridges."""
        return tuple(host for host in self.hosts if host.is_bridge)

    @cached_property
    def remote_bridges(self) -> tuple[Host, ...]:
        """The bridges on other hosts than the web server, which reach Prosody by the network."""
        return tuple(host for host in self.bridges if not host.is_web)

    @cached_property
    def turn(self) -> tuple[Host, ...]:
        """Hosts of the group of TURN servers: one or none, if nothing is wrong."""
        return tuple(host for host in self.hosts if host.is_turn)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """The regions of the bridges, none twice."""
        return tuple(dict.fromkeys(host.settings.region for host in self.bridges if host.settings.region))

    @cached_property
    def many_bridges(self) -> bool:
        """Whether a meeting can be on several bridges, which then relay to each other."""
        return len(self.bridges) > 1

    @cached_property
    def _by_name(self) -> dict[str, Host]:
        return {host.name: host for host in self.hosts}

    @property
    def turn_domain(self) -> str:
        """The name of the TURN server."""
        return self.settings.turn.domain or self.settings.domain

    @property
    def turn_by_name(self) -> bool:
        """Whether the web server hands connections to port 443 on to a TURN server on the same host."""
        return self.settings.turn.on_443 and any(host.is_web for host in self.turn)

    @property
    def turn_tls_port(self) -> int:
        """The port by which browsers reach TURN with TLS."""
        return 443 if self.settings.turn.on_443 else self.settings.turn.tls_port

    @property
    def signalling_address(self) -> str:
        """Where bridges on other hosts reach Prosody."""
        return self.settings.bridges.signalling_address or self.settings.domain
