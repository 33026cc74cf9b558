"""What somebody changed by hand on servers is shown, all of it and with nothing touched, and then put right."""

from __future__ import annotations

import json

import pytest

from tests.hosts.deployed import Deployed
from tests.hosts.jitsi import RELEASES
from tests.hosts.picture import differences, picture
from tests.hosts.servers import BRIDGE, MEET

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]

NEWER = RELEASES[1]["BRIDGE"]
AUTHORITY = "/usr/local/share/ca-certificates/jitsi-meet-authority.crt"
# By host: what somebody does, and the words that tell of it.
DRIFTS = {
    MEET: (
        ("echo '// mine' >>/etc/jitsi/meet/meet.example.org-config.js", "-// mine"),
        ("chmod 666 /etc/jitsi/jicofo/jicofo.conf", "/etc/jitsi/jicofo/jicofo.conf mode: 0666 -> 0640"),
        ("chown nobody /etc/turnserver.conf", "/etc/turnserver.conf owner: nobody -> root"),
        ("rm /etc/nginx/snippets/jitsi-meet-tls.conf", "/etc/nginx/snippets/jitsi-meet-tls.conf"),
        ("ln -sfn /dev/null /etc/nginx/sites-enabled/default", "/etc/nginx/sites-enabled/default"),
        ("systemctl -q stop jicofo", "jicofo: start"),
        ("systemctl -q mask --now nginx", "nginx: unmask, enable, start"),
        ("systemctl -q disable coturn", "coturn: enable"),
        ("systemctl -q disable --now jitsi-meet-certificates.timer", "jitsi-meet-certificates.timer"),
        ("nft add rule inet jitsi_migrate input tcp dport 8888 accept", "-\t\ttcp dport 8888 accept"),
        ("apt-mark -qq unhold jicofo", "+jicofo held"),
        ("echo 'Pin-Priority: 1' >>/etc/apt/preferences.d/jitsi-migrate", "/etc/apt/preferences.d/jitsi-migrate"),
        (
            "echo jicofo jicofo/jicofo-authpassword password other | debconf-set-selections",
            "jicofo/jicofo-authpassword",
        ),
        ("printf 'other\\nother\\n' | prosodyctl passwd jvb@auth.meet.example.org", "changed_passwords: jvb@auth"),
        ("rm /etc/jitsi/meet/meet.example.org.crt", "/etc/jitsi/meet/meet.example.org.crt"),
    ),
    BRIDGE: (
        ("nft flush ruleset", "+table inet jitsi_migrate"),
        (f"rm {AUTHORITY} && update-ca-certificates --fresh", AUTHORITY),
        (
            f"apt-get install -qq -y --allow-change-held-packages jitsi-videobridge2={NEWER}",
            f"-jitsi-videobridge2 {NEWER}",
        ),
    ),
}


def test_what_was_changed_by_hand_is_shown_and_then_repaired(deployed_to_change: Deployed):
    deployed = deployed_to_change
    hosts = deployed.bed.hosts
    before = {name: picture(hosts[name]) for name in DRIFTS}
    for name, drifts in DRIFTS.items():
        hosts[name].run(" && ".join(command for command, _ in drifts))
    drifted = {name: picture(hosts[name]) for name in DRIFTS}

    shown = deployed.site.run("deploy", "--check", "--diff")
    assert [words for drifts in DRIFTS.values() for _, words in drifts if words not in shown] == []
    assert {name: differences(drifted[name], picture(hosts[name])) for name in DRIFTS} == {name: [] for name in DRIFTS}

    deployed.site.run("deploy")
    assert {name: differences(before[name], picture(hosts[name])) for name in DRIFTS} == {name: [] for name in DRIFTS}
    assert not json.loads(deployed.site.run("--json", "deploy"))["data"]["changed"]
