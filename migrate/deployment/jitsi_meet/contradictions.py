"""Settings that cannot be together, with each other or with the inventory; all are told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from migrate.core.bundle import Fault
from migrate.deployment.certificates import wrong_certificate
from migrate.deployment.jitsi_meet.addresses import wrong_addresses
from migrate.deployment.jitsi_meet.hosts import wrong_hosts
from migrate.deployment.jitsi_meet.idle import idle
from migrate.deployment.jitsi_meet.ports import wrong_ports
from migrate.deployment.jitsi_meet.releases import own_prosody
from migrate.deployment.jitsi_meet.settings import JitsiMeetSecrets
from migrate.deployment.jitsi_meet.topology import Topology

# A DNS name has at most 253 characters, and the longest names that are made of the domain put these before it.
_DOMAIN_MAX = 253 - len("internal.auth.")

Check = Callable[[Topology], Iterator[Fault]]


def contradictions(topology: Topology, secrets: JitsiMeetSecrets) -> Sequence[Fault]:
    """Return every contradiction, with its path from the top of migrate.toml."""
    found = chain(_tokens(topology, secrets), *(check(topology) for check in CHECKS))
    return [replace(fault, path=("jitsi_meet", *fault.path)) for fault in found]


def _tokens(topology: Topology, secrets: JitsiMeetSecrets) -> Iterator[Fault]:
    authentication = topology.settings.authentication
    if authentication.mode != "jwt":
        return
    path = ("authentication", "jwt")
    if not authentication.jwt.issuers:
        yield Fault((*path, "issuers"), "is needed", "Without it, tokens of everybody would do.")
    if not authentication.jwt.audiences:
        yield Fault((*path, "audiences"), "is needed", "Without it, tokens for other applications would do.")
    if not authentication.jwt.key_url and not secrets.jwt_secret:
        yield Fault(
            (*path, "key_url"),
            "nothing tells whether a token is genuine",
            "Set it, or jwt_secret under [jitsi_meet] in secrets.toml.",
        )


def _domain(topology: Topology) -> Iterator[Fault]:
    if len(topology.settings.domain) > _DOMAIN_MAX:
        yield Fault(
            ("domain",), f"is too long: names such as internal.auth.… are made of it, so it has {_DOMAIN_MAX} at most"
        )


def _releases(topology: Topology) -> Iterator[Fault]:
    distribution, own = topology.settings.distribution, own_prosody(topology.settings)
    if topology.settings.prosody == "0.12" != own:
        yield Fault(("prosody",), f"{distribution} does not have 0.12", f"Leave it out: {distribution} has {own}.")


def _encryption(topology: Topology) -> Iterator[Fault]:
    meetings = topology.settings.meetings
    if meetings.end_to_end_encryption == "external-key" and meetings.recording == "local":
        yield Fault(
            ("meetings", "recording"),
            'what is always encrypted is not recorded: end_to_end_encryption is "external-key"',
            'Set recording = "off".',
        )


def _direct(topology: Topology) -> Iterator[Fault]:
    if topology.settings.meetings.peer_to_peer and not topology.turn:
        yield Fault(
            ("meetings", "peer_to_peer"),
            "two people find each other by a STUN server of your own, and no host is in [coturn] of inventory.ini",
            "Name a host there, or set peer_to_peer = false.",
        )


def _capacity(topology: Topology) -> Iterator[Fault]:
    wanted, each = topology.settings.limits.max_participants, topology.settings.bridges.participants_each
    carried = each * len(topology.bridges)
    if topology.bridges and wanted > carried:
        bridges = f"{len(topology.bridges)} bridge{'s' * topology.many_bridges}"
        yield Fault(
            ("limits", "max_participants"),
            f"{bridges} with {each} people each carry {carried}, not {wanted}",
            "Lower it, add a bridge to inventory.ini, or raise bridges.participants_each.",
        )


def _certificate(topology: Topology) -> Iterator[Fault]:
    return wrong_certificate(topology.settings.certificate)


def _both_networks_off(topology: Topology) -> Iterator[Fault]:
    if not topology.settings.network.ipv4 and not topology.settings.network.ipv6:
        yield Fault(("network",), "ipv4 and ipv6 are both off, so nobody reaches the server")


def _turn_name(topology: Topology) -> Iterator[Fault]:
    hosts = topology.turn
    if not hosts or topology.turn_domain != topology.settings.domain:
        return
    if topology.settings.turn.on_443:
        yield Fault(
            ("turn", "domain"),
            "at port 443 TURN is told from web pages by its name, and both have the same",
            "Give TURN a DNS name of its own, such as turn.example.org.",
        )
    elif not hosts[0].is_web:
        yield Fault(
            ("turn", "domain"),
            f"{topology.turn_domain} is the web server, and TURN is on {hosts[0].name}",
            "Set the DNS name of that host.",
        )


def _turn_sessions(topology: Topology) -> Iterator[Fault]:
    turn = topology.settings.turn
    first, last = turn.relay_ports
    if not topology.turn:
        return
    if first > last:
        yield Fault(("turn", "relay_ports"), f"the first port comes after the last: {first} and {last}")
    elif last - first + 1 < turn.sessions:
        yield Fault(
            ("turn", "relay_ports"),
            f"there are {last - first + 1} ports for {turn.sessions} relays, and each needs one",
            "Widen them, or lower turn.sessions.",
        )
    if turn.sessions_each > turn.sessions:
        yield Fault(("turn", "sessions_each"), f"some people may hold more relays than all together: {turn.sessions}")


CHECKS: Sequence[Check] = (
    _domain,
    _releases,
    _encryption,
    _direct,
    _capacity,
    _certificate,
    _both_networks_off,
    _turn_name,
    _turn_sessions,
    wrong_hosts,
    wrong_addresses,
    wrong_ports,
    idle,
)
