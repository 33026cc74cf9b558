"""A TURN server on a host of its own, at port 443, where certificates are brought by somebody else."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator

import pytest

from tests.hosts.acme import set_name
from tests.hosts.bed import Bed
from tests.hosts.host import Host
from tests.hosts.network import connected
from tests.hosts.relays import TLS, UDP, ways
from tests.hosts.servers import BRIDGE, MEET
from tests.hosts.site import Site, make_site
from tests.hosts.waiting import until

pytestmark = [pytest.mark.hosts, pytest.mark.exhaustive, pytest.mark.slow, pytest.mark.timeout(600)]

TURN = "turn.example.org"
GROUPS = {"jitsi_meet": (MEET,), "jitsi_videobridge": (MEET,), "coturn": (BRIDGE,)}
OWN = "/etc/ssl/meet"
COPY = f"/etc/coturn/certs/{TURN}"
SETTINGS = f"""
certificate.source = "own"
certificate.certificate = "{OWN}/fullchain.pem"
certificate.key = "{OWN}/key.pem"
turn.domain = "{TURN}"
turn.on_443 = true
"""


@pytest.fixture(scope="module")
def site(servers: Bed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    meet, turn = servers.hosts[MEET], servers.hosts[BRIDGE]
    set_name(servers, TURN, turn.v4, turn.v6)
    for host, name in ((meet, MEET), (turn, TURN)):
        bring_pair(servers, host, name)
    made = make_site(servers, tmp_path_factory.mktemp("alone") / "site", GROUPS, SETTINGS)
    made.run("deploy")
    yield made
    for host in (meet, turn):
        host.renew()


@pytest.fixture(scope="module")
def meet(site: Site) -> Host:
    return site.bed.hosts[MEET]


@pytest.fixture(scope="module")
def turn(site: Site) -> Host:
    return site.bed.hosts[BRIDGE]


def bring_pair(bed: Bed, host: Host, name: str) -> None:
    """Put a new certificate where it is said to be."""
    certificate, key = bed.authority.issue(name)
    host.run(f"mkdir -p {OWN} && cat >{OWN}/fullchain.pem", text=certificate.read_text())
    host.run(f"umask 077 && cat >{OWN}/key.pem", text=key.read_text())


def shown(bed: Bed, host: Host, name: str) -> str:
    """Return the serial number of what people are shown, who verify it."""
    trusted = ssl.create_default_context(cafile=bed.authority.certificate)
    with connected(bed.place, name, host.v4, trusted) as way:
        return way.getpeercert()["serialNumber"]


def test_the_second_deployment_changes_nothing(site: Site):
    assert not json.loads(site.run("--json", "deploy"))["data"]["changed"]


@pytest.mark.parametrize("version", [4, 6])
def test_relays_lead_to_the_bridge_by_udp_and_by_port_443(site: Site, meet: Host, turn: Host, version: int):
    told = ways(meet, {TURN: turn}, site.bed.authority.certificate.read_text())
    assert (told[TLS].hostname, told[TLS].port) == (TURN, 443)
    assert told[UDP].echoes(version, meet, version)
    assert told[TLS].echoes(version, meet, version)


def test_coturn_itself_has_the_port_and_reads_a_copy_that_is_its_own(turn: Host):
    listed = turn.run("ss -Htlnp")
    assert listed.count("turnserver") == listed.count(":443 ") > 0
    assert turn.run(f"stat -c '%U %a' {COPY}.key").split() == ["turnserver", "400"]


def test_a_pair_that_was_replaced_is_shown_the_next_day_and_services_go_on(site: Site, meet: Host, turn: Host):
    for host, name, unit in ((turn, TURN, "coturn"), (meet, MEET, "nginx")):
        before, running = shown(site.bed, host, name), host.run(f"systemctl show --property=MainPID {unit}")
        bring_pair(site.bed, host, name)
        assert shown(site.bed, host, name) == before
        assert host.run("systemctl is-active jitsi-migrate-certificates.timer") == "active\n"
        # As its timer does.
        host.run("systemctl start jitsi-migrate-certificates.service")
        until(
            lambda host=host, name=name, before=before: shown(site.bed, host, name) != before, f"{unit} shows the old"
        )
        assert host.run(f"systemctl show --property=MainPID {unit}") == running
    assert turn.run(f"cmp {OWN}/fullchain.pem {COPY}.crt; cmp {OWN}/key.pem {COPY}.key") == ""
