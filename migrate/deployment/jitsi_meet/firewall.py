"""Which ports of a host are open, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.deployment.firewall import Sources
from migrate.deployment.jitsi_meet.relaying import Relaying
from migrate.deployment.jitsi_meet.topology import Host, Topology


@dataclass(frozen=True, slots=True)
class Openings:
    """The open ports of one host."""

    host: Host
    topology: Topology

    @property
    def web_ports(self) -> Sequence[int]:
        """Ports of nginx, or that by which certbot alone proves whose a TURN server's name is."""
        if self.host.is_web:
            return [80, 443]
        return [80] if self.host.is_turn and self.topology.settings.certificate.source == "acme" else []

    @property
    def signalling(self) -> Sources:
        """The bridges on other hosts, which come to Prosody here."""
        bridges = self.topology.remote_bridges if self.host.is_web else ()
        return Sources.of([address for bridge in bridges for address in bridge.every_address])

    @property
    def turn_udp(self) -> Sequence[str]:
        """Ports of STUN and TURN, and those of relays."""
        turn = self.topology.settings.turn
        first, last = turn.relay_ports
        return [str(turn.port), f"{first}-{last}"]

    @property
    def turn_tls(self) -> Sequence[int]:
        """The port of TURN with TLS, unless nginx is before it."""
        return [] if self.topology.turn_by_name else [Relaying(self.host, self.topology).tls_port]
