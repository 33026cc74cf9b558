"""Which ports a host listens at, and which two programs want the same one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from migrate.core.bundle import Fault
from migrate.deployment.jitsi_meet.topology import Host, Topology

PAGES_BEHIND_443, TURN_BEHIND_443 = 4444, 4445
"""Where nginx hands connections on to itself where web pages share port 443 with TURN."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A program at a range of ports; `path` is the setting that chose them, if one did."""

    protocol: str
    ports: tuple[int, int]
    who: str
    path: tuple[str, ...] = ()

    def meets(self, other: Listener) -> bool:
        """Tell whether both want the same port."""
        first, last = self.ports
        return self.protocol == other.protocol and first <= other.ports[1] and other.ports[0] <= last

    @property
    def words(self) -> str:
        """Its ports and whose they are."""
        first, last = self.ports
        return f"{first}{f'-{last}' * (first != last)}/{self.protocol} of {self.who}"


def wrong_ports(topology: Topology) -> Iterator[Fault]:
    """Yield each setting of a port that another program of the same host has."""
    found: dict[object, Fault] = {}
    for host in topology.hosts:
        for one, other in combinations(listeners(host, topology), 2):
            if one.meets(other) and one.path + other.path:
                chosen, taken = (other, one) if other.path else (one, other)
                message = f"{chosen.words} and {taken.words} cannot both be on {host.name}"
                found.setdefault((chosen.path, taken.who), Fault(chosen.path, message))
    return iter(found.values())


def listeners(host: Host, topology: Topology) -> Iterator[Listener]:
    """Yield what listens on a host, what no setting moves first."""
    if host.is_web:
        yield from _web(topology)
    if host.is_bridge:
        yield _fixed(8080, "the bridge's own HTTP server")
        yield _chosen("udp", topology.settings.bridges.udp_port, "the bridge", "bridges", "udp_port")
    if topology.settings.firewall.enabled:
        yield _chosen("tcp", topology.settings.firewall.ssh_port, "sshd", "firewall", "ssh_port")
    if host.is_turn:
        yield from _turn(host, topology)


def _web(topology: Topology) -> Iterator[Listener]:
    yield _fixed(80, "the web server")
    yield _fixed(443, "the web server")
    yield _fixed(5222, "Prosody")
    yield _fixed(5280, "Prosody's own HTTP server")
    yield _fixed(8888, "Jicofo")
    if topology.turn_by_name:
        yield _fixed(PAGES_BEHIND_443, "the web server behind port 443")
        yield _fixed(TURN_BEHIND_443, "the web server before TURN")


def _turn(host: Host, topology: Topology) -> Iterator[Listener]:
    turn = topology.settings.turn
    if topology.settings.certificate.source == "acme" and not host.is_web:
        yield _fixed(80, "certbot")
    yield _chosen("udp", turn.port, "TURN", "turn", "port")
    if turn.on_443 and not topology.turn_by_name:
        yield _chosen("tcp", 443, "TURN with TLS", "turn", "on_443")
    else:
        yield _chosen("tcp", turn.tls_port, "TURN with TLS", "turn", "tls_port")
    yield Listener("udp", turn.relay_ports, "the relays", ("turn", "relay_ports"))


def _fixed(port: int, who: str) -> Listener:
    return Listener("tcp", (port, port), who)


def _chosen(protocol: str, port: int, who: str, *path: str) -> Listener:
    return Listener(protocol, (port, port), who, path)
