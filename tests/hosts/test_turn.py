"""The TURN server as people get it: what the page is told of it, and what relays it grants them."""

from __future__ import annotations

from time import time

import pytest

from tests.hosts.acme import root
from tests.hosts.deployed import LOGINS, Deployed
from tests.hosts.network import addresses, inside
from tests.hosts.relays import TLS, UDP, Kind, Way, ways
from tests.turn import Refused, credentials

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]

# Of each version of IP: the server itself, networks that are not the internet, and one beside it.
DENIED = {
    4: ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", str(addresses(1)[0].ip)),
    6: ("::1", "::ffff:127.0.0.1", "fc00::1", "fe80::1", str(addresses(1)[1].ip)),
}


@pytest.fixture(scope="module")
def told(deployed: Deployed) -> dict[Kind, Way]:
    """Ask as somebody with a login."""
    password = deployed.site.logins()[LOGINS[0]]
    return ways(deployed.meet, deployed.bed.hosts, root(deployed.bed), LOGINS[0], password)


def test_hosts_and_guests_are_told_of_the_same_servers(deployed: Deployed, told: dict[Kind, Way]):
    guests = ways(deployed.meet, deployed.bed.hosts, root(deployed.bed))
    assert {kind: (way.host.name, way.port) for kind, way in guests.items()} == {
        ("stun", "udp"): (deployed.meet.name, 3478),
        UDP: (deployed.meet.name, 3478),
        TLS: (deployed.meet.name, 5349),
    }
    assert guests.keys() == told.keys()
    assert all(way.password for way in (told[UDP], told[TLS], guests[UDP], guests[TLS]))


@pytest.mark.parametrize("relayed", [4, 6])
@pytest.mark.parametrize("reached", [4, 6])
@pytest.mark.parametrize("kind", [UDP, TLS])
def test_a_relay_leads_to_the_bridge(deployed: Deployed, told: dict[Kind, Way], kind: Kind, reached: int, relayed: int):
    assert told[kind].echoes(reached, deployed.bridge, relayed)


@pytest.mark.parametrize("version", [4, 6])
def test_no_relay_leads_into_private_networks(deployed: Deployed, told: dict[Kind, Way], version: int):
    own = deployed.meet.v4 if version == 4 else deployed.meet.v6
    with inside(deployed.bed.place), told[UDP].client(version) as browser:
        browser.allocate(version)
        for peer in (*DENIED[version], own):
            with pytest.raises(Refused, match="403"):
                browser.permit(peer)


def test_credentials_that_were_guessed_or_have_ended_are_refused(deployed: Deployed, told: dict[Kind, Way]):
    way = told[UDP]
    (secret,) = (one for one in deployed.site.secrets() if credentials(one, int(way.name)) == (way.name, way.password))
    name, password = credentials(secret, int(time()) - 60)
    for other in ({"password": "guessed"}, {"name": name, "password": password}):
        with inside(deployed.bed.place), way.client(4, **other) as browser, pytest.raises(Refused, match="401"):
            browser.allocate()
