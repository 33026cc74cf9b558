"""What the names lead to that people will use: asked of the system, and of DNS alone."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from migrate.core.check import Resolved

PATIENCE = 3.0
"""Seconds for an answer of DNS."""


def resolve(names: Iterable[str]) -> Mapping[str, Resolved]:
    """Look names up, all at the same time."""
    every = tuple(dict.fromkeys(names))
    with ThreadPoolExecutor(max(1, len(every))) as pool:
        return dict(zip(every, pool.map(_resolve, every), strict=True))


def _resolve(name: str) -> Resolved:
    return Resolved(by_system(name), by_dns(name))


def by_system(name: str) -> tuple[str, ...]:
    """Return the addresses that programs on this machine get, by files such as /etc/hosts too."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return _ordered(str(place[0]) for *_, place in found)


def by_dns(name: str) -> tuple[str, ...] | None:
    """Return the addresses that everybody gets: from DNS, whatever this machine's files say; None: no answer."""
    from dns.exception import DNSException
    from dns.resolver import NXDOMAIN, NoAnswer, Resolver

    found: list[str] = []
    try:
        resolver = Resolver()
        for kind in ("A", "AAAA"):
            try:
                found += [str(record) for record in resolver.resolve(f"{name}.", kind, lifetime=PATIENCE)]
            except (NoAnswer, NXDOMAIN):
                continue
    except (DNSException, OSError):
        return None
    return _ordered(found)


def _ordered(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return addresses once each, in one way of writing, IPv4 first."""
    known = {ip_address(address.partition("%")[0]) for address in addresses}
    return tuple(str(one) for one in sorted(known, key=lambda one: (one.version, int(one))))
