"""What Nextcloud and its high-performance backend need of a host, to be checked before it is deployed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.core.check import Listening, Needs, Page
from migrate.deployment.nextcloud_talk.archives import Archives
from migrate.deployment.nextcloud_talk.certificates import certificates
from migrate.deployment.nextcloud_talk.installation import Installation
from migrate.deployment.nextcloud_talk.pool import Pool
from migrate.deployment.nextcloud_talk.ports import listeners
from migrate.deployment.nextcloud_talk.topology import Host, Topology

ARCHITECTURES = ("amd64", "arm64")
"""Those that there are releases of the signaling server for."""
_MEGABYTE, _GIGABYTE = 1_000_000, 1_000_000_000
# What a process of PHP holds while it answers, by experience; it may take more for a moment.
_PROCESS = 60 * _MEGABYTE
# Least and good: of Debian with its web server, of the parts that carry calls, and of room for programs and files.
_MEMORY_ALONE, _MEMORY_OF_CALLS = (400_000_000, 900_000_000), (400_000_000, 1_000_000_000)
_DISK, _DISK_OF_CLOUD = (2 * _GIGABYTE, 8 * _GIGABYTE), (5 * _GIGABYTE, 20 * _GIGABYTE)


def needs(host: Host, topology: Topology, archives: Archives, paths: Sequence[str]) -> Needs:
    """Return what one host needs. `paths` are the files of its bundle."""
    settings = topology.settings
    installation = Installation(topology)
    return Needs(
        host=host.name,
        product="nextcloud_talk",
        domain=settings.domain,
        distribution=settings.distribution,
        architectures=ARCHITECTURES,
        families=tuple(version for version, on in ((4, settings.network.ipv4), (6, settings.network.ipv6)) if on),
        names=tuple(_names(host, topology)),
        addresses=host.settings.addresses,
        mappings=tuple((mapping.local, mapping.public) for mapping in host.mappings),
        reach="named" if host.is_signaling and not settings.signaling.through_turn else "",
        listeners=tuple(_listeners(host, topology)),
        calls=tuple(_calls(host, topology)),
        units=tuple(installation.units(host)),
        ssh_port=settings.firewall.ssh_port if settings.firewall.enabled else None,
        memory=_memory(host, topology),
        disk=_DISK_OF_CLOUD if host.is_cloud else _DISK,
        cores=2 if host.has_web else 1,
        packages=tuple(installation.packages(host)),
        pages=tuple(_pages(host, topology, archives)),
        files=tuple(certificates(host, topology).files),
        paths=tuple(paths),
        firewall=settings.firewall.enabled,
    )


def _names(host: Host, topology: Topology) -> Iterator[str]:
    """Yield the names that lead to the host: a proxy before it has the domain for itself."""
    proxied = {topology.settings.domain} if topology.settings.proxy.trusted else set()
    return (name for name in certificates(host, topology).names if name not in proxied)


def _listeners(host: Host, topology: Topology) -> Iterator[Listening]:
    for one in listeners(host, topology):
        # The port of sshd is looked at by itself: there somebody has to be.
        if one.who != "sshd":
            yield Listening(one.protocol, *one.ports, one.who, public=one.public)


def _calls(host: Host, topology: Topology) -> Iterator[tuple[str, str, int]]:
    """Yield what Nextcloud and the signaling server ask of each other, by the names that people use."""
    if host.is_signaling:
        yield from ((cloud.name, topology.settings.domain, 443) for cloud in topology.cloud)
    if host.is_cloud:
        yield from ((backend.name, topology.signaling_domain, 443) for backend in topology.signaling)


def _memory(host: Host, topology: Topology) -> tuple[int, int]:
    least, good = _MEMORY_ALONE
    settings = topology.settings
    if host.is_signaling:
        least, good = least + _MEMORY_OF_CALLS[0], good + _MEMORY_OF_CALLS[1]
    if host.is_cloud:
        pool = Pool(settings.php)
        least += settings.database.memory_bytes + pool.least_idle * _PROCESS
        good += settings.database.memory_bytes + pool.children * _PROCESS
    return least, good


def _pages(host: Host, topology: Topology, archives: Archives) -> Iterator[Page]:
    settings = topology.settings
    for source in archives.of(host):
        yield source.page
    if certificates(host, topology).by_certbot:
        yield Page(settings.certificate.server, "the ACME server", settings.certificate.ca_bundle or "")
