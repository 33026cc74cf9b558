"""Services of servers that are deployed: what does not run is told and repaired, and nothing else is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hosts.deployed import Deployed
from tests.hosts.host import Host
from tests.hosts.site import DOMAIN, Play
from tests.hosts.waiting import until
from tests.playbooks.modules import PLAYBOOKS

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(600)]

AUTH = f"auth.{DOMAIN}"
UNITS = ("prosody", "jicofo", "nginx", "coturn")


class Services:
    """Plays roles alone, or a part of one, on hosts that are deployed: what comes before takes its time."""

    def __init__(self, deployed: Deployed, path: Path) -> None:
        self.deployed = deployed
        self._path = path
        for name in ("library", "module_utils", "roles"):
            (path / name).symlink_to(PLAYBOOKS / name)

    def play(self, *parts: str, options: tuple[str, ...] = (), on: str = DOMAIN) -> Play:
        """Play roles, each by its name, or by its name and that of an entry point."""
        named = [dict(zip(("name", "tasks_from"), part.split("/"), strict=False)) for part in parts]
        tasks = [{"name": "Do it", "ansible.builtin.include_role": part} for part in named]
        play = {"name": "Some roles", "hosts": on, "gather_facts": False, "become": True, "tasks": tasks}
        (self._path / "play.yml").write_text(json.dumps([play]))
        return self.deployed.site.play(str(self._path / "play.yml"), *options)


@pytest.fixture
def services(deployed_to_change: Deployed, tmp_path: Path) -> Services:
    return Services(deployed_to_change, tmp_path)


def processes(host: Host, *units: str) -> str:
    return host.run(f"systemctl show --property=MainPID {' '.join(units)}")


def test_what_was_changed_by_hand_is_shown_and_repaired_and_nothing_else_is_touched(services: Services):
    meet = services.deployed.meet
    meet.run(f"printf 'other-password\\nother-password\\n' | prosodyctl passwd jvb@{AUTH}")
    meet.run("systemctl disable --quiet --now coturn; systemctl mask --quiet --now nginx")
    meet.run(f"rm /var/lib/prosody/{AUTH.replace('.', '%2e')}/roster/focus.dat")
    untouched = processes(meet, "prosody")
    checked = services.play("jitsi", "coturn", options=("--check", "--diff")).succeeded()
    for words in (f"changed_passwords: jvb@{AUTH}", f"subscribed: focus@{AUTH}"):
        assert words in checked.text
    for words in ("nginx: unmask, enable, start", "coturn: enable, start", "jicofo: restart"):
        # Jicofo reads its roster when it logs in, and it is not known to be older before the roster is written.
        assert words in checked.text
    assert meet.run("systemctl is-active nginx || true").strip() == "inactive"
    services.play("jitsi", "coturn").succeeded()
    assert meet.run(f"systemctl is-active {' '.join(UNITS)}").split() == ["active"] * len(UNITS)
    assert meet.run("systemctl is-enabled nginx coturn").split() == ["enabled"] * 2
    assert processes(meet, "prosody") == untouched
    running = processes(meet, *UNITS)
    assert services.play("jitsi", "coturn").succeeded().changed == []
    assert processes(meet, *UNITS) == running


def test_a_service_that_does_not_start_is_told_with_its_own_words(services: Services):
    holder = hold(services.deployed.meet, "nginx", 443)
    failed = services.play("jitsi")
    assert failed.message.startswith("nginx cannot be started")
    assert "0.0.0.0:443 failed (98: Address already in use)" in failed.message
    services.deployed.meet.run(f"kill {holder}")
    assert services.play("jitsi").succeeded().changed


def test_a_port_that_another_program_has_is_told_with_who_it_is(services: Services):
    holder = hold(services.deployed.meet, "prosody", 5222)
    failed = services.play("jitsi", options=("-e", "jitsi_timeout=2"))
    assert f"another program listens on port 5222/tcp, python3 (process {holder})" in failed.message


def test_a_jicofo_that_has_not_looked_yet_is_not_believed(services: Services):
    services.deployed.bridge.run("systemctl stop jitsi-videobridge2")
    services.deployed.meet.run("systemctl restart jicofo")
    failed = services.play("jitsi/healthy", options=("-e", "jitsi_timeout=1"))
    assert 'http://127.0.0.1:8888/stats still says: "bridge_count": 0' in failed.message


def test_a_bridge_is_drained_until_its_meetings_are_over(services: Services):
    bridge = services.deployed.bridge
    bridge.run("echo 2 >/run/stub_meetings")
    at_once = ("-e", '{"videobridge_drain_minutes": 0}')
    refused = services.play("videobridge/drained", options=at_once, on=bridge.name)
    assert "held on this bridge after 0 minutes: 2." in refused.message
    bridge.run("rm /run/stub_meetings")
    services.play("videobridge/drained", on=bridge.name).succeeded()
    ask = "import urllib.request as web; print(web.urlopen('http://127.0.0.1:8080/colibri/drain').read())"
    assert '"drain": true' in bridge.run(f'python3 -c "{ask}"')
    bridge.run("systemctl stop jitsi-videobridge2")
    assert services.play("videobridge/drained", on=bridge.name).succeeded().changed == []


def hold(host: Host, unit: str, port: int) -> str:
    """Give a service's port to another program, and return its process."""
    host.run(f"systemctl stop {unit}")
    holder = host.run(f"nohup python3 -m http.server {port} >/dev/null 2>&1 </dev/null & echo $!").strip()
    until(lambda: not host.tried(f"bash -c ': </dev/tcp/127.0.0.1/{port}'").returncode, "nobody holds the port")
    return holder
