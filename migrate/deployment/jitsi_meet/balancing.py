"""How meetings are spread over the bridges."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.deployment.jitsi_meet.topology import Host, Topology

_NOWHERE = "default"
"""The region of a bridge that was given none: upstream relays only between bridges that have one."""


@dataclass(frozen=True, slots=True)
class Balancing:
    """Which bridge Jicofo takes for whom."""

    topology: Topology

    @property
    def strategy(self) -> str:
        """The class of Jicofo that chooses.

        With many bridges always by region: upstream's other way never leaves the region that a meeting began in, and is
        little tested, as upstream itself says.
        """
        return "RegionBasedBridgeSelectionStrategy" if self.topology.many_bridges else "SingleBridgeSelectionStrategy"

    def region(self, host: Host) -> str:
        """Where a bridge is."""
        return host.settings.region or _NOWHERE

    def local_region(self, host: Host) -> str:
        """Where meetings start that are held by a web server: where it is, or else where the first bridge is."""
        return host.settings.region or self.region(self.topology.bridges[0])
