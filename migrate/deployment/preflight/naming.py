"""DNS: whether the names lead to the host, by the versions of IP that it has."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from migrate.core.check import Finding, Needs, Resolved, Seen
from migrate.deployment.preflight.findings import failed, listed, ok, warning
from migrate.deployment.preflight.routes import own, public

_RECORDS = {4: "A", 6: "AAAA"}


def checks(needs: Needs, seen: Seen) -> Iterator[Finding]:
    """Yield what is wrong with each name."""
    for name in needs.names:
        found = list(_name(needs, seen, name, seen.names.get(name, Resolved((), None))))
        yield from found or [ok(needs, "dns", f"{name} leads to {listed(seen.names[name].system)}")]


def _name(needs: Needs, seen: Seen, name: str, resolved: Resolved) -> Iterator[Finding]:
    addresses = resolved.dns or resolved.system
    if not addresses:
        message = f"{name} has no address"
        yield failed(needs, "dns-missing", message, _records(name, needs, seen))
        return
    yield from _families(needs, seen, name, addresses)
    yield from _elsewhere(needs, seen, name, addresses)
    if resolved.system and not resolved.dns:
        message = f"{name} is known on this machine ({listed(resolved.system)}), and DNS does not tell it"
        yield warning(needs, "dns-only-here", message, _records(name, needs, seen))
    elif resolved.dns and resolved.system != resolved.dns:
        message = f"{name} is {listed(resolved.system) or 'unknown'} on this machine, and {listed(resolved.dns)} in DNS"
        yield warning(needs, "dns-differs", message, "Look at /etc/hosts of this machine.")


def _families(needs: Needs, seen: Seen, name: str, addresses: tuple[str, ...]) -> Iterator[Finding]:
    there = {ip_address(address).version for address in addresses}
    routed = {ip_address(address).version for address in own(seen)}
    for version, record in _RECORDS.items():
        if version in there and version not in needs.families:
            message = f"{name} has an {record} record, and network.ipv{version} is off: people would wait"
            yield failed(needs, "dns-family", message, f"Take the record out, or set network.ipv{version} = true.")
        elif version in there and version not in routed:
            message = f"{name} has an {record} record, and the host has no IPv{version}: people would wait"
            yield failed(needs, "dns-family", message, f"Take the {record} record out.")
        elif version not in there and version in needs.families:
            message = f"{name} has no {record} record, so nobody comes by IPv{version}"
            yield warning(needs, "dns-family", message, f"Add one, or set network.ipv{version} = false.")


def _elsewhere(needs: Needs, seen: Seen, name: str, addresses: tuple[str, ...]) -> Iterator[Finding]:
    # Whatever stands between: if our own words come back from there, it leads here.
    proven = {look.address for look in seen.looks if look.state == "answered" and look.address in addresses}
    known = {*own(seen), *public(needs, seen), *proven}
    # Of a family that the host lacks it is told already.
    families = {ip_address(address).version for address in known}.intersection(needs.families)
    elsewhere = [one for one in addresses if one not in known and ip_address(one).version in families]
    if elsewhere:
        there = listed(sorted(public(needs, seen)) or own(seen))
        message = f"{name} leads to {listed(elsewhere)}, and the host has {there}"
        yield failed(needs, "dns-elsewhere", message, _records(name, needs, seen))


def _records(name: str, needs: Needs, seen: Seen) -> str:
    """Say which records are right, as far as it is known."""
    versions = {address: ip_address(address).version for address in sorted(public(needs, seen))}
    records = [f"{name} {_RECORDS[versions[one]]} {one}" for one in versions if versions[one] in needs.families]
    return f"Add to DNS: {'; '.join(records)}" if records else "Add a record with the host's public address to DNS."
