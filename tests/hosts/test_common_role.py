"""What a deployment installs, by the role, from repositories as users have them: real programs and stub packages."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.deployments import SECRETS, product, texts
from tests.hosts.bed import PACKAGES, Bed
from tests.hosts.host import Host
from tests.hosts.network import astray
from tests.playbooks.modules import PLAYBOOKS
from tests.readers import program

pytestmark = [pytest.mark.hosts, pytest.mark.exhaustive, pytest.mark.slow, pytest.mark.timeout(400)]

PLAY = """
- hosts: bridge.example.org
  gather_facts: false
  roles: [common]
  tasks:
    - ansible.builtin.debug:
        msg: "answered {{ common_installed | ansible.builtin.to_json | ansible.builtin.b64encode }}"
"""
SETTINGS = f"""
domain = "meet.example.org"
prosody = "13.0"
repositories.jitsi = "https://{PACKAGES}"
repositories.jitsi_key = "jitsi.asc"
"""
STUBS = {
    "jicofo": "1.0-1186-1",
    "jitsi-meet-prosody": "1.0.9220-1",
    "jitsi-meet-web": "1.0.9220-1",
    "jitsi-meet-web-config": "1.0.9220-1",
    "jitsi-videobridge2": "2.3-302-g4bb0aead1-1",
}
SERVICES = ("nginx", "prosody", "coturn", "jicofo", "jitsi-videobridge2")


@dataclass(frozen=True)
class Fresh:
    """A fresh server, and the role on it."""

    host: Host
    path: Path

    def play(self, *options: str) -> dict[str, object]:
        """Return what the role's module answered."""
        play = program("ansible-playbook", "ansible-core")
        done = self.host.bed.place.tried(
            *(play, "-i", self.host.bed.inventory, "-e", f"@{self.path / 'vars.json'}", "play.yml", *options),
            env={**os.environ, "ANSIBLE_HOME": str(self.path / "home")},
            cwd=self.path,
            within=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert not [secret for secret in SECRETS.values() if secret in done.stdout]
        (answer,) = re.findall(r'"answered (\S+)"', done.stdout)
        return json.loads(base64.b64decode(answer))


@pytest.fixture
def fresh(servers: Bed, tmp_path: Path) -> Iterator[Fresh]:
    host, path = servers.hosts["bridge.example.org"], tmp_path
    for name in ("library", "module_utils", "roles"):
        (path / name).symlink_to(PLAYBOOKS / name)
    (path / "play.yml").write_text(PLAY)
    (path / "jitsi.asc").write_text((servers.path / "jitsi" / "jitsi-key.gpg.key").read_text())
    site = product(SETTINGS, site=path)
    told = yaml.safe_load(site.variables().text)
    (path / "answers").write_text(texts(site.bundle("meet.example.org"))["/var/lib/jitsi-migrate/jitsi-meet.debconf"])
    variables = {
        "common_domain": "meet.example.org",
        "common_distribution": told["jitsi_meet_distribution"],
        "common_packages": told["jitsi_meet_servers"]["meet.example.org"]["packages"],
        "common_release": told["jitsi_meet_release"],
        "common_kept_out": told["jitsi_meet_packages_kept_out"],
        "common_repositories": told["jitsi_meet_repositories"],
        "common_answers": str(path / "answers"),
    }
    (path / "vars.json").write_text(json.dumps(variables))
    # Few servers have backports in their own sources.
    host.renew()
    host.run("sed -i 's/ bookworm-backports//' /etc/apt/sources.list.d/debian.sources")
    yield Fresh(host, path)
    host.renew()


def test_all_is_installed_at_the_pin_and_nothing_runs(fresh: Fresh):
    host = fresh.host
    checked = fresh.play("--check", "--diff")
    with astray(host.bed.place) as packets:
        first = fresh.play("--diff", "-vvv")
    assert packets == []
    assert checked["packages"] == first["packages"]
    assert {name: first["packages"][name] for name in STUBS} == STUBS
    assert first["packages"]["prosody"].startswith("13.0.")
    assert not {"jitsi-meet", "jitsi-meet-turnserver", "jitsi-meet-tokens"} & first["packages"].keys()
    assert host.run("apt-mark showhold").split() == sorted(STUBS)
    states = host.tried(f"systemctl is-active {' '.join(SERVICES)}").stdout.split()
    assert states == ["inactive"] * len(SERVICES)
    assert host.tried("pgrep -l 'java|lua|nginx|turnserver|python3'").stdout == ""
    assert host.run("ls /etc/apt/sources.list.d").split() == ["backports.sources", "debian.sources", "jitsi.sources"]
