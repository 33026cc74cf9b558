"""What is wrong between the hosts of inventory.ini and what the settings say of hosts."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.core.bundle import Fault
from migrate.deployment.nextcloud_talk.topology import CLOUD, SIGNALING, TURN, Topology


def wrong_hosts(topology: Topology) -> Iterator[Fault]:
    """Yield what is wrong with groups, and with tables [nextcloud_talk.hosts]."""
    if not topology.cloud:
        yield Fault((), f"inventory.ini names no host in [{CLOUD}]", "It is where Nextcloud runs.")
    if not topology.signaling:
        yield Fault(
            (),
            f"inventory.ini names no host in [{SIGNALING}]",
            "Without the high-performance backend a call has three people at most. It may be the host of Nextcloud.",
        )
    groups = ((CLOUD, topology.cloud), (SIGNALING, topology.signaling), (TURN, topology.turn))
    for group, hosts in groups:
        if len(hosts) > 1:
            names = ", ".join(host.name for host in hosts)
            yield Fault((), f"inventory.ini names {len(hosts)} hosts in [{group}], but there can be one: {names}")
    known = {host.name for host in topology.hosts}
    for name in topology.settings.hosts:
        if name not in known:
            groups_told = f"[{CLOUD}], [{SIGNALING}] or [{TURN}]"
            yield Fault(("hosts", name), f"inventory.ini does not have {name} in {groups_told}")
