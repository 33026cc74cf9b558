"""What somebody changed by hand on servers is shown, all of it and with nothing touched, and then put right."""

from __future__ import annotations

import pytest

from tests.hosts.deployed import Deployed, wait_until_idle
from tests.hosts.jitsi import RELEASES
from tests.hosts.picture import differences, pictures
from tests.hosts.servers import BRIDGE, MEET

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]

NEWER = RELEASES[1]["BRIDGE"]
AUTHORITY = "/usr/local/share/ca-certificates/jitsi-migrate-authority.crt"
# By host: what somebody does, and the words that tell of it.
DRIFTS = {
    MEET: (
        ("echo '// mine' >>/etc/jitsi/meet/meet.example.org-config.js", "-// mine"),
        ("chmod 666 /etc/jitsi/jicofo/jicofo.conf", "--- /etc/jitsi/jicofo/jicofo.conf (jicofo:jitsi 0666)"),
        ("chown nobody /etc/turnserver.conf", "--- /etc/turnserver.conf (nobody:turnserver 0640)"),
        ("rm /etc/nginx/snippets/jitsi-meet-tls.conf", "+++ /etc/nginx/snippets/jitsi-meet-tls.conf"),
        ("ln -sfn /dev/null /etc/nginx/sites-enabled/default", "-a symbolic link to /dev/null"),
        ("systemctl -q stop jicofo", "jicofo: start"),
        ("systemctl -q mask --now nginx", "nginx: unmask, enable, start"),
        ("systemctl -q disable coturn", "coturn: enable"),
        ("systemctl -q disable --now jitsi-migrate-certificates.timer", "See that certificates are kept good each day"),
        ("nft add rule inet jitsi_migrate input tcp dport 8888 accept", "-       tcp dport 8888 accept"),
        ("apt-mark -qq unhold jicofo", "+jicofo held"),
        ("echo 'Pin-Priority: 1' >>/etc/apt/preferences.d/jitsi-migrate", "-Pin-Priority: 1"),
        (
            "echo jicofo jicofo/jicofo-authpassword password other | debconf-set-selections",
            "+jicofo/jicofo-authpassword: answered",
        ),
        ("printf 'other\\nother\\n' | prosodyctl passwd jvb@auth.meet.example.org", "changed_passwords: jvb@auth"),
        ("rm /etc/jitsi/meet/meet.example.org.crt", "Issue, copy and show certificates that are not up to date"),
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
    before = pictures(deployed.bed)
    for name, drifts in DRIFTS.items():
        hosts[name].run(" && ".join(command for command, _ in drifts))
    drifted = pictures(deployed.bed)

    shown = deployed.site.run("deploy", "--check", "--diff")
    assert [words for drifts in DRIFTS.values() for _, words in drifts if words not in shown] == []
    assert differences(drifted, pictures(deployed.bed)) == []

    deployed.site.play("jitsi_meet_deploy.yml").succeeded()
    assert differences(before, pictures(deployed.bed), "process") == []
    # Of keys and passwords a picture shows only that they are there.
    wait_until_idle(deployed.bed)
