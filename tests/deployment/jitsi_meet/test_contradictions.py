"""Settings that cannot be together are refused, each for its own reason and no other; what can be is not."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any

import pytest

from migrate.deployment.jitsi_meet import contradictions, idle
from migrate.deployment.jitsi_meet.product import JitsiMeet
from migrate.shared.toml_places import line_of
from tests.deployments import ONE_HOST, SECRETS, VARIANTS, product, variant

DOMAIN = 'domain = "meet.example.org"\n'
WITHOUT_TURN = ONE_HOST.partition("[coturn]")[0]
APART = "[jitsi_meet]\nmeet.example.org\n[jitsi_videobridge]\nbridge.example.org\n[coturn]\nturn.example.org\n"
TWO_BRIDGES = ONE_HOST.replace("[coturn]", "bridge.example.org\n[coturn]")
SCATTERED = APART.replace("[coturn]", "more.example.org\n[coturn]")
SCATTERED_SETTINGS = """\
turn.domain = "turn.example.org"
hosts."bridge.example.org" = { addresses = ["192.0.2.2"], region = "eu" }
hosts."more.example.org" = { addresses = ["192.0.2.3"], region = "eu" }
"""
MEET, BRIDGE = 'hosts."meet.example.org"', 'hosts."bridge.example.org"'
AT_HOME = f'{MEET}.addresses = ["192.0.2.1"]\n'
KNOWN = f'{AT_HOME}{BRIDGE}.addresses = ["192.0.2.2"]\n'
TURN_NAMED = f'turn.domain = "turn.example.org"\n{BRIDGE}.addresses = ["192.0.2.2"]\n'
JWT = """\
authentication.mode = "jwt"
authentication.jwt.key_url = "https://id.example.org/keys"
authentication.jwt.issuers = ["portal"]
authentication.jwt.audiences = ["meet"]
"""


def without(text: str, setting: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if setting not in line)


def nat(*pairs: tuple[str, str], host: str = MEET) -> str:
    mappings = ", ".join(f'{{ local = "{local}", public = "{public}" }}' for local, public in pairs)
    return f'bridges.reach = "nat"\n{host}.mappings = [{mappings}]\n'


def internal(setting: str) -> str:
    return f'certificate.source = "internal"\n{setting}\n'


# Settings beside the domain, inventory -> the setting that is told, words of what is told.
CONTRADICTIONS = {
    # Who comes in.
    "any issuer": (without(JWT, "issuers"), ONE_HOST, "authentication.jwt.issuers", "is needed"),
    "any audience": (without(JWT, "audiences"), ONE_HOST, "authentication.jwt.audiences", "is needed"),
    "tokens that nobody asks for": (
        'authentication.jwt.app_id = "portal"',
        ONE_HOST,
        "authentication.jwt.app_id",
        'unless authentication.mode is "jwt"',
    ),
    "no guests where all are": (
        'authentication.mode = "open"\nauthentication.guests = false',
        ONE_HOST,
        "authentication.guests",
        "unless authentication.mode is",
    ),
    # Releases.
    "a release that is not there": (
        'distribution = "debian-13"\nprosody = "0.12"',
        ONE_HOST,
        "prosody",
        "debian-13 does not have 0.12",
    ),
    "a mirror of what is not used": (
        'repositories.backports = "https://mirror.example.org/debian"',
        ONE_HOST,
        "repositories.backports",
        'unless prosody is "13.0" on debian-12',
    ),
    # Meetings.
    "recording what is encrypted": (
        'meetings.end_to_end_encryption = "external-key"',
        ONE_HOST,
        "meetings.recording",
        "what is always encrypted is not recorded",
    ),
    "two people without STUN": ("", WITHOUT_TURN, "meetings.peer_to_peer", "no host is in [coturn]"),
    "more people than a bridge carries": (
        "limits.max_participants = 81",
        ONE_HOST,
        "limits.max_participants",
        "1 bridge with 80 people each carry 80, not 81",
    ),
    "more people than two bridges carry": (
        f"{KNOWN}limits.max_participants = 161",
        TWO_BRIDGES,
        "limits.max_participants",
        "2 bridges with 80 people each carry 160, not 161",
    ),
    # The web.
    "origins of no policy": (
        'web.content_security_policy = "off"\nweb.further_origins = ["https://cdn.example.org"]',
        ONE_HOST,
        "web.further_origins",
        "unless there is a content_security_policy",
    ),
    # Certificates.
    "no certificate of one's own": (
        'certificate.source = "own"\ncertificate.key = "/etc/ssl/key.pem"',
        ONE_HOST,
        "certificate.certificate",
        "is needed",
    ),
    "no key of one's own": (
        'certificate.source = "own"\ncertificate.certificate = "/etc/ssl/chain.pem"',
        ONE_HOST,
        "certificate.key",
        "is needed",
    ),
    "a certificate that is not used": (
        'certificate.certificate = "/etc/ssl/chain.pem"',
        ONE_HOST,
        "certificate.certificate",
        'unless source is "own"',
    ),
    "a key that is not used": (
        'certificate.key = "/etc/ssl/key.pem"',
        ONE_HOST,
        "certificate.key",
        'unless source is "own"',
    ),
    "mail about nothing": (
        internal('certificate.email = "admin@example.org"'),
        ONE_HOST,
        "certificate.email",
        'unless source is "acme"',
    ),
    "a server that is not asked": (
        internal('certificate.server = "https://ca.example.org/acme"'),
        ONE_HOST,
        "certificate.server",
        'unless source is "acme"',
    ),
    "trust in nobody": (
        internal('certificate.ca_bundle = "/etc/ssl/ca.pem"'),
        ONE_HOST,
        "certificate.ca_bundle",
        'unless source is "acme"',
    ),
    "trust of one's own in the public server": (
        'certificate.ca_bundle = "/etc/ssl/ca.pem"',
        ONE_HOST,
        "certificate.ca_bundle",
        "would trust the public ACME server no more",
    ),
    # Addresses.
    "no network": ("network.ipv4 = false\nnetwork.ipv6 = false", ONE_HOST, "network", "both off"),
    "an address of a network that is off": (
        f'network.ipv6 = false\n{MEET}.addresses = ["192.0.2.1", "2001:db8::1"]',
        ONE_HOST,
        "hosts.meet.example.org.addresses.1",
        "is of IPv6, and network.ipv6 is off",
    ),
    "ssh from a network that is off": (
        'network.ipv4 = false\nfirewall.ssh_from = ["192.0.2.0/24"]',
        ONE_HOST,
        "firewall.ssh_from.0",
        "is of IPv4, and network.ipv4 is off",
    ),
    "an address that reaches nobody": (
        f'{MEET}.addresses = ["127.0.0.1"]',
        ONE_HOST,
        "hosts.meet.example.org.addresses.0",
        "no other host reaches meet.example.org by 127.0.0.1",
    ),
    "a bridge elsewhere without an address": (
        'turn.domain = "turn.example.org"',
        APART,
        "hosts.bridge.example.org.addresses",
        "are needed of bridge.example.org",
    ),
    "a bridge that TURN leads to in a private network": (
        'bridges.reach = "lan"',
        ONE_HOST,
        "hosts.meet.example.org.addresses",
        "are needed of meet.example.org",
    ),
    "a bridge that comes to Prosody by an address nobody knows": (
        f'{TURN_NAMED}bridges.signalling_address = "10.1.0.2"',
        APART,
        "hosts.bridge.example.org.addresses",
        "are none by which bridge.example.org comes to 10.1.0.2",
    ),
    "a bridge that comes to Prosody by another version of IP": (
        f'{TURN_NAMED}bridges.signalling_address = "2001:db8::1"',
        APART,
        "hosts.bridge.example.org.addresses",
        "are none by which bridge.example.org comes to 2001:db8::1",
    ),
    "signalling by a network that is off": (
        f'network.ipv6 = false\nfirewall.enabled = false\n{TURN_NAMED}bridges.signalling_address = "2001:db8::1"',
        APART,
        "bridges.signalling_address",
        "is of IPv6, and network.ipv6 is off",
    ),
    "addresses of no bridge": (
        f'{TURN_NAMED}{MEET}.addresses = ["192.0.2.1"]',
        APART,
        "hosts.meet.example.org.addresses",
        "only a bridge's are used",
    ),
    "addresses that nobody reaches": (
        f"meetings.peer_to_peer = false\n{AT_HOME}",
        WITHOUT_TURN,
        "hosts.meet.example.org.addresses",
        "only a bridge's are used",
    ),
    "one address of two hosts": (
        KNOWN.replace("192.0.2.2", "192.0.2.1"),
        TWO_BRIDGES,
        "hosts.bridge.example.org",
        "meet.example.org and bridge.example.org have the same address 192.0.2.1",
    ),
    # NAT.
    "a public address that nobody knows": (
        'bridges.reach = "nat"',
        ONE_HOST,
        "hosts.meet.example.org.mappings",
        "nothing tells its public address",
    ),
    "a bridge without mapping beside one with": (
        f'{nat(("10.0.0.1", "192.0.2.1"))}{BRIDGE}.addresses = ["10.0.0.2"]',
        TWO_BRIDGES,
        "hosts.bridge.example.org.mappings",
        "bridge.example.org is behind NAT",
    ),
    "a mapping without NAT": (
        nat(("10.0.0.1", "192.0.2.1")).replace('"nat"', '"lan"'),
        ONE_HOST,
        "hosts.meet.example.org.mappings",
        'only with reach = "nat", and it is "lan"',
    ),
    "a mapping of neither bridge nor TURN": (
        f'{nat(("10.0.0.1", "192.0.2.1"))}{TURN_NAMED}bridges.stun_servers = ["stun.example.org:3478"]',
        APART,
        "hosts.meet.example.org.mappings",
        "neither a bridge nor the TURN server",
    ),
    "a mapping the wrong way round": (
        nat(("192.0.2.1", "10.0.0.1")),
        ONE_HOST,
        "hosts.meet.example.org.mappings.0",
        "10.0.0.1 is private",
    ),
    "a mapping to itself": (
        nat(("192.0.2.1", "192.0.2.1")),
        ONE_HOST,
        "hosts.meet.example.org.mappings.0",
        "192.0.2.1 stands for itself",
    ),
    "a mapping to another version of IP": (
        nat(("10.0.0.1", "2001:db8::1")),
        ONE_HOST,
        "hosts.meet.example.org.mappings.0",
        "different versions of IP",
    ),
    "a mapping of a network that is off": (
        f"network.ipv4 = false\n{nat(('10.0.0.1', '192.0.2.1'))}",
        ONE_HOST,
        "hosts.meet.example.org.mappings.0",
        "network.ipv4 is off",
    ),
    "two mappings of one address": (
        nat(("10.0.0.1", "192.0.2.1"), ("10.0.0.1", "192.0.2.2")),
        ONE_HOST,
        "hosts.meet.example.org.mappings.1",
        "10.0.0.1 is mapped already",
    ),
    "two bridges behind one address": (
        nat(("10.0.0.1", "192.0.2.1")) + without(nat(("10.0.0.2", "192.0.2.1"), host=BRIDGE), "reach"),
        TWO_BRIDGES,
        "hosts.bridge.example.org",
        "have the same address 192.0.2.1",
    ),
    "STUN without NAT": (
        'bridges.stun_servers = ["stun.example.org:3478"]',
        ONE_HOST,
        "bridges.stun_servers",
        'unless reach is "nat"',
    ),
    # Hosts.
    "no web server": (
        f'{AT_HOME}turn.domain = "turn.example.org"',
        ONE_HOST.replace("jitsi_meet", "others"),
        "",
        "no host in [jitsi_meet]",
    ),
    "no bridge": ("", ONE_HOST.replace("jitsi_videobridge", "others"), "", "no host in [jitsi_videobridge]"),
    "two web servers": (
        AT_HOME,
        f"{ONE_HOST}[jitsi_meet]\nmore.example.org\n",
        "",
        "2 hosts in [jitsi_meet], but there can be one: meet.example.org, more.example.org",
    ),
    "two TURN servers": (AT_HOME, f"{ONE_HOST}turn.example.org\n", "", "2 hosts in [coturn]"),
    "a host that is not in the inventory": (
        'hosts."mete.example.org".addresses = ["192.0.2.1"]',
        ONE_HOST,
        "hosts.mete.example.org",
        "does not have mete.example.org",
    ),
    "signalling to nobody elsewhere": (
        'bridges.signalling_address = "192.0.2.1"',
        ONE_HOST,
        "bridges.signalling_address",
        "unless a bridge is on another host",
    ),
    # Regions.
    "a region of neither bridge nor web server": (
        f'{SCATTERED_SETTINGS}hosts."turn.example.org".region = "eu"',
        SCATTERED,
        "hosts.turn.example.org.region",
        "turn.example.org is neither a bridge nor the web server",
    ),
    "a region of the only bridge": (
        f'{MEET}.region = "eu"',
        ONE_HOST,
        "hosts.meet.example.org.region",
        "changes nothing unless there are several bridges",
    ),
    "a region of the web server where no bridge is": (
        f'{SCATTERED_SETTINGS}hosts."meet.example.org".region = "us"',
        SCATTERED,
        "hosts.meet.example.org.region",
        "no bridge is in us",
    ),
    "a bridge without region": (
        f'{KNOWN}{MEET}.region = "eu"',
        TWO_BRIDGES,
        "hosts.bridge.example.org.region",
        "is needed as soon as another bridge has one",
    ),
    "a group of regions where no bridge is": (
        f'{KNOWN}bridges.region_groups = [["eu", "uk"]]\n{MEET}.region = "eu"\n{BRIDGE}.region = "eu"',
        TWO_BRIDGES,
        "bridges.region_groups.0",
        "no bridge is in uk",
    ),
    "a region that is named twice": (
        f'{KNOWN}bridges.region_groups = [["eu", "us", "eu"]]\n{MEET}.region = "eu"\n{BRIDGE}.region = "us"',
        TWO_BRIDGES,
        "bridges.region_groups.0",
        "a region can be named once",
    ),
    # TURN.
    "TURN at port 443 under the name of the web": (
        "turn.on_443 = true",
        ONE_HOST,
        "turn.domain",
        "at port 443 TURN is told from web pages by its name",
    ),
    "TURN elsewhere under the name of the web": (
        without(TURN_NAMED, "domain"),
        APART,
        "turn.domain",
        "meet.example.org is the web server, and TURN is on turn.example.org",
    ),
    "settings of no TURN server": (
        "meetings.peer_to_peer = false\nturn.port = 3479",
        WITHOUT_TURN,
        "turn.port",
        "unless inventory.ini names a host in [coturn]",
    ),
    "a port of TURN that 443 takes the place of": (
        f"{TURN_NAMED}turn.on_443 = true\nturn.tls_port = 5350",
        APART,
        "turn.tls_port",
        "unless on_443 is false",
    ),
    "relays backwards": ("turn.relay_ports = [60000, 50000]", ONE_HOST, "turn.relay_ports", "comes after the last"),
    "fewer ports than relays": (
        "turn.relay_ports = [50000, 50099]",
        ONE_HOST,
        "turn.relay_ports",
        "there are 100 ports for 1200 relays",
    ),
    "some people with more relays than all": (
        "turn.sessions = 10",
        ONE_HOST,
        "turn.sessions_each",
        "more relays than all together: 10",
    ),
    # Ports and the firewall.
    "ssh at the port of the web": ("firewall.ssh_port = 443", ONE_HOST, "firewall.ssh_port", "443/tcp of the web"),
    "TURN at the port of the web": ("turn.tls_port = 443", ONE_HOST, "turn.tls_port", "443/tcp of the web server"),
    "TURN at the port of certbot": (f"{TURN_NAMED}turn.tls_port = 80", APART, "turn.tls_port", "80/tcp of certbot"),
    "TURN at the port of the bridge": ("turn.port = 10000", ONE_HOST, "turn.port", "10000/udp of the bridge"),
    "the bridge among the relays": (
        "bridges.udp_port = 50000",
        ONE_HOST,
        "turn.relay_ports",
        "49152-65535/udp of the relays and 50000/udp of the bridge cannot both be on meet.example.org",
    ),
    "TURN where pages are behind it": (
        'turn.domain = "turn.example.org"\nturn.on_443 = true\nturn.tls_port = 4444',
        ONE_HOST,
        "turn.tls_port",
        "4444/tcp of the web server behind port 443",
    ),
    "TURN where nginx comes to it": (
        'turn.domain = "turn.example.org"\nturn.on_443 = true\nturn.tls_port = 4445',
        ONE_HOST,
        "turn.tls_port",
        "4445/tcp of the web server before TURN",
    ),
    "ssh at a port behind no firewall": (
        "firewall.enabled = false\nfirewall.ssh_port = 2222",
        ONE_HOST,
        "firewall.ssh_port",
        "unless the firewall is enabled",
    ),
    "ssh from somewhere behind no firewall": (
        'firewall.enabled = false\nfirewall.ssh_from = ["192.0.2.0/24"]',
        ONE_HOST,
        "firewall.ssh_from",
        "unless the firewall is enabled",
    ),
}


def told(found: JitsiMeet) -> list[tuple[str, str]]:
    return [(".".join(str(step) for step in fault.path[1:]), fault.message) for fault in found.faults()]


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_told_alone(name: str) -> None:
    settings, inventory, path, words = CONTRADICTIONS[name]
    ((told_path, message), *others) = told(product(DOMAIN + settings, inventory))
    assert told_path == path
    assert words in message
    assert others == []


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_has_the_line_of_its_setting_or_of_the_nearest_table(name: str) -> None:
    settings, inventory, _, _ = CONTRADICTIONS[name]
    (fault,) = product(DOMAIN + settings, inventory).faults()
    text = f"[jitsi_meet]\n{DOMAIN}{settings}\n"
    line = line_of(text, fault.path)
    assert line
    assert str(_written(tomllib.loads(text), fault.path)[-1]) in text.splitlines()[line - 1]


def _written(value: Any, path: Sequence[str | int]) -> list[str | int]:
    """Return as much of a path as there is."""
    if path and isinstance(value, dict) and path[0] in value:
        return [path[0], *_written(value[path[0]], path[1:])]
    return []


@pytest.mark.parametrize("name", VARIANTS)
def test_what_can_be_has_no_fault(name: str) -> None:
    assert told(variant(name)) == []


def test_tokens_need_something_that_proves_them() -> None:
    base = product(DOMAIN + without(JWT, "key_url"))
    assert told(base) == []
    secrets = JitsiMeet.Secrets.model_validate({**SECRETS, "jwt_secret": None})
    (fault,) = JitsiMeet.open(base.settings, secrets, base.inventory, base.site).faults()
    assert fault.path == ("jitsi_meet", "authentication", "jwt", "key_url")
    assert "secrets.toml" in fault.hint


@pytest.mark.parametrize(("length", "faults"), [(239, 0), (240, 1)])
def test_a_domain_leaves_room_for_the_names_that_are_made_of_it(length: int, faults: int) -> None:
    domain = f"{'a' * 60}.{'b' * 60}.{'c' * 60}.".ljust(length, "d")
    assert len(told(product(f'domain = "{domain}"'))) == faults


def test_all_contradictions_are_told_at_once() -> None:
    names = ("any issuer", "relays backwards", "a key that is not used")
    settings = "\n".join(CONTRADICTIONS[name][0] for name in names)
    paths = [path for path, _ in told(product(DOMAIN + settings))]
    assert paths == ["authentication.jwt.issuers", "turn.relay_ports", "certificate.key"]


def test_one_collision_on_many_hosts_is_told_once() -> None:
    names = [f"b{number}.example.org" for number in range(1, 9)]
    inventory = ONE_HOST.replace("[coturn]", "\n".join([*names, "[coturn]"]))
    known = [f'hosts."{name}".addresses = ["192.0.2.{place}"]\n' for place, name in enumerate(names, 1)]
    known.append(f'{MEET}.addresses = ["192.0.2.99"]\n')
    found = told(product(f"{DOMAIN}firewall.ssh_port = 8080\n{''.join(known)}", inventory))
    assert [path for path, _ in found] == ["firewall.ssh_port"]


def test_turn_at_port_443_takes_that_port_where_there_is_no_web_server() -> None:
    settings = f"{DOMAIN}{TURN_NAMED}turn.on_443 = true\n"
    assert told(product(settings, APART)) == []
    found = told(product(f"{settings}firewall.ssh_port = 443", APART))
    assert any("443/tcp of TURN" in message and "turn.example.org" in message for _, message in found)


def test_addresses_of_documentation_are_public() -> None:
    mappings = nat(("10.0.0.5", "203.0.113.5"), ("fd00::5", "2001:db8::5"))
    assert told(product(DOMAIN + mappings)) == []


def test_hosts_behind_one_nat_share_its_address_unless_both_are_bridges() -> None:
    bridge = nat(("10.0.0.2", "192.0.2.1"), host=BRIDGE)
    turn = without(nat(("10.0.0.3", "192.0.2.1"), host='hosts."turn.example.org"'), "reach")
    assert told(product(f'{DOMAIN}turn.domain = "turn.example.org"\n{bridge}{turn}', APART)) == []


def test_a_default_that_is_written_down_contradicts_nothing() -> None:
    assert told(product(f"{DOMAIN}meetings.peer_to_peer = false\nturn.port = 3478", WITHOUT_TURN)) == []


def test_what_may_change_nothing_is_a_setting_and_has_an_example() -> None:
    examples = {path for _, _, path, words in CONTRADICTIONS.values() if words.startswith("unless ")}
    for needed in idle.NEEDED:
        field: Any = JitsiMeet.Settings
        for step in needed.path:
            field = field.model_fields[step].annotation
        assert any(path.startswith(".".join(needed.path)) for path in examples), needed.path


@pytest.mark.parametrize("check", contradictions.CHECKS, ids=lambda check: check.__name__)
def test_every_check_finds_something(check: contradictions.Check) -> None:
    examples = CONTRADICTIONS.values()
    long = product(f'domain = "{"a." * 110}{"b" * 25}"')
    found = (product(DOMAIN + settings, inventory) for settings, inventory, *_ in examples)
    assert any(any(check(one.topology)) for one in (long, *found))
