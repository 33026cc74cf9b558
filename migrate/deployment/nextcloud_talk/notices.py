"""What a person should know of a Nextcloud server before it is deployed: all is possible, and some of it not meant."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.core.problem import Problem, Severity
from migrate.deployment.certificates import untrusted
from migrate.deployment.nextcloud_talk.releases import last_release
from migrate.deployment.nextcloud_talk.topology import Topology


def notices(topology: Topology) -> Iterator[Problem]:
    """Yield what follows from the settings and is easily overlooked, the gravest first."""
    yield from _who_is_kept_out(topology)
    yield from _what_is_lost(topology)
    yield from _who_is_told(topology)
    yield from _what_comes_next(topology)


def _who_is_kept_out(topology: Topology) -> Iterator[Problem]:
    certificate = topology.settings.certificate
    yield from untrusted(certificate)
    if certificate.source == "acme" and not certificate.is_public:
        yield Problem(
            "own-authority",
            Severity.INFO,
            f"Nextcloud and its signaling server believe each other only if their hosts trust {certificate.server}",
            hint="Put its root into /usr/local/share/ca-certificates of each host, and run update-ca-certificates.",
        )
    if not topology.turn:
        yield Problem(
            "no-turn",
            Severity.WARNING,
            "there is no TURN server, so people behind strict firewalls see and hear nothing",
            hint="Name a host in [coturn] of inventory.ini; it can be that of Nextcloud.",
        )
    if not topology.settings.network.ipv4:
        yield Problem(
            "ipv6-only",
            Severity.WARNING,
            "people who have only IPv4, at home or on the telephone, cannot join",
            hint="Set network.ipv4 = true unless all have IPv6.",
        )
    carriers = [host for host in topology.signaling if not host.is_turn]
    if topology.turn and any(not host.every_address for host in carriers):
        yield Problem(
            "relays-to-nobody",
            Severity.INFO,
            "the TURN server relays to no private address, and knows none of the host that carries calls",
            hint="If that host has private addresses, name them in its hosts.*.addresses, or map them.",
        )


def _what_is_lost(topology: Topology) -> Iterator[Problem]:
    days = topology.settings.privacy.event_room_days
    if days:
        yield Problem(
            "event-rooms-end",
            Severity.WARNING,
            f"{days} days after an event its room is deleted, with all that was written there",
            hint="Set privacy.event_room_days = 0 unless that is meant.",
        )


def _who_is_told(topology: Topology) -> Iterator[Problem]:
    privacy = topology.settings.privacy
    if privacy.phone_notifications:
        yield Problem(
            "calls-told",
            Severity.WARNING,
            "servers of Nextcloud's makers, Apple and Google learn who is called and when",
            hint="Set privacy.phone_notifications = false unless telephones have to ring.",
        )
    else:
        yield Problem(
            "phones-silent",
            Severity.INFO,
            "telephones ring only while the app is open, as no server of others is told of calls",
            hint="Set privacy.phone_notifications = true if that is worth it.",
        )
    if privacy.app_store:
        yield Problem(
            "app-store",
            Severity.INFO,
            "the server asks apps.nextcloud.com, and whoever is its administrator can install what is there",
            hint="Set privacy.app_store = false, and let playbooks bring apps.",
        )
    if privacy.internet:
        yield Problem(
            "asks-others",
            Severity.INFO,
            "haveibeenpwned.com is asked for each new password, by five characters of its checksum, and Nextcloud's "
            "makers for their news",
            hint="Set neither privacy.app_store nor privacy.phone_notifications, or switch off that check, and the app "
            "nextcloud_announcements, in Nextcloud.",
        )


def _what_comes_next(topology: Topology) -> Iterator[Problem]:
    settings = topology.settings
    last = last_release(settings)
    if settings.releases.nextcloud.partition(".")[0] == str(last):
        yield Problem(
            "distribution-ends",
            Severity.INFO,
            f"no release after Nextcloud {last} runs on {settings.distribution}, whose PHP is too old for it",
            hint="A new server is better set up with a later distribution.",
        )
