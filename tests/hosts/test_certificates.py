"""Certificates on real servers: from the first that signs itself to those that renew while people are connected."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from migrate.core.bundle import Bundle
from migrate.core.manifest import data_of, manifest_of
from tests.deployments import product
from tests.hosts.acme import CA_BUNDLE, DIRECTORY
from tests.hosts.bed import Bed
from tests.hosts.servers import GROUPS
from tests.playbooks.bundles import PLAYBOOKS
from tests.readers import program

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

SETTINGS = f"""
domain = "meet.example.org"
certificate.server = "{DIRECTORY}"
certificate.ca_bundle = "{CA_BUNDLE}"
certificate.email = "admin@example.org"
"""
# Of the bundle, what has to do with certificates; the rest needs packages that only stand in for Jitsi's.
PARTS = re.compile(r"/etc/(nginx|prosody|turnserver|letsencrypt|default/jitsi-meet)|/jitsi-meet-cert|/certbot|/coturn")
INSTALL = """set -e
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends prosody nginx coturn certbot >/dev/null 2>/run/apt.log || { cat /run/apt.log; exit 1; }
rm /usr/sbin/policy-rc.d
mkdir -p /etc/jitsi/meet
"""
PLAY = """
- hosts: jitsi_meet:jitsi_videobridge
  gather_facts: false
  vars:
    web: "{{ 'jitsi_meet' in group_names }}"
    certificate_domain: "{{ jitsi_meet_domain }}"
    certificate_names: "{{ jitsi_meet_servers[inventory_hostname].certificate_names }}"
    certificate_server: "{{ jitsi_meet_certificate.server }}"
    certificate_ca_bundle: "{{ jitsi_meet_certificate.ca_bundle }}"
    certificate_authority_host: "{{ groups.jitsi_meet[0] }}"
    certificate_trusting: "{{ [] if web else ['jitsi-videobridge2'] }}"
  tasks:
    - include_role: {name: certificate}
      vars:
        certificate_web: "{{ jitsi_meet_certificate | dict2items | selectattr('key', 'in', ['certificate', 'key'])
          | items2dict if web else {} }}"
        certificate_turn: "{{ jitsi_meet_turn | dict2items | selectattr('key', 'in', ['certificate', 'key'])
          | items2dict if web else {} }}"
    - include_role: {name: bundle}
      when: web
      vars: {bundle_directory: "{{ inventory_dir }}/build/{{ inventory_hostname }}"}
    - include_role: {name: certificate, tasks_from: issued}
    - include_role: {name: certificate, tasks_from: trusted}
    - ansible.builtin.debug: {msg: "restart {{ certificate_trusted.restart }}"}
    - ansible.builtin.systemd_service: {name: "{{ item }}", state: started}
      loop: [prosody, nginx, coturn]
      when: web
    - include_role: {name: certificate, tasks_from: public}
      when: web
"""
BRIDGE = """[Service]
ExecStart=/bin/sleep infinity
"""


@dataclass(frozen=True)
class Site:
    """A site directory from which the two servers are made."""

    bed: Bed
    path: Path

    def play(self, name: str = "play.yml", *options: str) -> str:
        """Run a playbook, and return all that was said."""
        command = (program("ansible-playbook", "ansible-core"), "-i", self.path / "inventory.ini", self.path / name)
        environment = {**os.environ, "ANSIBLE_HOME": str(self.path / "home"), "ANSIBLE_NOCOLOR": "1"}
        done = self.bed.place.tried(
            *command, "-e", f"@{self.path}/build/vars.yml", *options, env=environment, within=200
        )
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def site(servers: Bed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("site")
    for name in ("library", "module_utils", "roles", "jitsi_meet_certificates.yml"):
        (path / name).symlink_to(PLAYBOOKS / name)
    (path / "play.yml").write_text(PLAY)
    (path / "inventory.ini").write_text(servers.inventory.read_text())
    inventory = "".join(f"[{group}]\n" + "\n".join(names) + "\n" for group, names in GROUPS.items())
    deployed = product(SETTINGS, inventory)
    write(path / "build/meet.example.org", deployed.bundle("meet.example.org"))
    (path / "build/vars.yml").write_text(deployed.variables().text)
    meet, bridge = servers.hosts.values()
    meet.run(INSTALL, within=200)
    bridge.run("cat >/etc/systemd/system/jitsi-videobridge2.service", text=BRIDGE)
    bridge.run("systemctl daemon-reload && systemctl start jitsi-videobridge2")
    yield Site(servers, path)


def write(directory: Path, bundle: Bundle) -> None:
    """Write the part of a bundle that has to do with certificates."""
    files = tuple(file for file in bundle.files if PARTS.search(file.placement.path))
    part = replace(bundle, files=files)
    for file in files:
        path = Path(f"{directory}/files{file.placement.path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data_of(file))
    (directory / "manifest.json").write_text(json.dumps(manifest_of(part)))


def test_try(site):
    print(site.play())
    print(site.play())
    print(site.play("jitsi_meet_certificates.yml", "-v"))
