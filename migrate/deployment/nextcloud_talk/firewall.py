"""Which ports of a host are open to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.deployment.nextcloud_talk.certificates import certificates
from migrate.deployment.nextcloud_talk.topology import Host, Topology


@dataclass(frozen=True, slots=True)
class Openings:
    """The open ports of one host."""

    host: Host
    topology: Topology

    @property
    def web_ports(self) -> Sequence[int]:
        """Ports of nginx, or that by which certbot alone proves whose a TURN server's name is."""
        if self.host.has_web:
            return [80, 443]
        return [80] if certificates(self.host, self.topology).by_certbot else []

    @property
    def media(self) -> Sequence[str]:
        """The ports of Janus."""
        first, last = self.topology.settings.signaling.media_ports
        return [f"{first}-{last}"] if self.host.is_signaling else []

    @property
    def turn_udp(self) -> Sequence[str]:
        """Ports of STUN and TURN, and those of relays."""
        turn = self.topology.settings.turn
        first, last = turn.relay_ports
        return [str(turn.port), f"{first}-{last}"] if self.host.is_turn else []

    @property
    def turn_tls(self) -> Sequence[int]:
        """The port of TURN with TLS."""
        return [self.topology.settings.turn.tls_port] if self.host.is_turn else []
