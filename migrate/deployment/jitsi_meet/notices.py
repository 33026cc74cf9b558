"""What a person should know of a server before it is deployed: all of it is possible, and some of it is not meant."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.core.problem import Problem, Severity
from migrate.deployment.certificates import untrusted
from migrate.deployment.jitsi_meet.topology import Topology


def notices(topology: Topology) -> Iterator[Problem]:
    """Yield what follows from the settings and is easily overlooked, the gravest first."""
    yield from _who_comes_in(topology)
    yield from _who_is_kept_out(topology)
    yield from _what_is_open(topology)
    yield from _pages(topology)


def _who_comes_in(topology: Topology) -> Iterator[Problem]:
    authentication = topology.settings.authentication
    if authentication.mode == "open":
        yield Problem(
            "open-to-strangers",
            Severity.WARNING,
            "everybody on the internet can hold meetings on this server",
            hint='Set authentication.mode to "accounts" or "jwt" unless that is meant.',
        )
    if authentication.mode == "accounts":
        yield Problem(
            "accounts-deprecated",
            Severity.INFO,
            "hosts have accounts on the server, a way that upstream calls deprecated; it works with this release",
            hint='With an identity provider, choose authentication.mode = "jwt".',
        )
    if authentication.mode == "jwt" and not authentication.jwt.login_url:
        yield Problem(
            "no-login-page",
            Severity.INFO,
            "people without a token are not sent anywhere to get one",
            hint="Set authentication.jwt.login_url, or let people come from a portal that gives them tokens.",
        )


def _who_is_kept_out(topology: Topology) -> Iterator[Problem]:
    settings = topology.settings
    yield from untrusted(settings.certificate)
    if settings.certificate.source == "acme" and settings.certificate.is_public and settings.bridges.reach == "lan":
        yield Problem(
            "not-reached-by-acme",
            Severity.WARNING,
            "a public certificate authority has to reach this server, and its bridges serve a private network only",
            hint="Open port 80 to the internet, name an ACME server of your own, or bring a certificate.",
        )
    if not topology.turn:
        yield Problem(
            "no-turn",
            Severity.WARNING,
            "there is no TURN server, so people behind strict firewalls see and hear nothing",
            hint="Name a host in [coturn] of inventory.ini; it can be the web server.",
        )
    if settings.bridges.reach == "nat" and any(host.is_bridge and not host.mappings for host in topology.turn):
        yield Problem(
            "relays-not-public",
            Severity.WARNING,
            "the TURN server is behind NAT and nothing tells its public address, so its relays reach nobody outside",
            hint="Map the address of its host to the public one, or put TURN on a host with a public address.",
        )
    if not settings.network.ipv4:
        yield Problem(
            "ipv6-only",
            Severity.WARNING,
            "people who have only IPv4, at home or on the telephone, cannot join",
            hint="Set network.ipv4 = true unless all have IPv6.",
        )
    if settings.meetings.end_to_end_encryption == "external-key" and not settings.web.embedded_by:
        yield Problem(
            "keys-from-nowhere",
            Severity.WARNING,
            "no site may embed the meetings and bring the keys, so in a browser nobody understands anything",
            hint="Name the site in web.embedded_by, unless the application is on this server or is no web page.",
        )


def _what_is_open(topology: Topology) -> Iterator[Problem]:
    settings = topology.settings
    if not settings.firewall.enabled and topology.remote_bridges:
        yield Problem(
            "signalling-open",
            Severity.WARNING,
            "Prosody listens for bridges on other hosts, and no firewall of this server keeps anybody else out",
            hint="Let your own firewall open port 5222 of the web server to the bridges alone.",
        )


def _pages(topology: Topology) -> Iterator[Problem]:
    policy = topology.settings.web.content_security_policy
    if policy != "enforce":
        yield Problem(
            "pages-not-held",
            Severity.WARNING,
            "a crafted link can make pages contact other servers: no content security policy stops it",
            hint='Set web.content_security_policy = "enforce".',
        )
