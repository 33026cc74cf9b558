"""What is wrong between the hosts of inventory.ini and what the settings say of hosts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from migrate.core.bundle import Fault
from migrate.deployment.jitsi_meet.topology import BRIDGES, TURN, WEB, Topology


def wrong_hosts(topology: Topology) -> Iterator[Fault]:
    """Yield what is wrong with groups, with tables [jitsi_meet.hosts], and with regions."""
    yield from _groups(topology)
    yield from _unknown(topology)
    yield from _regions(topology)
    yield from _region_groups(topology)


def _groups(topology: Topology) -> Iterator[Fault]:
    if not topology.web:
        yield Fault((), f"inventory.ini names no host in [{WEB}]", "It is where the web server runs.")
    if not topology.bridges:
        yield Fault((), f"inventory.ini names no host in [{BRIDGES}]", "Without a bridge there is no sound.")
    for group, hosts in ((WEB, topology.web), (TURN, topology.turn)):
        if len(hosts) > 1:
            names = ", ".join(host.name for host in hosts)
            yield Fault((), f"inventory.ini names {len(hosts)} hosts in [{group}], but there can be one: {names}")


def _unknown(topology: Topology) -> Iterator[Fault]:
    known = {host.name for host in topology.hosts}
    for name in topology.settings.hosts:
        if name not in known:
            groups = f"[{WEB}], [{BRIDGES}] or [{TURN}]"
            yield Fault(("hosts", name), f"inventory.ini does not have {name} in {groups}")


def _regions(topology: Topology) -> Iterator[Fault]:
    for host in topology.hosts:
        path, region = ("hosts", host.name, "region"), host.settings.region
        if region and not topology.many_bridges:
            yield Fault(path, "changes nothing unless there are several bridges", "Take it out.")
        elif region and not host.is_bridge and not host.is_web:
            yield Fault(path, f"changes nothing: {host.name} is neither a bridge nor the web server", "Take it out.")
        elif region and region not in topology.regions:
            yield Fault(path, f"no bridge is in {region}, where meetings would start")
        elif topology.regions and topology.many_bridges and host.is_bridge and not region:
            yield Fault(path, "is needed as soon as another bridge has one", "Meetings would not go on to this bridge.")


def _region_groups(topology: Topology) -> Iterator[Fault]:
    groups = topology.settings.bridges.region_groups
    every = list(chain.from_iterable(groups))
    for place, group in enumerate(groups):
        path = ("bridges", "region_groups", place)
        unknown = [region for region in group if region not in topology.regions]
        if unknown:
            yield Fault(path, f"no bridge is in {', '.join(unknown)}", "Regions are those of bridges in [hosts].")
        if any(every.count(region) > 1 for region in group):
            yield Fault(path, "a region can be named once, in one group")
