"""What cannot be together is told, each with the line of its setting, and nothing else."""

from __future__ import annotations

import pytest

from migrate.deployment.nextcloud_talk import contradictions
from migrate.shared.toml_places import line_of
from tests.clouds import APART, DOMAIN, ONE_HOST, VARIANTS, Cloud, cloud, variant

WITHOUT_TURN = ONE_HOST.partition("[coturn]")[0]
HOST = '[hosts."cloud.example.org"]\n'
NEWER = 'releases.nextcloud = "35.0.0"\nreleases.talk = "25.0.0"\n'

NAMES = 'signaling.domain = "signaling.example.org"\nturn.domain = "turn.example.org"\n'

CONTRADICTIONS: dict[str, tuple[str, str, str, str]] = {
    "no host of Nextcloud": ("", "[talk_signaling]\na.example.org\n", "", "names no host in [nextcloud]"),
    "no signaling server": ("", "[nextcloud]\ncloud.example.org\n", "", "names no host in [talk_signaling]"),
    "two of Nextcloud": (
        "",
        "[nextcloud]\ncloud.example.org\nb.example.org\n[talk_signaling]\ncloud.example.org\n",
        "",
        "names 2 hosts in [nextcloud]",
    ),
    "a host that is not there": ('hosts."x.example.org".addresses = []', ONE_HOST, "hosts.x.example.org", "does not"),
    "Talk of another Nextcloud": ('releases.talk = "23.0.0"', ONE_HOST, "releases.talk", "Nextcloud 34 has Talk 24"),
    "a PHP that is too old": (NEWER, ONE_HOST, "releases.nextcloud", "needs PHP 8.3 to 8.5, and debian-12 has 8.2"),
    "a Nextcloud that nobody knows": ('releases.nextcloud = "99.0.0"', ONE_HOST, "releases.nextcloud", "32 to 35"),
    "Debian's signaling server": ('releases.signaling = "0.4.1"', ONE_HOST, "releases.signaling", "before 2.0.0"),
    "a newer one of Debian": ('releases.signaling = "1.2.4"', ONE_HOST, "releases.signaling", "before 2.0.0"),
    "files of people below pages": ('data = "/var/www/nextcloud/data"', ONE_HOST, "data", "is below"),
    "pages below files of people": ('directory = "/var/lib/nextcloud/data/x"', ONE_HOST, "directory", "is below"),
    "files of people in place of the system": ('data = "/etc"', ONE_HOST, "data", "is of the system"),
    "files of people above what services keep": ('data = "/var/lib"', ONE_HOST, "data", "is of the system"),
    "files of people among those of MariaDB": (
        'data = "/var/lib/mysql/nextcloud"',
        ONE_HOST,
        "data",
        "is of the system",
    ),
    "files of people in the home of one": ('data = "/home/anna"', ONE_HOST, "data", "of a person"),
    "a program among settings": ('directory = "/etc/nginx"', ONE_HOST, "directory", "is of the system"),
    "a program that is gone tomorrow": ('directory = "/var/tmp/nextcloud"', ONE_HOST, "directory", "is of the system"),
    "files of people in place of their homes": ('data = "/home"', ONE_HOST, "data", "is of the system"),
    "a proxy that is everywhere": ('proxy.trusted = ["0.0.0.0/0"]', ONE_HOST, "proxy.trusted.0", "is everybody"),
    "a proxy that is everywhere in IPv6": ('proxy.trusted = ["::/0"]', ONE_HOST, "proxy.trusted.0", "is everybody"),
    "a certificate without a key": (
        'certificate = {source = "own", certificate = "/etc/a.pem"}',
        ONE_HOST,
        "certificate.key",
        "is needed",
    ),
    "a public ACME server that nobody trusts": (
        'certificate.ca_bundle = "/etc/ca.pem"',
        ONE_HOST,
        "certificate.ca_bundle",
        "would trust the public ACME server no more",
    ),
    "authorities that others do not know": (
        f'{NAMES}certificate.source = "internal"',
        APART,
        "certificate.source",
        "which the others do not believe",
    ),
    "certificates that are not read": (
        'certificate.key = "/etc/a.key"',
        ONE_HOST,
        "certificate.key",
        'changes nothing unless source is "own"',
    ),
    "a warning that nobody sends": (
        'certificate = {source = "internal", email = "admin@example.org"}',
        ONE_HOST,
        "certificate.email",
        'changes nothing unless source is "acme"',
    ),
    "networks of no firewall": (
        'firewall = {enabled = false, ssh_from = ["192.0.2.0/24"]}',
        ONE_HOST,
        "firewall.ssh_from",
        "changes nothing unless the firewall is enabled",
    ),
    "ssh at a port of the web": ("firewall.ssh_port = 443", ONE_HOST, "firewall.ssh_port", "443/tcp of sshd and"),
    "certbot at the port of TURN": (
        f"{NAMES}turn.tls_port = 80",
        APART,
        "turn.tls_port",
        "80/tcp of TURN with TLS and 80/tcp of certbot",
    ),
    "no network": ("network.ipv4 = false\nnetwork.ipv6 = false", ONE_HOST, "network", "both off"),
    "a name too many": ('signaling.domain = "s.example.org"', ONE_HOST, "signaling.domain", "changes nothing"),
    "a name too few": ('turn.domain = "turn.example.org"', APART, "signaling.domain", "is on signaling.example.org"),
    "TURN under the name of Nextcloud": (
        'signaling.domain = "signaling.example.org"',
        APART,
        "turn.domain",
        "TURN is on turn.example.org",
    ),
    "fewer ports than relays": (
        "turn.relay_ports = [50000, 50099]",
        ONE_HOST,
        "turn.relay_ports",
        "100 ports for 1200",
    ),
    "one person with more than all": ("turn.sessions = 10", ONE_HOST, "turn.sessions_each", "all together: 10"),
    "settings of no TURN server": ("turn.port = 3479", WITHOUT_TURN, "turn.port", "changes nothing"),
    "sending by no TURN server": (
        "signaling.through_turn = true",
        WITHOUT_TURN,
        "signaling.through_turn",
        "to send by",
    ),
    "a foreign STUN server": ("privacy.app_store = true", WITHOUT_TURN, "privacy.app_store", "ask stun.nextcloud.com"),
    "the same by telephones": (
        "privacy.phone_notifications = true",
        WITHOUT_TURN,
        "privacy.phone_notifications",
        "ask stun.nextcloud.com",
    ),
    "two versions of IP": (
        f'{HOST}mappings = [{{ local = "10.0.0.5", public = "2001:db8::1" }}]',
        ONE_HOST,
        "hosts.cloud.example.org.mappings.0",
        "one version of IP",
    ),
    "media backwards": ("signaling.media_ports = [40000, 20000]", ONE_HOST, "signaling.media_ports", "comes after"),
    "relays where calls are": (
        "turn.relay_ports = [30000, 35000]",
        ONE_HOST,
        "turn.relay_ports",
        "30000-35000/udp of the relays and 20000-40000/udp of Janus",
    ),
    "TURN where calls are": (
        "turn.port = 30000",
        ONE_HOST,
        "turn.port",
        "30000/udp of TURN and 20000-40000/udp of Janus",
    ),
    "TURN at the port of the web": ("turn.tls_port = 443", ONE_HOST, "turn.tls_port", "443/tcp of the web server"),
}


