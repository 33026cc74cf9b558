"""Ports: whether they are free on the host, and open from where people are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from migrate.core.check import Finding, Listening, Look, Needs, Seen
from migrate.deployment.preflight.findings import failed, listed, ok

_GOOD = ("answered", "open")
_NOTHING = {
    "refused": "is refused at",
    "silent": "gets no answer from",
    "unreachable": "finds no way to",
    "unknown": "cannot be tried, for nobody there knows the name",
}


def checks(needs: Needs, seen: Seen) -> Iterator[Finding]:
    """Yield ports that others have, and those that are closed."""
    yield from _free(needs, seen)
    yield from _ssh(needs, seen)
    yield from _reached(needs, seen)


def _free(needs: Needs, seen: Seen) -> Iterator[Finding]:
    ours = needs.units if seen.facts["owner"] in ("", needs.domain) else ()
    taken = [
        (listening, found)
        for listening in needs.listeners
        for found in _at(listening, seen.facts["listening"])
        if found["unit"] not in ours
    ]
    told: dict[tuple[str, str], str] = {}
    for listening, found in taken:
        who = found["program"] or "somebody"
        told[f"{listening.first}/{listening.protocol}", who] = listening.who
    for (port, who), wants in told.items():
        message = f"{who} has port {port}, where {wants} will be"
        yield failed(needs, "port-taken", message, "Stop it there, or choose another port if the settings have one.")
    if not told:
        yield ok(needs, "port-taken", f"{len(needs.listeners)} ports are free or ours")


def _at(listening: Listening, every: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    # In the range of relays others come and go with each connection, and coturn takes another one.
    if listening.first != listening.last:
        return []
    return [one for one in every if (one["protocol"], one["port"]) == (listening.protocol, listening.first)]


def _ssh(needs: Needs, seen: Seen) -> Iterator[Finding]:
    if needs.ssh_port is None:
        return
    ports = {one["port"] for one in seen.facts["listening"] if one["program"] == "sshd" or one["unit"] == "ssh.socket"}
    if ports and needs.ssh_port not in ports:
        message = f"sshd listens at {listed(map(str, sorted(ports)))}, and the firewall will open {needs.ssh_port} only"
        yield failed(needs, "ssh-port", message, "Set firewall.ssh_port, and render: else you are locked out.")
    elif ports:
        yield ok(needs, "ssh-port", f"ssh stays open at {needs.ssh_port}")


def _reached(needs: Needs, seen: Seen) -> Iterator[Finding]:
    closed = _closed(seen)
    for (place, state, ports), addresses in closed.items():
        message = f"{listed(ports)}: {_from(place)} {_NOTHING[state]} {listed(addresses)}"
        yield failed(needs, "port-closed", message, _opening(seen))
    for address in dict.fromkeys(look.address for look in seen.looks if _strange(look, seen)):
        message = f"somebody else answers at {address}: it is the address of another machine"
        yield failed(needs, "port-elsewhere", message, "Correct DNS, or hosts.*.mappings.")
    reached = [look for look in seen.looks if look.state in _GOOD]
    if reached and not closed:
        every = listed(dict.fromkeys(f"{look.port}/{look.protocol}" for look in reached))
        yield ok(needs, "port-closed", f"reached from {listed(_places(reached))}: {every}")
    if any(_mute(look, seen) for look in seen.looks):
        yield ok(needs, "port-mute", "a service is there already, which answers nobody unasked")


def _closed(seen: Seen) -> Mapping[tuple[str, str, tuple[str, ...]], Sequence[str]]:
    """Return place, state and ports that are closed from there, with the addresses where they are."""
    ports: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for look in seen.looks:
        if look.state not in _GOOD and not _mute(look, seen):
            ports[look.place, look.state, look.address].append(f"{look.port}/{look.protocol}")
    closed: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (place, state, address), every in ports.items():
        closed[place, state, tuple(every)].append(address)
    return closed


def _mute(look: Look, seen: Seen) -> bool:
    """Tell whether silence means nothing: nobody of ours was there to answer."""
    return look.state == "silent" and look.protocol == "udp" and (look.protocol, look.port) not in seen.answering


def _strange(look: Look, seen: Seen) -> bool:
    """Tell whether a service answered where only our own words could."""
    return look.state == "open" and (look.protocol, look.port) in seen.answering


def _places(looks: Sequence[Look]) -> list[str]:
    return list(dict.fromkeys(look.place or "here" for look in looks))


def _from(place: str) -> str:
    return f"whoever comes from {place}" if place else "whoever comes from here"


def _opening(seen: Seen) -> str:
    own = [found["words"] for found in seen.facts["foreign"] if found["kind"] == "firewall"]
    also = f" The host itself has {listed(own)}." if own else ""
    return f"Open them at its provider and in every router before it.{also}"
