"""What somebody who runs a server relies on after it was deployed: who breaks down comes back, or is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hosts.bed import Bed
from tests.hosts.host import Host
from tests.hosts.servers import GROUPS
from tests.hosts.site import PATIENCE, Site, make_site
from tests.hosts.waiting import until

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]

MEET = "meet.example.org"


@pytest.fixture
def site(servers_to_change: Bed, tmp_path: Path) -> Site:
    made = make_site(servers_to_change, tmp_path, GROUPS)
    made.run("deploy", "--accept-new-host-keys", within=PATIENCE)
    return made


def main_process(host: Host, unit: str) -> str:
    return host.run(f"systemctl show --property=MainPID --value {unit}").strip()


def test_jicofo_is_watched_though_it_has_a_start_script_only(site):
    meet = site.bed.hosts[MEET]
    first = main_process(meet, "jicofo")
    assert first != "0"
    # It breaks down, and comes back.
    meet.run(f"kill -KILL {first}")
    until(lambda: main_process(meet, "jicofo") not in ("0", first), "Jicofo did not come back")
    until(lambda: "LISTEN" in meet.run("ss -Hltn sport = :8888"), "Jicofo does not serve")
    # A restart waits until the old one has ended.
    meet.run("systemctl restart jicofo")
    assert meet.run("pgrep -cu jicofo").strip() == "1"
    # Stopped for good, it is found and started.
    meet.run("systemctl stop jicofo")
    assert meet.run("systemctl is-failed jicofo || true").strip() == "inactive"
    assert "jicofo" in site.run("deploy", "--check", "--diff")
    site.run("deploy", within=PATIENCE)
    assert main_process(meet, "jicofo") != "0"


def test_a_deployment_by_which_no_meeting_can_be_held_fails_and_says_why(site):
    meet = site.bed.hosts[MEET]
    # Prosody forgets who Jicofo is in a way that no file of a bundle shows.
    meet.run("prosodyctl shell module unload muc internal.auth.meet.example.org")
    meet.run("systemctl restart jicofo")
    done = site.tried("deploy", within=PATIENCE)
    assert done.returncode != 0
    assert "jicofo does not work" in done.stderr + done.stdout
    assert "/about/health" in done.stderr + done.stdout
