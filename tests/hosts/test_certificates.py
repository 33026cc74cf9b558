"""Certificates of servers that are deployed: who is shown them, and how they renew while people are connected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.acme import CA_BUNDLE, root, set_name
from tests.hosts.deployed import Deployed
from tests.hosts.host import Host
from tests.hosts.waiting import until

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]

MEET = "meet.example.org"


@pytest.fixture
def trusted(deployed: Deployed, tmp_path: Path) -> Path:
    """Return what people's browsers trust."""
    path = tmp_path / "root.pem"
    path.write_text(root(deployed.bed))
    return path


def served(deployed: Deployed, trusted: Path, port: int) -> str:
    """Return the serial number of what browsers and TURN clients are shown, which they must accept."""
    trusting = ("-CAfile", trusted, "-verify_return_error", "-verify_hostname", MEET)
    return serial(deployed, deployed.bed.place.run("openssl", "s_client", "-connect", f"{MEET}:{port}", *trusting))


def serial(deployed: Deployed, said: str) -> str:
    """Return the serial number of the first certificate in a text."""
    return deployed.bed.place.run("openssl", "x509", "-noout", "-serial", text=said).strip()


def seen_by_bridge(deployed: Deployed) -> str:
    """Return the serial number of what Prosody shows, which the bridge's own trust must accept."""
    asked = f"openssl s_client -connect {MEET}:5222 -starttls xmpp -xmpphost auth.{MEET}"
    trusting = f"-CApath /etc/ssl/certs -verify_return_error -verify_hostname auth.{MEET}"
    return serial(deployed, deployed.bridge.run(f"{asked} {trusting} </dev/null"))


def processes(host: Host) -> str:
    return host.run("systemctl show --property=MainPID,NRestarts prosody nginx coturn")


def test_everybody_is_shown_a_certificate_that_they_accept(deployed: Deployed, trusted: Path):
    assert served(deployed, trusted, 443) == served(deployed, trusted, 5349)
    assert seen_by_bridge(deployed)


def test_the_authority_of_all_is_asked_once(deployed: Deployed):
    logs = deployed.meet.run("grep --recursive 'certbot version' /var/log/letsencrypt").splitlines()
    assert len(logs) == 1


def test_keys_are_for_their_services_only(deployed: Deployed):
    shown = deployed.meet.run(
        "stat -c '%U:%G %a %n' /etc/jitsi/meet/*.key /etc/coturn/certs /etc/coturn/certs/*.key"
        " /etc/prosody/certs/auth*.key /var/lib/jitsi-migrate/authority /var/lib/jitsi-migrate/authority/ca.key"
    )
    assert [line.rsplit(" ", 1)[0] for line in shown.splitlines()] == [
        *("root:root 600", "turnserver:turnserver 700", "turnserver:turnserver 400"),
        *("root:prosody 640", "root:root 700", "root:root 600"),
    ]


def test_all_services_show_what_is_renewed_and_go_on(deployed_to_change: Deployed, trusted: Path):
    deployed, meet = deployed_to_change, deployed_to_change.meet
    before, inside, running = served(deployed, trusted, 443), seen_by_bridge(deployed), processes(meet)
    meet.run(f"REQUESTS_CA_BUNDLE={CA_BUNDLE} certbot renew -q --force-renewal --no-random-sleep-on-renew", within=100)
    shown = [lambda port=port: served(deployed, trusted, port) for port in (443, 5349)]
    # Services are told by signals, and nobody answers these.
    until(lambda: before not in {one() for one in shown}, "the former certificate is shown")
    assert shown[0]() == shown[1]()
    assert meet.run("jitsi-migrate-certificates --check --days 91").count("issued") == 1
    assert seen_by_bridge(deployed) == inside
    meet.run("jitsi-migrate-certificates --days 91")
    until(lambda: seen_by_bridge(deployed) != inside, "the former certificate is shown to the bridge")
    assert processes(meet) == running
    assert meet.run("jitsi-migrate-certificates") == ""


def test_what_was_left_undone_or_changed_by_hand_is_put_right(deployed_to_change: Deployed, trusted: Path):
    deployed, meet = deployed_to_change, deployed_to_change.meet
    before = served(deployed, trusted, 443)
    # As if killed after certbot, before its hook.
    meet.run(f"cp /etc/prosody/certs/auth.{MEET}.crt /etc/coturn/certs/{MEET}.crt")
    meet.run(f"chmod 644 /etc/jitsi/meet/{MEET}.key; systemctl stop certbot.timer jitsi-migrate-certificates.timer")
    deployed.bridge.run("rm /usr/local/share/ca-certificates/jitsi-migrate-authority.crt")
    running = processes(meet)
    done = json.loads(deployed.site.run("--json", "deploy"))["data"]
    assert {host["host"]: host["counts"]["changed"] for host in done["hosts"]} == {MEET: 3, deployed.bridge.name: 2}
    assert (served(deployed, trusted, 443), served(deployed, trusted, 5349), processes(meet)) == (
        *(before, before),
        running,
    )


def test_days_are_read_from_files_and_from_services(deployed_to_change: Deployed):
    site = deployed_to_change.site
    told = certificates(site.run("--json", "certificates"))
    assert set(told) == {"web", "turn", "auth", "authority", "trusted"}
    assert {one["problem"] for one in told.values()} == {""}
    assert told["auth"]["days"] == 89
    deployed_to_change.meet.run("systemctl stop coturn")
    done = site.tried("--json", "certificates")
    assert done.returncode
    assert "Nobody shows it at port 5349" in certificates(done.stdout)["turn"]["problem"]


def certificates(said: str) -> Mapping[str, Mapping[str, Any]]:
    return {one["role"]: one for one in json.loads(said)["data"]["certificates"]}


def test_who_cannot_prove_the_name_is_told_why(deployed_to_change: Deployed):
    meet = deployed_to_change.meet
    # As somebody whom the ACME server never saw, for it remembers who proved a name.
    meet.run("rm -r /etc/letsencrypt/accounts /etc/letsencrypt/archive /etc/letsencrypt/live /etc/letsencrypt/renewal")
    set_name(deployed_to_change.bed, MEET, v4="198.51.100.99")
    try:
        done = deployed_to_change.site.tried("deploy", MEET)
    finally:
        set_name(deployed_to_change.bed, MEET, meet.v4, meet.v6)
    assert done.returncode
    assert f"the authority does not reach {MEET} at port 80" in " ".join(done.stdout.split())
