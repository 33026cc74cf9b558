"""Certificates on real servers: from the first that signs itself to those that renew while people are connected."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import CompletedProcess
from time import monotonic

import pytest

from migrate.core.bundle import Bundle
from migrate.core.manifest import data_of, manifest_of
from tests.deployments import product
from tests.hosts.acme import CA_BUNDLE, DIRECTORY, root
from tests.hosts.bed import Bed
from tests.hosts.host import Host
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
export DEBIAN_FRONTEND=noninteractive
apt-get -qq install --no-install-recommends prosody nginx coturn certbot 2>&1
rm /usr/sbin/policy-rc.d
mkdir -p /etc/jitsi/meet
getent passwd turnserver
getent group turnserver
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
        done = self.tried(name, *options)
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout

    def tried(self, name: str = "play.yml", *options: str) -> CompletedProcess[str]:
        """Run a playbook that may fail."""
        command = (program("ansible-playbook", "ansible-core"), "-i", self.path / "inventory.ini", self.path / name)
        environment = {**os.environ, "ANSIBLE_HOME": str(self.path / "home"), "ANSIBLE_NOCOLOR": "1"}
        variables = f"@{self.path}/build/vars.yml"
        return self.bed.place.tried(*command, "-e", variables, *options, env=environment, within=200)


@pytest.fixture(scope="module")
def site(servers: Bed, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Deploy once, to servers that were never deployed to."""
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
    # Like a server that ran before the authority was there, for it began in an earlier second.
    made = Site(servers, path)
    said = made.play()
    assert "restart ['jitsi-videobridge2']" in said
    bridge.run("systemctl restart jitsi-videobridge2")
    (path / "root.pem").write_text(root(servers))
    return made


@pytest.fixture
def meet(site: Site) -> Host:
    return site.bed.hosts["meet.example.org"]


@pytest.fixture
def bridge(site: Site) -> Host:
    return site.bed.hosts["bridge.example.org"]


