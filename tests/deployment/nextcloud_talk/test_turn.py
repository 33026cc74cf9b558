"""turnserver.conf for Talk: coturn takes every line, knows Talk's credentials, and relays into no private network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate.shared.resources import data_rows
from tests.clouds import SECRETS, VARIANTS, Cloud, cloud, variant
from tests.relays import PORT, TROUBLE, answer, certified, coturn, directives, person
from tests.turn import Client, Refused

WITH_TURN = [name for name in VARIANTS if name != "without-turn"]
CONF, APPS = "/etc/turnserver.conf", "/var/lib/jitsi-migrate/nextcloud-apps.json"


@pytest.fixture(scope="module")
def certificate() -> Iterator[tuple[Path, Path]]:
    with certified() as pair:
        yield pair


def spreed(deployed: Cloud) -> dict[str, object]:
    """Return what Talk is told about servers, as it reads it."""
    told = json.loads(deployed.text(APPS))["apps"]["spreed"]
    return {name: json.loads(told[name]) for name in ("stun_servers", "turn_servers", "signaling_servers")}


def credentials_of_talk(secret: str, hours: float = 1) -> tuple[str, str]:
    """Return name and password as Talk gives them out: a time, a colon and something at random, and its signature."""
    name = f"{int(time.time() + hours * 3600)}:3d41b0a2b31f"
    return name, base64.b64encode(hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()).decode()


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_TURN)
def test_coturn_takes_every_line_and_the_credentials_of_talk(name: str, certificate: tuple[Path, Path]) -> None:
    deployed = variant(name)
    network = deployed.topology.settings.network
    own, private, public = ("127.0.0.1", "192.168.7.7", "11.0.0.1") if network.ipv4 else ("::1", "fd00::7", "2a00::1")
    servers = spreed(deployed)["turn_servers"]
    assert isinstance(servers, list)
    secret = servers[0]["secret"]
    with coturn(deployed.text(CONF), certificate) as log:
        assert not [line for line in log if TROUBLE.search(line)]
        with Client((own, PORT), *credentials_of_talk(secret)) as client:
            assert str(client.allocate()) == own
            assert (answer(client, private), answer(client, public)) == ("403", "granted")
        with person(own, "another secret of somebody") as stranger, pytest.raises(Refused, match="401"):
            stranger.allocate()
    assert SECRETS["turn_secret"] not in "".join(log)


@pytest.mark.slow
def test_relays_lead_to_the_host_that_carries_calls_though_its_address_is_private(
    certificate: tuple[Path, Path],
) -> None:
    deployed = cloud(VARIANTS["apart"][0].replace("192.0.2.21", "10.1.0.21"), VARIANTS["apart"][1])
    with coturn(deployed.text(CONF), certificate), person("127.0.0.1", SECRETS["turn_secret"]) as client:
        client.allocate()
        assert [answer(client, peer) for peer in ("10.1.0.21", "10.1.0.22")] == ["granted", "403"]


@pytest.mark.parametrize("name", WITH_TURN)
def test_directives_are_those_that_debians_coturn_takes(name: str) -> None:
    known = {directive for (directive,) in data_rows("jitsi/coturn-directives.tsv")}
    assert {directive for directive, _ in directives(variant(name).text(CONF))} <= known


@pytest.mark.parametrize("name", WITH_TURN)
def test_talk_tells_people_of_ports_that_coturn_listens_at(name: str) -> None:
    found, servers = dict(directives(variant(name).text(CONF))), spreed(variant(name))
    domain = variant(name).topology.turn_domain
    udp, tls = f"{domain}:{found['listening-port']}", f"{domain}:{found['tls-listening-port']}"
    assert servers["stun_servers"] == [udp]
    told = servers["turn_servers"]
    assert isinstance(told, list)
    assert [(one["schemes"], one["server"], one["protocols"]) for one in told] == [
        ("turn", udp, "udp"),
        ("turns", tls, "tcp"),
    ]
    assert {one["secret"] for one in told} == {found["static-auth-secret"]}


def test_without_a_turn_server_nobody_else_is_asked() -> None:
    servers = spreed(variant("without-turn"))
    assert (servers["stun_servers"], servers["turn_servers"]) == ([], [])


def test_a_low_port_needs_a_right() -> None:
    unit = "/etc/systemd/system/coturn.service.d/jitsi-migrate.conf"
    low = cloud('domain = "cloud.example.org"\nturn.port = 443')
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in low.text(unit)
    assert "Ambient" not in variant("minimal").text(unit)
