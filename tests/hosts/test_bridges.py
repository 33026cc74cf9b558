"""Bridges come and fail, and the other hosts go on."""

from __future__ import annotations

import json

import pytest

from tests.hosts.deployed import SETTINGS, Deployed, wait_until_idle
from tests.hosts.servers import BRIDGE, GROUPS, MEET
from tests.hosts.site import DOMAIN

pytestmark = [pytest.mark.hosts, pytest.mark.exhaustive, pytest.mark.slow, pytest.mark.timeout(600)]

# coturn reads its list of bridges only when it starts.
STARTS = "systemctl show --value --property=InvocationID jicofo nginx prosody"
WHITELIST = f"prosodyctl shell config get conference.{DOMAIN} rate_limit_whitelist"


def test_a_bridge_is_added_with_the_web_server_that_lets_it_in(deployed_to_change: Deployed):
    site, meet, bridge = deployed_to_change.site, deployed_to_change.meet, deployed_to_change.bridge
    settings = site.path / "migrate.toml"
    known = settings.read_text()
    other = known.replace(f'"{bridge.v4}"', '"198.51.100.200"').replace(f'"{bridge.v6}"', '"2001:db8::200"')
    settings.write_text(other)
    site.run("render")
    site.run("deploy", "--limit", MEET)
    bridge.renew()
    running = meet.run(STARTS)
    assert bridge.v4 not in meet.run(WHITELIST)

    settings.write_text(known)
    site.run("render")
    refused = site.tried("deploy", "--limit", BRIDGE)
    assert refused.returncode
    together = f"deploy --limit {MEET},{BRIDGE}"
    assert together in " ".join(refused.stdout.split())
    assert bridge.tried("dpkg --status jitsi-videobridge2").returncode
    site.run(*together.split())
    wait_until_idle(deployed_to_change.bed)
    assert meet.run(STARTS) == running
    assert bridge.v4 in meet.run(WHITELIST)


def test_a_turn_server_that_moved_is_on_its_new_host_alone(deployed_to_change: Deployed):
    site, meet, bridge = deployed_to_change.site, deployed_to_change.meet, deployed_to_change.bridge
    site.write(f'{SETTINGS}turn.domain = "{BRIDGE}"\n', {**GROUPS, "coturn": (BRIDGE,)})
    site.run("deploy")
    asked = "systemctl is-active coturn; systemctl is-enabled coturn"
    assert [host.tried(asked).stdout.split() for host in (meet, bridge)] == [
        ["inactive", "disabled"],
        ["active", "enabled"],
    ]
    site.run("deploy", "--check", "--detailed-exitcode")


def test_a_host_that_is_not_reached_keeps_no_other_from_being_deployed(deployed_to_change: Deployed):
    site, hosts = deployed_to_change.site, deployed_to_change.bed.hosts
    for host in hosts.values():
        host.run("chmod 600 /etc/nftables.conf")
    inventory = site.path / "inventory.ini"
    reachable = inventory.read_text()
    for away in (BRIDGE, MEET):
        rest = MEET if away == BRIDGE else BRIDGE
        inventory.write_text(reachable.replace(f"ansible_host={hosts[away].v4}", "ansible_host=203.0.113.1"))
        told = site.tried("--json", "deploy")
        assert told.returncode == 5
        named = {host["host"]: host for host in json.loads(told.stdout)["data"]["hosts"]}
        assert [name for name, host in named.items() if host["failures"]] == [away]
        assert named[away]["failures"][0]["code"] == "no-route"
        assert _mode(deployed_to_change, rest) == "640"
    inventory.write_text(reachable)
    site.run("deploy")
    assert [_mode(deployed_to_change, name) for name in hosts] == ["640", "640"]


def _mode(deployed: Deployed, name: str) -> str:
    return deployed.bed.hosts[name].run("stat --format=%a /etc/nftables.conf").strip()
