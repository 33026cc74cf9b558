"""Where programs of a host listen, and what of it is open to others."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.hosts import scan
from tests.hosts.bed import Bed
from tests.hosts.host import Host

EVERYWHERE, WITHIN = "by both families", "for the host itself"
SCAN = Path(scan.__file__)
_RELAYS = 49152


def listening(host: Host) -> dict[str, object]:
    """Return where programs listen: whom a port is for, or the addresses if it is for some only."""
    found: dict[str, set[str]] = {}
    for line in host.run("ss -Hlntu").splitlines():
        protocol, _, _, _, place = line.split()[:5]
        address, _, port = place.rpartition(":")
        # Relays that somebody was given, open until they end.
        if protocol == "udp" and int(port) >= _RELAYS:
            continue
        found.setdefault(f"{port}/{protocol}", set()).update({"0.0.0.0", "[::]"} if address == "*" else {address})
    return {port: _reach(host, addresses) for port, addresses in found.items()}


def _reach(host: Host, addresses: set[str]) -> object:
    if all(address.startswith("127.") or address == "[::1]" for address in addresses):
        return WITHIN
    both = addresses & {"0.0.0.0", host.v4} and addresses & {"[::]", f"[{host.v6}]"}
    return EVERYWHERE if both else sorted(addresses)


def scanned(bed: Bed, *addresses: str) -> dict[str, dict[str, list[int]]]:
    """Return the TCP ports of hosts that others find open and closed, by address."""
    return json.loads(bed.place.run(sys.executable, SCAN, *addresses))
