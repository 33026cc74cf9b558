"""What is wrong with the addresses of hosts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from migrate.core.bundle import Fault
from migrate.deployment.jitsi_meet.topology import Host, Topology
from migrate.shared.special_networks import is_link_local, is_private

Path = tuple[str | int, ...]


def wrong_addresses(topology: Topology) -> Iterator[Fault]:
    """Yield what is wrong with addresses, mappings, and networks that ssh is open to."""
    for host in topology.hosts:
        yield from _addresses(topology, host)
        yield from _mappings(topology, host)
        yield from _way_to_prosody(topology, host)
    yield from _shared(topology)
    if to := _signalling(topology):
        yield from _family(topology, ("bridges", "signalling_address"), ip_address(to).version)
    for place, network in enumerate(topology.settings.firewall.ssh_from):
        yield from _family(topology, ("firewall", "ssh_from", place), ip_network(network).version)


def _addresses(topology: Topology, host: Host) -> Iterator[Fault]:
    path: Path = ("hosts", host.name, "addresses")
    if _needs_addresses(topology, host) and not host.every_address:
        yield Fault(
            path,
            f"are needed of {host.name}",
            "Firewalls let it in by these, and the TURN server relays to no other private address.",
        )
    if host.settings.addresses and not _wants_addresses(topology, host):
        yield Fault(
            path, "change nothing: only a bridge's are used, for a TURN server or by other hosts", "Take them out."
        )
    for place, address in enumerate(host.settings.addresses):
        yield from _family(topology, (*path, place), ip_address(address).version)
        if is_link_local(address):
            yield Fault((*path, place), f"no other host reaches {host.name} by {address}")


def _needs_addresses(topology: Topology, host: Host) -> bool:
    """Whether another host lets this one in by its addresses, or TURN leads to it."""
    only_private = bool(topology.turn) and topology.settings.bridges.reach == "lan"
    elsewhere = (
        other is not host and (other.is_turn or (other.is_web and topology.settings.firewall.enabled))
        for other in topology.hosts
    )
    return host.is_bridge and (only_private or any(elsewhere))


def _wants_addresses(topology: Topology, host: Host) -> bool:
    return host.is_bridge and (bool(topology.turn) or not host.is_web)


def _way_to_prosody(topology: Topology, host: Host) -> Iterator[Fault]:
    """Yield a fault if a bridge comes to Prosody by an address that the firewall there does not know."""
    to = _signalling(topology)
    if not to or not topology.settings.firewall.enabled or not host.is_bridge or host.is_web:
        return
    alike = [address for address in host.every_address if ip_address(address).version == ip_address(to).version]
    if host.every_address and not any(is_private(address) or not is_private(to) for address in alike):
        yield Fault(
            ("hosts", host.name, "addresses"),
            f"are none by which {host.name} comes to {to}, so the firewall keeps it from Prosody",
            "Add the address that it has in the network of bridges.signalling_address.",
        )


def _signalling(topology: Topology) -> str | None:
    """Return the address, and no name, by which bridges on other hosts reach Prosody."""
    told = topology.settings.bridges.signalling_address
    try:
        return told and str(ip_address(told))
    except ValueError:
        return None


def _mappings(topology: Topology, host: Host) -> Iterator[Fault]:
    path: Path = ("hosts", host.name, "mappings")
    bridges = topology.settings.bridges
    if host.is_bridge and bridges.reach == "nat" and not host.mappings and not bridges.stun_servers:
        yield Fault(
            path,
            f"{host.name} is behind NAT and nothing tells its public address, so nobody hears anybody",
            "Map its address to the public one, or name bridges.stun_servers.",
        )
    if host.is_bridge and bridges.reach != "nat" and host.mappings:
        yield Fault(path, f'a bridge is behind NAT only with reach = "nat", and it is "{bridges.reach}"')
    elif host.mappings and not host.is_bridge and not host.is_turn:
        yield Fault(path, f"change nothing: {host.name} is neither a bridge nor the TURN server")
    for place, mapping in enumerate(host.mappings):
        yield from _mapping(topology, (*path, place), mapping.local, mapping.public)
        if any(mapping.local == other.local for other in host.mappings[:place]):
            yield Fault((*path, place), f"{mapping.local} is mapped already")


def _mapping(topology: Topology, path: Path, local: str, public: str) -> Iterator[Fault]:
    if local == public:
        yield Fault(path, f"{local} stands for itself", "An address that is not translated needs no mapping.")
    elif is_private(public):
        yield Fault(path, f"{public} is private, so the internet does not know the host by it", "Is it the local one?")
    if ip_address(local).version != ip_address(public).version:
        yield Fault(path, f"{local} and {public} are addresses of different versions of IP")
    else:
        yield from _family(topology, path, ip_address(local).version)


def _shared(topology: Topology) -> Iterator[Fault]:
    holders: dict[str, list[Host]] = defaultdict(list)
    for host in topology.hosts:
        for address in _not_to_share(host):
            holders[address].append(host)
    for address, hosts in holders.items():
        if len(hosts) > 1:
            names = " and ".join(host.name for host in hosts)
            yield Fault(("hosts", hosts[1].name), f"{names} have the same address {address}")


def _not_to_share(host: Host) -> set[str]:
    """Return what no other host may have: bridges cannot be behind one public address, for they have one port."""
    own = {*host.settings.addresses, *(mapping.local for mapping in host.mappings)}
    return own | {mapping.public for mapping in host.mappings} if host.is_bridge else own


def _family(topology: Topology, path: Path, version: int) -> Iterator[Fault]:
    if not {4: topology.settings.network.ipv4, 6: topology.settings.network.ipv6}[version]:
        yield Fault(path, f"is of IPv{version}, and network.ipv{version} is off")
