"""Which host does what: the web server, the bridges, the TURN server, and how they reach each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from migrate.core.bundle import Inventory
from migrate.deployment.jitsi_meet.networking import HostSettings
from migrate.deployment.jitsi_meet.settings import JitsiMeetSettings
from migrate.deployment.machines import Machine, having

WEB, BRIDGES, TURN = "jitsi_meet", "jitsi_videobridge", "coturn"
"""The groups of inventory.ini that this product knows."""


class Host(Machine[HostSettings]):
    """One host, and what it does."""

    __slots__ = ()

    @property
    def is_web(self) -> bool:
        """Whether it is the web server, with Prosody and Jicofo."""
        return WEB in self.groups

    @property
    def is_bridge(self) -> bool:
        """Whether it carries sound and picture."""
        return BRIDGES in self.groups

    @property
    def is_turn(self) -> bool:
        """Whether it is the TURN server."""
        return TURN in self.groups


@dataclass(frozen=True)
class Topology:
    """All hosts of one deployment."""

    settings: JitsiMeetSettings
    inventory: Inventory

    @cached_property
    def hosts(self) -> tuple[Host, ...]:
        """Every host once, the web server first."""
        return Host.all(self.inventory, (WEB, BRIDGES, TURN), self.settings.hosts, HostSettings())

    def host(self, name: str) -> Host:
        """Return one host."""
        return self._by_name[name]

    @cached_property
    def web(self) -> tuple[Host, ...]:
        """Hosts of the group of web servers: one, if nothing is wrong."""
        return having(self.hosts, WEB)

    @cached_property
    def bridges(self) -> tuple[Host, ...]:
        """The bridges."""
        return having(self.hosts, BRIDGES)

    @cached_property
    def remote_bridges(self) -> tuple[Host, ...]:
        """The bridges on other hosts than the web server, which reach Prosody by the network."""
        return tuple(host for host in self.bridges if not host.is_web)

    @cached_property
    def turn(self) -> tuple[Host, ...]:
        """Hosts of the group of TURN servers: one or none, if nothing is wrong."""
        return having(self.hosts, TURN)

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
