"""turnserver.conf: coturn takes every line, relays to bridges and the internet, and to no network behind a firewall."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.deployment.jitsi_meet.product import JitsiMeet
from migrate.deployment.jitsi_meet.relaying import Relaying
from migrate.shared.resources import data_rows
from tests.deployments import SECRETS, VARIANTS, product, texts, variant
from tests.keys import dead
from tests.relays import TROUBLE, answer, certified, coturn, directives, person
from tests.turn import SOFTWARE, Client, Refused

WITH_TURN = [name for name in VARIANTS if name != "without-turn"]
MAPPED = """
domain = "meet.example.org"
bridges.reach = "nat"
[hosts."meet.example.org"]
addresses = ["10.0.0.5", "2001:db8::5"]
mappings = [{ local = "10.0.0.5", public = "203.0.113.5" }]
"""


def turnserver_conf(deployment: JitsiMeet) -> str:
    (host,) = deployment.topology.turn
    return texts(deployment.bundle(host.name))["/etc/turnserver.conf"]


@pytest.fixture(scope="module")
def certificate() -> Iterator[tuple[Path, Path]]:
    with certified() as pair:
        yield pair


def somebody(address: str, *, secret: str = SECRETS["turn_secret"], hours: float = 1) -> Client:
    return person(address, secret, hours=hours)


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_TURN)
def test_coturn_takes_every_line_and_lets_relays_lead_to_bridges_but_into_no_private_network(name, certificate):
    deployment = variant(name)
    network = deployment.settings.network
    own = "127.0.0.1" if network.ipv4 else "::1"
    private, public = ("192.168.7.7", "11.0.0.1") if network.ipv4 else ("fd00::7", "2a00::1")
    bridges = [
        address for bridge in deployment.topology.bridges for address in bridge.every_address
        if ip_address(address).version == ip_address(own).version
    ]  # fmt: skip

    with coturn(turnserver_conf(deployment), certificate) as log, somebody(own) as client:
        assert not [line for line in log if TROUBLE.search(line)]
        assert str(client.allocate()) == own
        assert answer(client, private) == "403"
        assert answer(client, public) == "granted"
        assert {answer(client, bridge) for bridge in bridges} <= {"granted"}

    told = "".join(log)
    assert "Bad configuration" not in told
    assert SECRETS["turn_secret"] not in told
    assert f"TLS1.2: Certificate file found: {certificate[0]}" in told


@pytest.mark.slow
def test_coturn_behind_nat_tells_nothing_about_itself_and_refuses_wrong_or_old_credentials(certificate):
    text = turnserver_conf(product(MAPPED))
    with coturn(text, certificate):
        with somebody("127.0.0.1") as client:
            assert SOFTWARE not in client.binding()
            client.allocate()
            # The bridge's own addresses, among networks that are denied; a neighbour of it; the host itself.
            peers = ("10.0.0.5", "203.0.113.5", "10.0.0.6", "127.0.0.1", "169.254.169.254")
            assert [answer(client, peer) for peer in peers] == ["granted", "granted", "403", "403", "403"]
        for stranger in (somebody("127.0.0.1", secret="another secret"), somebody("127.0.0.1", hours=-1)):
            with stranger, pytest.raises(Refused, match="401"):
                stranger.allocate()


@pytest.mark.slow
def test_coturn_counts_relays_by_credentials_which_people_of_one_second_share(certificate):
    text = turnserver_conf(product('domain = "meet.example.org"\nturn.sessions_each = 1'))
    with coturn(text, certificate), somebody("127.0.0.1") as first:
        first.allocate()
        second = Client(first.server, first.name, first.password)
        with second, pytest.raises(Refused, match="486"):
            second.allocate()


@pytest.mark.parametrize("name", WITH_TURN)
def test_directives_are_those_that_debians_coturn_takes(name):
    known = {directive for (directive,) in data_rows("jitsi/coturn-directives.tsv")}
    found = {directive for directive, _ in directives(turnserver_conf(variant(name)))}
    assert found <= known - dead("turnserver.conf")


@given(st.ip_addresses().filter(lambda address: not address.is_global and int(address)))
def test_an_address_that_is_not_of_the_internet_is_denied(address):
    ranges = [one.split("-") for one in _minimal().denied]
    assert any(
        ip_address(first) <= address <= ip_address(last)
        for first, last in ranges
        if ip_address(first).version == address.version
    )


@cache
def _minimal() -> Relaying:
    topology = variant("minimal").topology
    return Relaying(topology.turn[0], topology)


@pytest.mark.parametrize(
    ("setting", "directive", "value"),
    [
        ("port = 3479", "listening-port", "3479"),
        ("tls_port = 5350", "tls-listening-port", "5350"),
        ("relay_ports = [30000, 30100]", "min-port", "30000"),
        ("relay_ports = [30000, 30100]", "max-port", "30100"),
        ("sessions_each = 7", "user-quota", "7"),
        ("sessions = 70", "total-quota", "70"),
        ("megabits_each = 8", "max-bps", "1000000"),
        ('domain = "turn.example.org"', "cert", "/etc/coturn/certs/turn.example.org.crt"),
    ],
)
def test_a_setting_of_turn_is_a_directive(setting, directive, value):
    found = directives(turnserver_conf(product(f'domain = "meet.example.org"\n[turn]\n{setting}')))
    assert [value for name, value in found if name == directive] == [value]


def test_coturn_has_port_443_on_a_host_of_its_own_and_may_open_it():
    bundle = texts(variant("three-bridges").bundle("turn.example.org"))
    assert ("tls-listening-port", "443") in directives(bundle["/etc/turnserver.conf"])
    unit = bundle["/etc/systemd/system/coturn.service.d/jitsi-migrate.conf"]
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in unit


def test_coturn_leaves_port_443_to_nginx_on_the_same_host():
    bundle = texts(variant("turn-443").bundle("meet.example.org"))
    assert ("tls-listening-port", "5349") in directives(bundle["/etc/turnserver.conf"])
    assert "Ambient" not in bundle["/etc/systemd/system/coturn.service.d/jitsi-migrate.conf"]


def test_behind_nat_both_addresses_are_told_and_only_those_of_a_version_that_is_spoken():
    (host,) = variant("behind-nat").topology.turn
    assert Relaying(host, variant("behind-nat").topology).external == ["203.0.113.5/10.0.0.5"]
    without_ipv6 = product(MAPPED + "[network]\nipv6 = false\n").topology
    assert Relaying(without_ipv6.turn[0], without_ipv6).allowed == ["10.0.0.5", "203.0.113.5"]


@pytest.mark.parametrize("off", [4, 6])
def test_no_relay_leads_to_a_version_of_ip_that_is_off(off):
    topology = product(f'domain = "meet.example.org"\nnetwork.ipv{off} = false').topology
    denied = Relaying(topology.turn[0], topology).denied
    assert [one for one in denied if ip_address(one.split("-")[0]).version == off] == [
        "0.0.0.0-255.255.255.255" if off == 4 else "::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    ]
