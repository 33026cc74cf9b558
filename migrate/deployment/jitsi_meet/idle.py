"""Settings of Jitsi Meet that change nothing unless others are as they must be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from migrate.core.bundle import Fault
from migrate.deployment import idle as settings_that_are_idle
from migrate.deployment.idle import Needed
from migrate.deployment.jitsi_meet.releases import from_backports
from migrate.deployment.jitsi_meet.topology import Topology


def _mode(mode: str) -> Callable[[Topology], bool]:
    return lambda topology: topology.settings.authentication.mode == mode


def _source(source: str) -> Callable[[Topology], bool]:
    return lambda topology: topology.settings.certificate.source == source


def _policy(topology: Topology) -> bool:
    return topology.settings.web.content_security_policy != "off"


def _firewall(topology: Topology) -> bool:
    return topology.settings.firewall.enabled


def _own_tls_port(topology: Topology) -> bool:
    # Without a TURN server its whole table is refused.
    return not topology.turn or not topology.settings.turn.on_443 or topology.turn_by_name


def _backports(topology: Topology) -> bool:
    return from_backports(topology.settings)


NEEDED: Sequence[Needed[Topology]] = (
    Needed(("authentication", "jwt"), _mode("jwt"), 'authentication.mode is "jwt"'),
    Needed(
        ("authentication", "guests"),
        lambda topology: not _mode("open")(topology),
        'authentication.mode is "accounts" or "jwt": on an open server nobody needs an account',
    ),
    Needed(("web", "further_origins"), _policy, "there is a content_security_policy"),
    Needed(("certificate", "email"), _source("acme"), 'source is "acme"'),
    Needed(("certificate", "server"), _source("acme"), 'source is "acme"'),
    Needed(("certificate", "ca_bundle"), _source("acme"), 'source is "acme"'),
    Needed(("certificate", "certificate"), _source("own"), 'source is "own"'),
    Needed(("certificate", "key"), _source("own"), 'source is "own"'),
    Needed(("bridges", "stun_servers"), lambda topology: topology.settings.bridges.reach == "nat", 'reach is "nat"'),
    Needed(
        ("bridges", "signalling_address"),
        lambda topology: bool(topology.remote_bridges),
        "a bridge is on another host than the web server",
    ),
    Needed(("turn",), lambda topology: bool(topology.turn), "inventory.ini names a host in [coturn]"),
    Needed(("turn", "tls_port"), _own_tls_port, "on_443 is false, or TURN is on the host of the web server"),
    Needed(("firewall", "ssh_port"), _firewall, "the firewall is enabled"),
    Needed(("firewall", "ssh_from"), _firewall, "the firewall is enabled"),
    Needed(("repositories", "backports"), _backports, 'prosody is "13.0" on debian-12'),
)


def idle(topology: Topology) -> Iterator[Fault]:
    """Yield each setting that differs from its default and lacks what it needs."""
    return settings_that_are_idle.idle(topology, topology.settings, NEEDED)
