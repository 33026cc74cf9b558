"""What Jitsi Meet needs of a host, to be checked before it is deployed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.core.check import Listening, Needs, Page
from migrate.deployment.jitsi_meet.certificates import certificates
from migrate.deployment.jitsi_meet.firewall import Openings
from migrate.deployment.jitsi_meet.installation import Installation
from migrate.deployment.jitsi_meet.ports import listeners
from migrate.deployment.jitsi_meet.topology import Host, Topology

ARCHITECTURES = ("amd64", "arm64")
"""Those that Jitsi's packages have libraries for."""
CODENAMES = {"debian-12": "bookworm", "debian-13": "trixie"}
_GIGABYTE = 1_000_000_000
# Least and good. Jicofo and a bridge have a heap of 3 GB each by default; upstream recommends 8 GB.
_MEMORY, _MEMORY_OF_TURN = (1_800_000_000, 7_400_000_000), (400_000_000, 900_000_000)
_DISK = (2 * _GIGABYTE, 8 * _GIGABYTE)


def needs(host: Host, topology: Topology, paths: Sequence[str]) -> Needs:
    """Return what one host needs. `paths` are the files of its bundle."""
    settings = topology.settings
    carries = host.is_web or host.is_bridge
    packages = tuple(Installation(topology).packages(host))
    return Needs(
        host=host.name,
        product="jitsi_meet",
        domain=settings.domain,
        distribution=settings.distribution,
        architectures=ARCHITECTURES,
        families=tuple(version for version, on in ((4, settings.network.ipv4), (6, settings.network.ipv6)) if on),
        names=certificates(host, topology).names,
        addresses=settings.hosts[host.name].addresses if host.name in settings.hosts else (),
        mappings=tuple((mapping.local, mapping.public) for mapping in host.mappings),
        reach=settings.bridges.reach if host.is_bridge else "",
        asks_stun=bool(settings.bridges.stun_servers),
        listeners=tuple(_listeners(host, topology)),
        calls=tuple(_calls(host, topology)),
        units=tuple(_units(host)),
        ssh_port=settings.firewall.ssh_port if settings.firewall.enabled else None,
        memory=_MEMORY if carries else _MEMORY_OF_TURN,
        disk=_DISK,
        cores=2 if carries else 1,
        packages=packages,
        brought=tuple(name for name in packages if name.startswith(("jicofo", "jitsi-"))),
        pages=tuple(_pages(host, topology)),
        files=tuple(certificates(host, topology).files),
        paths=tuple(paths),
        firewall=settings.firewall.enabled,
    )


def _listeners(host: Host, topology: Topology) -> Iterator[Listening]:
    public = set(_public(host, topology))
    for one in listeners(host, topology):
        # The port of sshd is looked at by itself: there somebody has to be.
        if one.who != "sshd":
            yield Listening(one.protocol, *one.ports, one.who, public=(one.protocol, *one.ports) in public)


def _public(host: Host, topology: Topology) -> Iterator[tuple[str, int, int]]:
    openings = Openings(host, topology)
    turn_tls = openings.turn_tls if host.is_turn else ()
    yield from (("tcp", port, port) for port in (*openings.web_ports, *turn_tls))
    if host.is_bridge:
        yield ("udp", topology.settings.bridges.udp_port, topology.settings.bridges.udp_port)
    if host.is_turn:
        turn = topology.settings.turn
        yield ("udp", turn.port, turn.port)
        yield ("udp", *turn.relay_ports)


def _calls(host: Host, topology: Topology) -> Iterator[tuple[str, str, int]]:
    if host.is_bridge and not host.is_web:
        yield from ((web.name, topology.signalling_address, 5222) for web in topology.web)


def _units(host: Host) -> Iterator[str]:
    if host.is_web:
        yield from ("nginx.service", "prosody.service", "jicofo.service")
    if host.is_bridge:
        yield "jitsi-videobridge2.service"
    if host.is_turn:
        yield "coturn.service"


def _pages(host: Host, topology: Topology) -> Iterator[Page]:
    settings = topology.settings
    if host.is_web or host.is_bridge:
        # Without a key of one's own, the key itself is fetched; it is where the packages are.
        page = "stable/Release" if settings.repositories.jitsi_key else "jitsi-key.gpg.key"
        yield Page(f"{settings.repositories.jitsi.rstrip('/')}/{page}", "Jitsi's packages", apt=True)
    if host.is_web and Installation(topology).backports and settings.repositories.backports:
        suite = f"{CODENAMES[settings.distribution]}-backports"
        mirror = settings.repositories.backports.rstrip("/")
        yield Page(f"{mirror}/dists/{suite}/InRelease", "Debian's backports", apt=True)
    if certificates(host, topology).by_certbot:
        yield Page(settings.certificate.server, "the ACME server", settings.certificate.ca_bundle or "")
