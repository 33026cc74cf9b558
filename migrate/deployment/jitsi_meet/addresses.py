"""What is wrong with the addresses of hosts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from migrate.core.bundle import Fault
from migrate.deployment.jitsi_meet.topology import Host, Topology

# Not `is_private` of the standard library: for it, addresses of documentation are private too.
_PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)  # RFC 1918, 6598, 4193
_OWN = tuple(map(ip_network, ("127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10")))

Path = tuple[str | int, ...]


def wrong_addresses(topology: Topology) -> Iterator[Fault]:
    """Yield what is wrong with addresses, mappings, and networks that ssh is open to."""
    for host in topology.hosts:
        yield from _addresses(topology, host)
        yield from _mappings(topology, host)
    yield from _shared(topology)
    for place, network in enumerate(topology.settings.firewall.ssh_from):
        yield from _family(topology, ("firewall", "ssh_from", place), ip_network(network).version)


def is_private(address: str) -> bool:
    """Tell whether an address is of use only within a network of one's own."""
    return _within(address, _PRIVATE + _OWN)


def _addresses(topology: Topology, host: Host) -> Iterator[Fault]:
    path: Path = ("hosts", host.name, "addresses")
    if _needs_addresses(topology, host) and not host.every_address:
        yield Fault(
            path, f"are needed of {host.name}", "The firewalls and the TURN server of other hosts let it in by these."
        )
    if host.settings.addresses and not _wants_addresses(topology, host):
        yield Fault(
            path, "change nothing: only a bridge's are used, for a TURN server or by other hosts", "Take them out."
        )
    for place, address in enumerate(host.settings.addresses):
        yield from _family(topology, (*path, place), ip_address(address).version)
        if _within(address, _OWN):
            yield Fault((*path, place), f"no other host reaches {host.name} by {address}")


def _needs_addresses(topology: Topology, host: Host) -> bool:
    """Whether another host lets this one in by its addresses, or leads to it."""
    return host.is_bridge and any(
        other is not host and (other.is_turn or (other.is_web and topology.settings.firewall.enabled))
        for other in topology.hosts
    )


def _wants_addresses(topology: Topology, host: Host) -> bool:
    return host.is_bridge and (bool(topology.turn) or not host.is_web)


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


def _within(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    return any(ip_address(address) in network for network in networks)
