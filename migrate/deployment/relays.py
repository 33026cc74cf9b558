"""What a TURN server relays, whichever product it belongs to: the peers that it denies and allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address, ip_network

from migrate.deployment.addressing import Mapping, Network
from migrate.shared.special_networks import Network as Subnet
from migrate.shared.special_networks import special_networks

_EVERYTHING = {4: "0.0.0.0/0", 6: "::/0"}


def family(network: Network) -> str:
    """Return the version of IP of a relay that is asked for without one."""
    return "ipv4" if network.ipv4 else "ipv6"


def external(mappings: Iterable[Mapping]) -> Sequence[str]:
    """Return the addresses of a host behind NAT, as public/local."""
    return [f"{mapping.public}/{mapping.local}" for mapping in mappings]


def bytes_each(megabits: int | None) -> int | None:
    """Return the bytes a second that one relay may carry."""
    return megabits and megabits * 1_000_000 // 8


def allowed(addresses: Iterable[str], network: Network) -> Sequence[str]:
    """Return those of the addresses that people come for, which are allowed though they be private."""
    return [address for address in dict.fromkeys(addresses) if _speaks(network, ip_address(address).version)]


def denied(network: Network) -> Sequence[str]:
    """Return ranges of addresses that no relay leads to, as first-last."""
    return [_range(one) for one in _denied(network)]


def _denied(network: Network) -> Iterator[Subnet]:
    for version, everything in _EVERYTHING.items():
        if _speaks(network, version):
            yield from (one for one in special_networks() if one.version == version)
        else:
            yield ip_network(everything)


def _speaks(network: Network, version: int) -> bool:
    return network.ipv4 if version == 4 else network.ipv6


def _range(network: Subnet) -> str:
    first, last = network[0], network[-1]
    # A range that begins with :: denies every address of IPv4 too; to :: itself coturn never relays.
    return f"{network[1] if first == ip_address('::') else first}-{last}"
