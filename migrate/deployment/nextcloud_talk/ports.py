"""Which ports a host listens at, and which two programs want the same one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from migrate.core.bundle import Fault
from migrate.deployment.nextcloud_talk.certificates import certificates
from migrate.deployment.nextcloud_talk.listening import JANUS, NATS, SIGNALING
from migrate.deployment.nextcloud_talk.topology import Host, Topology


@dataclass(frozen=True, slots=True)
class Listener:
    """A program at a range of ports; `path` is the setting that chose them, if one did. `public`: people come there."""

    protocol: str
    ports: tuple[int, int]
    who: str
    path: tuple[str, ...] = ()
    public: bool = False

    def meets(self, other: Listener) -> bool:
        """Tell whether both want the same port."""
        return self.protocol == other.protocol and self.ports[0] <= other.ports[1] and other.ports[0] <= self.ports[1]

    @property
    def words(self) -> str:
        """Its ports and whose they are."""
        first, last = self.ports
        return f"{first}{f'-{last}' * (first != last)}/{self.protocol} of {self.who}"


def wrong_ports(topology: Topology) -> Iterator[Fault]:
    """Yield each setting of ports that go backwards, or that another program of the same host has."""
    for host in topology.hosts:
        for one in listeners(host, topology):
            if one.ports[0] > one.ports[1]:
                first, last = one.ports
                yield Fault(one.path, f"the first port comes after the last: {first} and {last}")
        for one, other in combinations(listeners(host, topology), 2):
            if one.meets(other):
                yield Fault(other.path, f"{other.words} and {one.words} cannot both be on {host.name}")


def listeners(host: Host, topology: Topology) -> Iterator[Listener]:
    """Yield what listens on a host, what no setting moves first."""
    settings = topology.settings
    if host.is_cloud or host.is_signaling:
        yield from (_fixed(port, "the web server", public=True) for port in (80, 443))
    if host.is_signaling:
        fixed = ((SIGNALING, "the signaling server"), (NATS, "NATS"), (JANUS, "Janus"))
        yield from (_fixed(port, who) for port, who in fixed)
        yield Listener("udp", settings.signaling.media_ports, "Janus", ("signaling", "media_ports"), public=True)
    if settings.firewall.enabled:
        yield Listener("tcp", (settings.firewall.ssh_port,) * 2, "sshd", ("firewall", "ssh_port"))
    if host.is_turn:
        turn = settings.turn
        if certificates(host, topology).by_certbot and not host.has_web:
            yield _fixed(80, "certbot", public=True)
        yield Listener("udp", (turn.port, turn.port), "TURN", ("turn", "port"), public=True)
        yield Listener("tcp", (turn.tls_port, turn.tls_port), "TURN with TLS", ("turn", "tls_port"), public=True)
        yield Listener("udp", turn.relay_ports, "the relays", ("turn", "relay_ports"), public=True)


def _fixed(port: int, who: str, *, public: bool = False) -> Listener:
    return Listener("tcp", (port, port), who, public=public)
