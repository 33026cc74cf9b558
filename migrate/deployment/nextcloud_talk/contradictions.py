"""Settings that cannot be together, with each other or with the inventory; all are told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network
from itertools import chain
from pathlib import PurePosixPath

from migrate.core.bundle import Fault
from migrate.deployment.certificates import wrong_certificate
from migrate.deployment.idle import Needed, idle
from migrate.deployment.nextcloud_talk.calling import Turn
from migrate.deployment.nextcloud_talk.hosts import wrong_hosts
from migrate.deployment.nextcloud_talk.ports import wrong_ports
from migrate.deployment.nextcloud_talk.releases import wrong_releases
from migrate.deployment.nextcloud_talk.topology import Topology

Check = Callable[[Topology], Iterator[Fault]]

# Of others: nothing of Nextcloud may be in there, nor may it own what they are in.
_OF_OTHERS = tuple(
    PurePosixPath("/", name)
    for name in (
        *("bin", "boot", "dev", "etc", "lib", "lib64", "proc", "root", "run", "sbin", "sys", "tmp", "usr"),
        *("var/backups", "var/cache", "var/lib/dpkg", "var/lib/jitsi-migrate", "var/lib/mysql", "var/lib/redis"),
        *("var/log", "var/run", "var/tmp", "var/www/html"),
    )
)
_HOMES = PurePosixPath("/home")


def contradictions(topology: Topology) -> Sequence[Fault]:
    """Return every contradiction, with its path from the top of migrate.toml."""
    found = chain.from_iterable(check(topology) for check in CHECKS)
    return [replace(fault, path=("nextcloud_talk", *fault.path)) for fault in found]


def _releases(topology: Topology) -> Iterator[Fault]:
    return wrong_releases(topology.settings)


def _directories(topology: Topology) -> Iterator[Fault]:
    data, program = PurePosixPath(topology.settings.data), PurePosixPath(topology.settings.directory)
    if data.is_relative_to(program):
        yield Fault(
            ("data",),
            f"{data} is below {program}: web pages are there, and an upgrade replaces it",
            "Put it elsewhere, such as /var/lib/nextcloud/data.",
        )
    if program.is_relative_to(data) and program != data:
        yield Fault(("directory",), f"{program} is below {data}, where the files of people are")
    for name, path, better in (("directory", program, "/var/www/nextcloud"), ("data", data, "/var/lib/nextcloud/data")):
        if _HOMES in (path, path.parent) or any(
            path.is_relative_to(one) or one.is_relative_to(path) for one in _OF_OTHERS
        ):
            yield Fault(
                (name,),
                f"{path} is of the system, of other programs or of a person",
                f"Name a directory of its own, such as {better}.",
            )


def _proxy(topology: Topology) -> Iterator[Fault]:
    for place, network in enumerate(topology.settings.proxy.trusted):
        if not ip_network(network).prefixlen:
            yield Fault(
                ("proxy", "trusted", place),
                f"{network} is everybody, who could all pretend to have another address",
                "Name the address of the proxy.",
            )


def _certificate(topology: Topology) -> Iterator[Fault]:
    yield from wrong_certificate(topology.settings.certificate)
    if topology.settings.certificate.source == "internal" and len(topology.hosts) > 1:
        yield Fault(
            ("certificate", "source"),
            "each host would have an authority of its own, which the others do not believe",
            'Put everything on one host, or choose "acme" or "own".',
        )


def _both_networks_off(topology: Topology) -> Iterator[Fault]:
    if not topology.settings.network.ipv4 and not topology.settings.network.ipv6:
        yield Fault(("network",), "ipv4 and ipv6 are both off, so nobody reaches the server")


def _signaling_name(topology: Topology) -> Iterator[Fault]:
    path, own = ("signaling", "domain"), topology.settings.signaling.domain
    if topology.together:
        if own:
            yield Fault(path, "changes nothing: the signaling server is on the host of Nextcloud", "Take it out.")
    elif topology.cloud and topology.signaling and topology.signaling_domain == topology.settings.domain:
        name = topology.signaling[0].name
        yield Fault(path, f"is needed: the signaling server is on {name}", "Set the DNS name of that host.")


def _turn_name(topology: Topology) -> Iterator[Fault]:
    hosts = topology.turn
    if hosts and topology.turn_domain == topology.settings.domain and not hosts[0].is_cloud:
        yield Fault(
            ("turn", "domain"),
            f"{topology.turn_domain} is Nextcloud, and TURN is on {hosts[0].name}",
            "Set the DNS name of that host.",
        )


def _turn_sessions(topology: Topology) -> Iterator[Fault]:
    turn = topology.settings.turn
    first, last = turn.relay_ports
    if topology.turn and first <= last and last - first + 1 < turn.sessions:
        yield Fault(
            ("turn", "relay_ports"),
            f"there are {last - first + 1} ports for {turn.sessions} relays, and each needs one",
            "Widen them, or lower turn.sessions.",
        )
    if topology.turn and turn.sessions_each > turn.sessions:
        yield Fault(("turn", "sessions_each"), f"one person may hold more relays than all together: {turn.sessions}")


def _without_turn(topology: Topology) -> Iterator[Fault]:
    if topology.turn:
        return
    hint = "Name a host in [coturn] of inventory.ini, or take it out."
    for name in Turn.model_fields:
        if getattr(topology.settings.turn, name) != getattr(Turn(), name):
            yield Fault(("turn", name), "changes nothing: no host is in [coturn] of inventory.ini", hint)
    if topology.settings.signaling.through_turn:
        yield Fault(("signaling", "through_turn"), "there is no TURN server to send by", hint)
    for name in ("app_store", "phone_notifications"):
        if getattr(topology.settings.privacy, name):
            yield Fault(
                ("privacy", name),
                "a server that may ask others, and has no TURN server of its own, has people ask stun.nextcloud.com",
                hint,
            )


def _mappings(topology: Topology) -> Iterator[Fault]:
    for host in topology.hosts:
        for place, mapping in enumerate(host.mappings):
            if ip_address(mapping.local).version != ip_address(mapping.public).version:
                yield Fault(("hosts", host.name, "mappings", place), "both addresses must be of one version of IP")


def _source(source: str) -> Callable[[Topology], bool]:
    return lambda topology: topology.settings.certificate.source == source


def _firewall(topology: Topology) -> bool:
    return topology.settings.firewall.enabled


NEEDED: Sequence[Needed[Topology]] = (
    Needed(("certificate", "email"), _source("acme"), 'source is "acme"'),
    Needed(("certificate", "server"), _source("acme"), 'source is "acme"'),
    Needed(("certificate", "ca_bundle"), _source("acme"), 'source is "acme"'),
    Needed(("certificate", "certificate"), _source("own"), 'source is "own"'),
    Needed(("certificate", "key"), _source("own"), 'source is "own"'),
    Needed(("firewall", "ssh_port"), _firewall, "the firewall is enabled"),
    Needed(("firewall", "ssh_from"), _firewall, "the firewall is enabled"),
)


def _idle(topology: Topology) -> Iterator[Fault]:
    return idle(topology, topology.settings, NEEDED)


CHECKS: Sequence[Check] = (
    wrong_hosts,
    _releases,
    _directories,
    _proxy,
    _certificate,
    _both_networks_off,
    _signaling_name,
    _turn_name,
    _turn_sessions,
    _without_turn,
    _mappings,
    wrong_ports,
    _idle,
)
