"""What coturn relays: which peers it denies and allows, by which ports and how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from migrate.deployment.jitsi_meet.topology import Host, Topology
from migrate.shared.special_networks import Network, special_networks

_EVERYTHING = {4: "0.0.0.0/0", 6: "::/0"}


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
        return "ipv4" if self.topology.settings.network.ipv4 else "ipv6"

    @property
    def external(self) -> Sequence[str]:
        """Its addresses behind NAT, as public/local."""
        return [f"{mapping.public}/{mapping.local}" for mapping in self.host.mappings]

    @property
    def bytes_each(self) -> int | None:
        """Bytes a second that one relay may carry."""
        megabits = self.topology.settings.turn.megabits_each
        return megabits and megabits * 1_000_000 // 8

    @property
    def allowed(self) -> Sequence[str]:
        """The bridges' addresses: allowed though they be private."""
        every = [address for bridge in self.topology.bridges for address in bridge.every_address]
        return [address for address in dict.fromkeys(every) if self._speaks(ip_address(address).version)]

    @property
    def denied(self) -> Sequence[str]:
        """Ranges of addresses that no relay leads to, as first-last."""
        return [_range(network) for network in self._denied()]

    def _denied(self) -> Iterator[Network]:
        for version, everything in _EVERYTHING.items():
            if self._speaks(version):
                yield from (network for network in special_networks() if network.version == version)
            else:
                yield ip_network(everything)

    def _speaks(self, version: int) -> bool:
        network = self.topology.settings.network
        return network.ipv4 if version == 4 else network.ipv6


def _range(network: Network) -> str:
    first, last = network[0], network[-1]
    # A range that begins with :: denies every address of IPv4 too; to :: itself coturn never relays.
    return f"{network[1] if first == ip_address('::') else first}-{last}"
