"""Networks that are not the internet: a table (migrate/data/special-networks.tsv) tells how far each reaches."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from migrate.shared.resources import data_rows

Network = IPv4Network | IPv6Network
_LINK, _SITE = "link", "site"


def special_networks() -> tuple[Network, ...]:
    """Return all of them."""
    return tuple(_reaches())


def is_private(address: str) -> bool:
    """Tell whether an address is of use only within a network of one's own.

    Not as the standard library has it, for which addresses of documentation are private too.
    """
    return _reach(address) in (_LINK, _SITE)


def is_link_local(address: str) -> bool:
    """Tell whether an address is of use only on the host itself, or on one cable."""
    return _reach(address) == _LINK


def _reach(address: str) -> str:
    found = ip_address(address)
    return next((reach for network, reach in _reaches().items() if found in network), "")


@cache
def _reaches() -> dict[Network, str]:
    return {ip_network(network): reach for network, reach, _ in data_rows("special-networks.tsv")}
