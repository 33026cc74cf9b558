"""Where sound and picture of calls come from and go to: what Janus is told of its host."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.deployment.nextcloud_talk.topology import Host, Topology


@dataclass(frozen=True, slots=True)
class Media:
    """Janus on one host."""

    host: Host
    topology: Topology

    @property
    def port_range(self) -> str:
        """The first and the last UDP port."""
        first, last = self.topology.settings.signaling.media_ports
        return f"{first}-{last}"

    @property
    def public_addresses(self) -> str:
        """The addresses that the internet knows a host behind NAT by, with commas between them."""
        return ",".join(mapping.public for mapping in self.host.mappings)
