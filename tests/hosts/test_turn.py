"""The TURN server as people get it: what the page is told of it, and what relays it grants them."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from time import time

import pytest

from tests.hosts.acme import root
from tests.hosts.bosh import Browser
from tests.hosts.deployed import LOGINS, Deployed
from tests.hosts.host import Host
from tests.hosts.network import addresses, inside
from tests.turn import Client, Refused, credentials

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]

UDP, TLS = ("turn", "udp"), ("turns", "tcp")
MEDIA = 10000
# Of each version of IP: this host, its network, and networks that are not the internet.
DENIED = {
    4: ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", str(addresses(1)[0].ip)),
    6: ("::1", "::ffff:127.0.0.1", "fc00::1", "fe80::1", str(addresses(1)[1].ip)),
}


@dataclass(frozen=True)
class Way:
    """How a page is told to reach the TURN server, and with what credentials."""

    host: Host
    port: int
    name: str
    password: str
    tls: ssl.SSLContext | None
    hostname: str

    def client(self, version: int, **other: str) -> Client:
        """Return a browser that comes by a version of IP."""
        address = self.host.v4 if version == 4 else self.host.v6
        told = {"name": self.name, "password": self.password, **other}
        return Client((address, self.port), tls=self.tls, hostname=self.hostname, **told)


@pytest.fixture(scope="module")
def ways(deployed: Deployed) -> dict[tuple[str, str], Way]:
    """Ask as a host's browser does."""
    trusted = ssl.create_default_context(cadata=root(deployed.bed))
    with inside(deployed.bed.place), Browser(deployed.meet.name, deployed.meet.v4, trusted) as browser:
        browser.come_in(deployed.meet.name, LOGINS[0], deployed.site.logins()[LOGINS[0]])
        told = browser.services()
    hosts = deployed.bed.hosts
    return {
        (one["type"], one["transport"]): Way(
            *(hosts[one["host"]], int(one["port"]), one.get("username", ""), one.get("password", "")),
            *(trusted if one["type"] == "turns" else None, one["host"]),
        )
        for one in told
    }


def test_a_guest_is_told_of_the_same_servers(deployed: Deployed, ways: dict[tuple[str, str], Way]):
    trusted = ssl.create_default_context(cadata=root(deployed.bed))
    with inside(deployed.bed.place), Browser(deployed.meet.name, deployed.meet.v4, trusted) as browser:
        browser.come_in(f"guest.{deployed.meet.name}")
        told = browser.services()
    assert {(one["type"], one["transport"]) for one in told} == set(ways) == {("stun", "udp"), UDP, TLS}
    assert all(one["password"] for one in told if one["type"] != "stun")


@pytest.mark.parametrize("relayed", [4, 6])
@pytest.mark.parametrize("reached", [4, 6])
@pytest.mark.parametrize("way", [UDP, TLS])
def test_a_relay_leads_to_the_bridge(deployed: Deployed, ways: dict[tuple[str, str], Way], way, reached, relayed):
    bridge = deployed.bridge.v4 if relayed == 4 else deployed.bridge.v6
    with inside(deployed.bed.place), ways[way].client(reached) as browser:
        assert str(browser.allocate(relayed)) in {deployed.meet.v4, deployed.meet.v6}
        browser.permit(bridge)
        assert browser.exchange(bridge, MEDIA, b"a picture") == b"a picture"


@pytest.mark.parametrize("version", [4, 6])
def test_no_relay_leads_into_private_networks(deployed: Deployed, ways: dict[tuple[str, str], Way], version):
    with inside(deployed.bed.place), ways[UDP].client(version) as browser:
        browser.allocate(version)
        for peer in (*DENIED[version], getattr(deployed.meet, f"v{version}")):
            with pytest.raises(Refused, match="403"):
                browser.permit(peer)


def test_credentials_that_are_wrong_or_have_ended_are_refused(deployed: Deployed, ways: dict[tuple[str, str], Way]):
    (secret,) = [
        secret
        for secret in deployed.site.secrets()
        if credentials(secret, int(ways[UDP].name))[1] == ways[UDP].password
    ]
    ended, password = credentials(secret, int(time()) - 60)
    wrong = {"a wrong password": {"password": "guessed"}, "ended": {"name": ended, "password": password}}
    for other in wrong.values():
        with inside(deployed.bed.place), ways[UDP].client(4, **other) as browser, pytest.raises(Refused, match="401"):
            browser.allocate()
