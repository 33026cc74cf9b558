"""A host that others use is not touched unless its owner says so, and then all that was there is saved."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts.bed import Bed
from tests.hosts.host import Host
from tests.playbooks.modules import PLAYBOOKS
from tests.readers import program

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

STATE = "/var/lib/jitsi-migrate"
PLAY = """
- hosts: meet.example.org
  gather_facts: false
  tasks:
    - jitsi_migrate_adopt: {domain: "{{ domain }}", paths: "{{ paths }}", adopt: "{{ adopt }}"}
"""
VARIABLES = {
    "domain": "meet.example.org",
    "paths": ["/etc/nftables.conf", "/etc/sysctl.d/30-jitsi-meet.conf"],
    "adopt": False,
}


@pytest.fixture
def meet(servers: Bed) -> Iterator[Host]:
    yield servers.hosts["meet.example.org"]
    servers.hosts["meet.example.org"].renew()


def take(host: Host, tmp_path: Path, *options: str, **variables: object) -> dict[str, object]:
    """Run the guard, and return what it answers."""
    (tmp_path / "play.yml").write_text(PLAY)
    environment = {
        **os.environ,
        "ANSIBLE_HOME": str(tmp_path),
        "ANSIBLE_LIBRARY": str(PLAYBOOKS / "library"),
        "ANSIBLE_MODULE_UTILS": str(PLAYBOOKS / "module_utils"),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.oneline",
        "ANSIBLE_PIPELINING": "1",
        # A connection that is shared is known by the address alone, which hosts of other test runs have, too.
        "ANSIBLE_SSH_ARGS": "-o ControlMaster=no",
    }
    words = ("-i", host.bed.inventory, "-e", json.dumps({**VARIABLES, **variables}), *options, tmp_path / "play.yml")
    done = host.bed.place.tried(program("ansible-playbook", "ansible-core"), "-v", *words, env=environment)
    line = next(line for line in done.stdout.splitlines() if line.startswith(host.name))
    return json.loads(line[line.index("{") :])


def test_a_fresh_host_is_taken_once(meet: Host, tmp_path: Path):
    checked = take(meet, tmp_path, "--check")
    assert checked["changed"]
    assert meet.tried(f"ls {STATE}").returncode
    assert take(meet, tmp_path)["changed"]
    assert json.loads(meet.run(f"cat {STATE}/ours"))["domain"] == "meet.example.org"
    # What came since is ours, be it half an installation.
    meet.run("echo changed >>/etc/sysctl.d/30-jitsi-meet.conf")
    assert not take(meet, tmp_path)["changed"]
    assert "the deployment of meet.example.org" in take(meet, tmp_path, domain="other.example.org")["msg"]


def test_what_others_set_up_is_let_alone_and_saved_before_it_is_taken_over(meet: Host, tmp_path: Path):
    meet.run("apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install nginx ufw", within=120)
    meet.run("echo server >/etc/nginx/sites-available/others")
    meet.run("ufw allow 22/tcp && ufw --force enable")
    meet.run("echo 'vm.swappiness = 1' >/etc/sysctl.d/30-jitsi-meet.conf")
    refused = take(meet, tmp_path)
    for words in ("a web server (nginx 1.", "a firewall (ufw)", "/etc/sysctl.d/30-jitsi-meet.conf", "--adopt"):
        assert words in refused["msg"]
    assert "/etc/nftables.conf" not in refused["msg"]
    assert meet.tried(f"ls {STATE}").returncode
    assert take(meet, tmp_path, "--check", adopt=True)["stopped"] == ["ufw.service"]
    assert meet.tried(f"ls {STATE}").returncode
    taken = take(meet, tmp_path, adopt=True)
    saved = taken["saved"]
    assert meet.run(f"stat -c '%a %U' {saved} {STATE}/adopted").split() == ["600", "root", "700", "root"]
    names = meet.run(f"tar -tf {saved}").split()
    for name in ("etc/nginx/sites-available/others", "etc/ufw/ufw.conf", "etc/sysctl.d/30-jitsi-meet.conf"):
        assert name in names
    assert "nginx 1." in meet.run(f"tar -xOf {saved} packages.txt")
    assert "ufw.service" in meet.run(f"tar -xOf {saved} units.txt")
    assert meet.tried("systemctl is-enabled ufw").stdout.strip() == "disabled"
    assert not take(meet, tmp_path, adopt=True)["changed"]
