"""The host's addresses: whether people's sound and picture can come by them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from migrate.core.check import Finding, Needs, Seen
from migrate.deployment.preflight.findings import failed, listed, ok, warning
from migrate.shared.special_networks import is_private


def checks(needs: Needs, seen: Seen) -> Iterator[Finding]:
    """Yield what is wrong with addresses and mappings."""
    found = [*_families(needs, seen), *_mappings(needs, seen), *_public(needs, seen), *_told(needs, seen)]
    yield from found
    if not found:
        yield ok(needs, "addresses", f"its addresses: {listed(own(seen)) or 'none'}")


def own(seen: Seen) -> list[str]:
    """Return the addresses that the host has, and goes out by."""
    addresses = seen.facts["addresses"]
    return list(dict.fromkeys([*addresses["own"], *addresses["routed"]]))


def public(needs: Needs, seen: Seen) -> set[str]:
    """Return the addresses by which the internet knows the host, as far as it is known here."""
    return {
        *(address for address in own(seen) if not is_private(address)),
        *(address for address in needs.addresses if not is_private(address)),
        *(public for _, public in needs.mappings),
    }


def _families(needs: Needs, seen: Seen) -> Iterator[Finding]:
    routed = {ip_address(address).version for address in seen.facts["addresses"]["routed"]}
    for version in needs.families:
        if version not in routed:
            message = f"it has no IPv{version} to go out by, and network.ipv{version} is on"
            hint = f"Give it an address and a route, or set network.ipv{version} = false: else people wait for nothing."
            yield failed(needs, f"no-ipv{version}", message, hint)


def _mappings(needs: Needs, seen: Seen) -> Iterator[Finding]:
    for local, _ in needs.mappings:
        if local not in own(seen):
            message = f"the settings map {local}, which it does not have: it has {listed(own(seen))}"
            yield failed(needs, "mapping-unknown", message, f"Correct hosts.{needs.host}.mappings, and render.")
    for look in seen.looks:
        expected = next((local for local, public in needs.mappings if public == look.address), "")
        if expected and look.state == "answered" and look.arrived != expected:
            message = f"what is sent to {look.address} arrives at {look.arrived}, and the settings map it to {expected}"
            yield failed(needs, "mapping-wrong", message, f"Correct hosts.{needs.host}.mappings, or the router.")
            return


def _public(needs: Needs, seen: Seen) -> Iterator[Finding]:
    """Yield private addresses that browsers would be told to send sound and picture to, and do not reach."""
    if needs.reach in ("", "lan") or (needs.reach == "named" and _in_a_private_network(seen)):
        return
    mapped = {local for local, _ in needs.mappings}
    for address in seen.facts["addresses"]["routed"]:
        family = ip_address(address).version
        known = needs.reach != "public" and (address in mapped or (needs.asks_stun and family == 4))
        if family in needs.families and is_private(address) and not known:
            message = f"it goes out by {address}, a private address, so nobody outside would hear anybody"
            first = "Map" if needs.reach == "named" else 'Set bridges.reach = "nat" and map'
            hint = f"{first} {address} to the public one in hosts.{needs.host}.mappings."
            yield failed(needs, "private-address", message, hint)


def _in_a_private_network(seen: Seen) -> bool:
    """Tell whether people come from the same network, for the names lead nowhere else."""
    addresses = [address for found in seen.names.values() for address in found.dns or found.system]
    return bool(addresses) and all(map(is_private, addresses))


def _told(needs: Needs, seen: Seen) -> Iterator[Finding]:
    known = {*own(seen), *(public for _, public in needs.mappings)}
    unknown = [address for address in needs.addresses if str(ip_address(address)) not in known]
    if unknown:
        message = f"the settings say that others know it by {listed(unknown)}; it has {listed(own(seen))}"
        yield warning(needs, "address-unknown", message, f"Correct hosts.{needs.host}.addresses if no router maps it.")