def told(found: Cloud) -> list[tuple[str, str]]:
    faults = contradictions.contradictions(found.topology)
    return [(".".join(map(str, fault.path[1:])), fault.message) for fault in faults]


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_told_alone(name: str) -> None:
    settings, inventory, path, words = CONTRADICTIONS[name]
    ((told_path, message), *others) = told(cloud(DOMAIN + settings, inventory))
    assert told_path == path
    assert words in message
    assert others == []


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_has_a_line(name: str) -> None:
    settings, inventory, _, _ = CONTRADICTIONS[name]
    (fault,) = contradictions.contradictions(cloud(DOMAIN + settings, inventory).topology)
    page = f"[nextcloud_talk]\n{DOMAIN}{settings}\n".replace("\n[hosts", "\n[nextcloud_talk.hosts")
    assert line_of(page, fault.path)


@pytest.mark.parametrize("name", VARIANTS)
def test_what_can_be_has_no_fault(name: str) -> None:
    assert told(variant(name)) == []


def test_turn_at_port_443_is_right_on_a_host_of_its_own() -> None:
    assert told(cloud(f"{DOMAIN}{NAMES}turn.tls_port = 443", APART)) == []


@pytest.mark.parametrize("check", contradictions.CHECKS, ids=lambda check: check.__name__)
def test_every_check_finds_something(check: contradictions.Check) -> None:
    found = (cloud(DOMAIN + settings, inventory) for settings, inventory, *_ in CONTRADICTIONS.values())
    assert any(any(check(one.topology)) for one in found)
