"""One server whose port 443 serves two names, with certificates of its own authority: the page, and TURN."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from tests.hosts.acme import set_name
from tests.hosts.bed import Bed
from tests.hosts.calls import call
from tests.hosts.host import Host
from tests.hosts.network import connected
from tests.hosts.relays import TLS, UDP, Kind, Way, ways
from tests.hosts.servers import MEET
from tests.hosts.site import Site, make_site
from tests.hosts.waiting import until

pytestmark = [pytest.mark.hosts, pytest.mark.exhaustive, pytest.mark.slow, pytest.mark.timeout(600)]

TURN = f"turn.{MEET}"
GROUPS = {"jitsi_meet": (MEET,), "jitsi_videobridge": (MEET,), "coturn": (MEET,)}
FRAMES = 10


@pytest.fixture(scope="module")
def site(servers: Bed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    meet = servers.hosts[MEET]
    set_name(servers, TURN, meet.v4, meet.v6)
    settings = f"""
certificate.source = "internal"
turn.domain = "{TURN}"
turn.on_443 = true
hosts."{MEET}".addresses = ["{meet.v4}", "{meet.v6}"]
"""
    made = make_site(servers, tmp_path_factory.mktemp("by-name") / "site", GROUPS, settings)
    made.run("deploy")
    yield made
    meet.renew()


@pytest.fixture(scope="module")
def meet(site: Site) -> Host:
    return site.bed.hosts[MEET]


@pytest.fixture(scope="module")
def root(meet: Host) -> str:
    return meet.run("cat /var/lib/jitsi-migrate/authority/ca.crt")


@pytest.fixture(scope="module")
def told(meet: Host, root: str) -> dict[Kind, Way]:
    return ways(meet, {TURN: meet, MEET: meet}, root)


def listening(host: Host) -> dict[str, set[str]]:
    """Return who listens at what port of TCP."""
    found: dict[str, set[str]] = {}
    for port, name in re.findall(r':(\d+) .*users:\(\("([^"]+)"', host.run("ss -Htlnp")):
        found.setdefault(port, set()).add(name)
    return found


def test_the_second_deployment_changes_nothing(site: Site):
    assert not json.loads(site.run("--json", "deploy"))["data"]["changed"]


@pytest.mark.parametrize("version", [4, 6])
def test_each_name_leads_to_its_own_service(meet: Host, root: str, told: dict[Kind, Way], version: int):
    way = told[TLS]
    assert (way.hostname, way.port) == (TURN, 443)
    assert way.echoes(version, meet, version)
    trusted = ssl.create_default_context(cadata=root)
    address = meet.v4 if version == 4 else meet.v6
    with connected(meet.bed.place, MEET, address, trusted) as web:
        page = HTTPConnection(MEET)
        page.sock = web
        page.request("GET", "/config.js")
        assert "var config" in page.getresponse().read().decode()


def test_no_other_name_is_served(meet: Host, root: str):
    trusted = ssl.create_default_context(cadata=root)
    with pytest.raises(ssl.SSLError), connected(meet.bed.place, "other.example.org", meet.v4, trusted):
        pass


def test_coturn_has_its_own_port_behind_that_of_the_web_server(site: Site, meet: Host):
    assert "tls_port: 5349" in (site.path / "build/vars.yml").read_text()
    found = listening(meet)
    assert (found["443"], found["5349"]) == ({"nginx"}, {"turnserver"})


def test_two_people_who_only_reach_relays_see_each_other(meet: Host, told: dict[Kind, Way]):
    # Here the server's own address is that of the bridge, so relays lead to relays.
    assert told[UDP].echoes(4, meet, 4)
    with call(meet.bed, meet) as room:
        one, other = (room.enter(service=service, policy="relay") for service in ("bosh", "websocket"))
        until(lambda: one.seen(FRAMES) and other.seen(FRAMES), (one, other))
        assert one.seen(FRAMES) == other.seen(FRAMES) == ["relay", "relay"]
