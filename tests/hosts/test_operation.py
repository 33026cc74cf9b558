"""What somebody who runs a server relies on after it was deployed: who breaks down comes back, or is found."""

from __future__ import annotations

import pytest

from tests.hosts.deployed import Deployed
from tests.hosts.host import Host
from tests.hosts.site import PATIENCE
from tests.hosts.waiting import until

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]


def main_process(host: Host, unit: str) -> str:
    return host.run(f"systemctl show --property=MainPID --value {unit}").strip()


def test_jicofo_is_watched_though_it_has_a_start_script_only(deployed_to_change: Deployed):
    meet = deployed_to_change.meet
    first = main_process(meet, "jicofo")
    assert first != "0"
    # It breaks down, and comes back.
    meet.run(f"kill -KILL {first}")
    until(lambda: main_process(meet, "jicofo") not in ("0", first), "Jicofo did not come back")
    until(lambda: "LISTEN" in meet.run("ss -Hltn sport = :8888"), "Jicofo does not serve")
    # A restart waits until the old one has ended.
    meet.run("systemctl restart jicofo")
    assert meet.run("pgrep -cu jicofo").strip() == "1"
    # Stopped by hand, it is neither failed nor called running.
    meet.run("systemctl stop jicofo")
    assert meet.tried("systemctl is-active jicofo").stdout.strip() == "inactive"
    assert "jicofo" in deployed_to_change.site.run("deploy", "--check", "--diff")


@pytest.mark.exhaustive
def test_a_deployment_by_which_no_meeting_can_be_held_fails_and_says_why(deployed_to_change: Deployed):
    # Prosody forgets the room of bridges in a way that no file of a bundle shows.
    deployed_to_change.meet.run("prosodyctl shell module unload muc internal.auth.meet.example.org")
    deployed_to_change.meet.run("systemctl restart jicofo")
    play = deployed_to_change.site.play("jitsi_meet_deploy.yml", "-e", "jitsi_timeout=15", within=PATIENCE)
    assert play.returncode != 0
    assert 'jicofo does not work 15 s later: http://127.0.0.1:8888/stats still says: "bridge_count": 0' in play.message
