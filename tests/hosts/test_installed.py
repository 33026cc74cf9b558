"""What was installed: the release that was chosen, held there, and nothing that would change it."""

from __future__ import annotations

import pytest

from tests.hosts.deployed import Deployed
from tests.hosts.jitsi import RELEASES
from tests.hosts.servers import BRIDGE, MEET

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

PIN = RELEASES[0]
HELD = {
    MEET: {
        "jicofo": PIN["JICOFO"],
        "jitsi-meet-prosody": PIN["WEB"],
        "jitsi-meet-web": PIN["WEB"],
        "jitsi-meet-web-config": PIN["WEB"],
    },
    BRIDGE: {"jitsi-videobridge2": PIN["BRIDGE"]},
}
# Where they would come from is there; both of them edit what was rendered.
KEPT_OUT = ("jitsi-meet-turnserver", "jitsi-meet-tokens")
UNITS = {
    MEET: ("prosody", "jicofo", "nginx", "coturn", "nftables", "certbot.timer", "jitsi-migrate-certificates.timer"),
    BRIDGE: ("jitsi-videobridge2", "nftables"),
}


def test_the_packages_of_the_release_are_held_at_the_pin_though_a_newer_one_is_there(deployed: Deployed):
    for name, host in deployed.bed.hosts.items():
        assert set(host.run("apt-mark showhold").split()) == set(HELD[name])
        told = host.run(f"dpkg-query -Wf '${{Package}} ${{Version}}\\n' {' '.join(HELD[name])}")
        assert dict(line.split() for line in told.splitlines()) == HELD[name]
        assert RELEASES[1]["MEET"] in host.run("apt-cache madison jitsi-meet")
        # Not even an upgrade that changes whatever it likes moves them.
        assert "jitsi" not in host.run("apt-get -s dist-upgrade | grep ^Inst || :")


def test_packages_that_edit_what_was_rendered_cannot_even_be_installed(deployed: Deployed):
    for host in deployed.bed.hosts.values():
        for package in KEPT_OUT:
            assert host.tried(f"dpkg -s {package}").returncode
            assert "has no installation candidate" in host.tried(f"apt-get -s install {package} 2>&1").stdout


def test_services_run_and_start_with_the_server(deployed: Deployed):
    for name, host in deployed.bed.hosts.items():
        assert host.run(f"systemctl is-enabled {' '.join(UNITS[name])}").split() == ["enabled"] * len(UNITS[name])
        assert host.run(f"systemctl is-active {' '.join(UNITS[name])}").split() == ["active"] * len(UNITS[name])
        assert host.run("systemctl --failed --no-legend --plain") == ""
        assert host.tried("ls /usr/sbin/policy-rc.d").returncode