def write(directory: Path, bundle: Bundle) -> None:
    """Write the part of a bundle that has to do with certificates."""
    files = tuple(file for file in bundle.files if PARTS.search(file.placement.path))
    for file in files:
        path = Path(f"{directory}/files{file.placement.path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data_of(file))
    (directory / "manifest.json").write_text(json.dumps(manifest_of(replace(bundle, files=files))))


def served(site: Site, port: int) -> str:
    """Return the serial number of what browsers and TURN clients are shown, which they must accept."""
    trusting = ("-CAfile", site.path / "root.pem", "-verify_return_error", "-verify_hostname", "meet.example.org")
    said = site.bed.place.run("openssl", "s_client", "-connect", f"meet.example.org:{port}", *trusting)
    return serial(site, said)


def serial(site: Site, said: str) -> str:
    """Return the serial number of the first certificate in a text."""
    return site.bed.place.run("openssl", "x509", "-noout", "-serial", text=said).strip()


def seen_by_bridge(site: Site, bridge: Host) -> str:
    """Return the serial number of what Prosody shows, which the bridge's own trust must accept."""
    asked = "openssl s_client -connect meet.example.org:5222 -starttls xmpp -xmpphost auth.meet.example.org"
    trusting = "-CApath /etc/ssl/certs -verify_return_error -verify_hostname auth.meet.example.org"
    return serial(site, bridge.run(f"{asked} {trusting} </dev/null"))


def processes(host: Host) -> str:
    return host.run("systemctl show --property=MainPID,NRestarts prosody nginx coturn")


def changed(said: str) -> dict[str, int]:
    return {name: int(count) for name, count in re.findall(r"^(\S+) +: .*changed=(\d+)", said, re.MULTILINE)}


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so: services are told by signals, and nobody answers these."""
    deadline = monotonic() + 10
    while not condition():
        assert monotonic() < deadline


def test_everybody_is_shown_a_certificate_that_they_accept(site: Site, bridge: Host):
    assert served(site, 443) == served(site, 5349)
    assert seen_by_bridge(site, bridge)


def test_the_second_run_changes_nothing_and_asks_no_authority(site: Site, meet: Host):
    before = processes(meet), meet.run("stat -c %y /var/log/letsencrypt/*.log")
    said = site.play()
    assert changed(said) == {"meet.example.org": 0, "bridge.example.org": 0}
    assert "restart ['" not in said
    assert (processes(meet), meet.run("stat -c %y /var/log/letsencrypt/*.log")) == before


def test_keys_are_for_their_services_only(meet: Host):
    shown = meet.run(
        "stat -c '%U:%G %a %n' /etc/jitsi/meet/*.key /etc/coturn/certs /etc/coturn/certs/*.key"
        " /etc/prosody/certs/auth*.key /var/lib/jitsi-migrate/authority /var/lib/jitsi-migrate/authority/ca.key"
    )
    assert [line.rsplit(" ", 1)[0] for line in shown.splitlines()] == [
        *("root:root 600", "turnserver:turnserver 700", "turnserver:turnserver 400"),
        *("root:prosody 640", "root:root 700", "root:root 600"),
    ]


def test_nginx_and_coturn_show_what_certbot_renews_and_go_on(site: Site, meet: Host):
    before, running = served(site, 443), processes(meet)
    meet.run(f"REQUESTS_CA_BUNDLE={CA_BUNDLE} certbot renew -q --force-renewal --no-random-sleep-on-renew", within=100)
    until(lambda: before not in {served(site, 443), served(site, 5349)})
    assert served(site, 443) == served(site, 5349)
    assert processes(meet) == running


def test_prosody_shows_what_the_authority_renews_and_the_bridge_needs_nothing(site: Site, meet: Host, bridge: Host):
    before, running = seen_by_bridge(site, bridge), processes(meet)
    assert meet.run("jitsi-meet-certificates --check --days 91").count("issued") == 1
    assert seen_by_bridge(site, bridge) == before
    meet.run("jitsi-meet-certificates --days 91")
    until(lambda: seen_by_bridge(site, bridge) != before)
    assert processes(meet) == running
    assert meet.run("jitsi-meet-certificates") == ""


def test_what_was_left_undone_or_changed_by_hand_is_shown_and_put_right(site: Site, meet: Host, bridge: Host):
    before, running = served(site, 443), processes(meet)
    # As if killed after certbot, before its hook.
    meet.run("cp /etc/prosody/certs/auth.meet.example.org.crt /etc/coturn/certs/meet.example.org.crt")
    meet.run(
        "chmod 644 /etc/jitsi/meet/meet.example.org.key; systemctl stop certbot.timer jitsi-meet-certificates.timer"
    )
    bridge.run("rm /usr/local/share/ca-certificates/jitsi-meet-authority.crt")
    assert changed(site.play("play.yml", "--check")) == {"meet.example.org": 3, "bridge.example.org": 1}
    site.play()
    assert (served(site, 443), served(site, 5349), processes(meet)) == (before, before, running)
    bridge.run("systemctl restart jitsi-videobridge2")
    assert changed(site.play("play.yml", "--check")) == {"meet.example.org": 0, "bridge.example.org": 0}


def test_days_are_read_from_files_and_from_services(site: Site, meet: Host):
    said = site.play("jitsi_meet_certificates.yml", "-v")
    found = [json.loads(text) for text in re.findall(r"=> (\{.*\})", said)]
    told = {one["role"]: one for host in found for one in host["certificates"]}
    assert set(told) == {"web", "turn", "auth", "authority", "trusted"}
    assert {one["problem"] for one in told.values()} == {""}
    assert told["auth"]["days"] == 89
    meet.run("systemctl stop coturn")
    said = site.play("jitsi_meet_certificates.yml", "-v")
    assert "Nobody shows it at port 5349" in said
    meet.run("systemctl start coturn")


def test_who_cannot_prove_the_name_is_told_why(site: Site, meet: Host):
    # As somebody whom the ACME server never saw, for it remembers who proved a name.
    meet.run("systemctl stop nginx; mkdir /srv/known; cd /etc/letsencrypt; mv accounts archive live renewal /srv/known")
    # Nginx would be started by the play.
    (site.path / "alone.yml").write_text(PLAY.replace("loop: [prosody, nginx, coturn]", "loop: []"))
    done = site.tried("alone.yml", "--limit", "meet.example.org")
    meet.run("cd /etc/letsencrypt; rm -rf accounts; mv /srv/known/* .; systemctl start nginx")
    assert done.returncode
    assert "the authority does not reach meet.example.org at port 80" in done.stdout
