"""What coturn relays: which peers it denies and allows, by which ports and how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.deployment import relays
from migrate.deployment.jitsi_meet.topology import Host, Topology


@dataclass(frozen=True, slots=True)
class Relaying:
    """The TURN server on one host."""

    host: Host
    topology: Topology

    @property
    def tls_port(self) -> int:
        """Where coturn itself listens with TLS: at 443 only on a host without a web server."""
        turn = self.topology.settings.turn
        return turn.tls_port if self.host.is_web else self.topology.turn_tls_port

    @property
    def privileged(self) -> bool:
        """Whether one of its ports is one that only root may open."""
        return min(self.topology.settings.turn.port, self.tls_port) < 1024

    @property
    def family(self) -> str:
        """The version of IP of a relay that is asked for without one."""
        return relays.family(self.topology.settings.network)

    @property
    def external(self) -> Sequence[str]:
        """Its addresses behind NAT, as public/local."""
        return relays.external(self.host.mappings)

    @property
    def bytes_each(self) -> int | None:
        """Bytes a second that one relay may carry."""
        return relays.bytes_each(self.topology.settings.turn.megabits_each)

    @property
    def allowed(self) -> Sequence[str]:
        """The bridges' addresses: allowed though they be private."""
        every = [address for bridge in self.topology.bridges for address in bridge.every_address]
        return relays.allowed(every, self.topology.settings.network)

    @property
    def denied(self) -> Sequence[str]:
        """Ranges of addresses that no relay leads to, as first-last."""
        return relays.denied(self.topology.settings.network)
