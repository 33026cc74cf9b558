"""The firewall on real servers: what is in force is what was rendered, and nobody is shut out for good."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import pytest

from migrate.core.bundle import Bundle, Placement, ServerFile
from migrate.core.manifest import data_of, manifest_of
from tests.hosts.bed import Bed, Host
from tests.playbooks.modules import PLAYBOOKS
from tests.readers import program

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

RULES = Path(__file__).parents[1] / "data/deployment/minimal/meet.example.org/etc/nftables.conf"
FILE = "/etc/nftables.conf"
PLAY = """
- hosts: bridge.example.org
  gather_facts: false
  roles: [bundle, firewall]
"""
LOADED_ONLY = """
- hosts: bridge.example.org
  gather_facts: false
  roles: [bundle]
  tasks:
    - jitsi_migrate_firewall:
        rules: "{{ lookup('ansible.builtin.file', firewall_file, rstrip=false) }}"
        patience: 600
"""
PLACED_ONLY = """
- hosts: bridge.example.org
  gather_facts: false
  roles: [bundle]
"""
# Under these names its disk is kept.
FILTERING, RESTARTED = "filtering", "restarted"
# Short enough to be waited for, where nobody comes in.
PATIENCE = 5
OTHERS = "table inet others {\n\tchain input {\n\t}\n}\n"
WITHOUT = """\
#!/bin/sh
exec setpriv --bounding-set=-{right} /usr/bin/python3 "$@"
"""


class Deployer:
    """Plays the roles bundle and firewall with some rules."""

    def __init__(self, bed: Bed, host: Host, path: Path) -> None:
        self.host = host
        self._bed = bed
        self._path = path
        for name in ("library", "module_utils", "roles"):
            (path / name).symlink_to(PLAYBOOKS / name)

    def play(self, rules: str, *options: str, enabled: bool = True, play: str = PLAY, **more: object) -> str:
        """Return what Ansible says."""
        self._write(rules if enabled else "")
        (self._path / "play.yml").write_text(play)
        variables = {
            "bundle_directory": str(self._path / "bundle"),
            "firewall_enabled": enabled,
            "firewall_file": f"{self._path}/bundle/files{FILE}",
            **more,
        }
        ansible = program("ansible-playbook", "ansible-core")
        command = (ansible, "-i", self._bed.inventory, "play.yml", "-e", json.dumps(variables), *options)
        environment = {**os.environ, "ANSIBLE_HOME": str(self._path), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_TIMEOUT": "2"}
        # No connection outlives its play: the next may find another host behind the same address.
        with TemporaryDirectory() as sockets:
            environment["ANSIBLE_SSH_CONTROL_PATH_DIR"] = sockets
            done = self._bed.place.tried(*command, cwd=self._path, env=environment)
        return done.stdout + done.stderr

    def _write(self, rules: str) -> None:
        files = (ServerFile(Placement(FILE, mode="0640"), rules.encode()),) if rules else ()
        bundle = Bundle(self.host.name, {}, files)
        for file in files:
            path = Path(f"{self._path}/bundle/files{file.placement.path}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data_of(file))
        (self._path / "bundle").mkdir(exist_ok=True)
        (self._path / "bundle/manifest.json").write_text(json.dumps(manifest_of(bundle)))

    def make(self, rules: str) -> None:
        """Make sure that the rules are in force."""
        said = self.play(rules)
        assert counted(said, "failed") == 0, said

    @property
    def at_boot(self) -> bool:
        """Whether the rules are loaded at boot."""
        return self.host.tried("systemctl is-enabled nftables").stdout == "enabled\n"

    def live(self) -> str:
        """Return all rules in force."""
        return self.host.run("nft -s list ruleset")

    def comes_in(self) -> None:
        """Wait until a new connection comes in."""
        until = monotonic() + 30
        while (done := tried_anew(self.host)).returncode and monotonic() < until:
            pass
        assert not done.returncode, done.stderr


def tried_anew(host: Host) -> subprocess.CompletedProcess[str]:
    options = ("-o", "ControlPath=none", "-o", "ConnectTimeout=2")
    return host.bed.place.tried("ssh", *host.bed.ssh, *options, f"root@{host.name}", "true")


def counted(said: str, name: str) -> int:
    """Return a number of Ansible's recap."""
    return int(re.search(rf"{name}=(\d+)", said.rpartition("PLAY RECAP")[2])[1])


@pytest.fixture(scope="module")
def rules() -> str:
    return RULES.read_text()


@pytest.fixture(scope="module")
def host(servers: Bed) -> Iterator[Host]:
    """Return a host that can filter, and where others do."""
    host = servers.hosts["bridge.example.org"]
    host.renew()
    host.run("apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install nftables")
    host.keep(FILTERING)
    yield host
    host.renew()


@pytest.fixture
def deployer(host: Host, tmp_path: Path) -> Iterator[Deployer]:
    host.run("nft -f -", text=OTHERS)
    yield Deployer(host.bed, host, tmp_path)
    host.renew(FILTERING)


def test_the_first_rules_that_shut_us_out_leave_none(deployer: Deployer, rules: str):
    deployer.play(rules.replace("tcp dport 22 accept", ""), firewall_patience=PATIENCE)
    deployer.comes_in()
    assert deployer.live() == OTHERS
    assert not deployer.at_boot


def test_the_rules_are_in_force_now_and_at_boot_and_those_of_others_stay(deployer: Deployer, rules: str):
    said = deployer.play(rules)
    assert (counted(said, "failed"), counted(said, "changed")) == (0, 2), said
    assert OTHERS in deployer.live()
    assert "tcp dport 22 accept" in deployer.live()
    assert deployer.at_boot
    assert not deployer.host.tried("systemctl is-active jitsi-migrate-firewall.timer").stdout.startswith("active")
    again = deployer.play(rules)
    assert (counted(again, "failed"), counted(again, "changed")) == (0, 0), again


def test_what_was_changed_by_hand_is_shown_and_repaired(deployer: Deployer, rules: str):
    deployer.make(rules)
    right = deployer.live()
    deployer.host.run("nft insert rule inet jitsi_migrate input tcp dport 2222 accept; systemctl mask --quiet nftables")
    wrong = deployer.live()
    said = deployer.play(rules, "--check", "--diff")
    assert {"-\t\ttcp dport 2222 accept", "nftables.service is not enabled: the rules are not loaded at boot"} <= {
        *said.splitlines()
    }
    assert counted(said, "changed") == 1
    assert deployer.live() == wrong
    assert counted(deployer.play(rules), "failed") == 0
    assert deployer.live() == right
    assert deployer.at_boot


def test_rules_that_shut_us_out_undo_themselves(deployer: Deployer, rules: str):
    deployer.make(rules)
    before = deployer.live()
    said = deployer.play(rules.replace("tcp dport 22 accept", "tcp dport 2222 accept"), firewall_patience=PATIENCE)
    assert "The new firewall rules shut out the machine that deploys" in said, said
    deployer.comes_in()
    assert deployer.live() == before
    assert deployer.host.run(f"cat {FILE}") == rules


def test_a_run_that_was_killed_before_it_confirmed_is_completed(deployer: Deployer, rules: str):
    other = rules.replace("80, 443", "81, 443")
    deployer.play(other, play=LOADED_ONLY)
    assert deployer.host.run("systemctl is-active jitsi-migrate-firewall.timer") == "active\n"
    said = deployer.play(other)
    assert counted(said, "failed") == 0, said
    assert deployer.at_boot
    assert "tcp dport { 81, 443 } accept" in deployer.live()
    assert deployer.host.tried("systemctl is-active jitsi-migrate-firewall.timer").stdout == "inactive\n"


def test_at_boot_only_rules_are_loaded_that_were_confirmed(deployer: Deployer, rules: str):
    deployer.make(rules)
    right = deployer.live().replace(OTHERS, "")
    deployer.play(rules.replace("80, 443", "81, 443"), play=PLACED_ONLY)
    assert "81, 443" in deployer.host.run(f"cat {FILE}")
    deployer.host.keep(RESTARTED)
    assert deployer.live() == right


def test_a_firewall_that_is_taken_over_shuts_out_nobody_any_more(deployer: Deployer, rules: str):
    theirs = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n"
    deployer.host.run("nft -f -", text=f"{theirs}\t\ttcp dport 22 accept\n\t}}\n}}\n")
    assert counted(deployer.play(rules), "failed") == 0
    assert "table inet filter" in deployer.live()

    said = deployer.play(rules, "--diff", firewall_alone=True)
    assert "table inet filter, which others made, is removed" in said
    assert "table inet filter" not in deployer.live()
    assert OTHERS in deployer.live()
    assert counted(deployer.play(rules, firewall_alone=True), "changed") == 0


def test_without_a_firewall_our_rules_go_and_the_service_is_as_it_was(deployer: Deployer, rules: str):
    deployer.make(rules)
    assert counted(deployer.play(rules, enabled=False), "failed") == 0
    assert deployer.live() == OTHERS
    assert not deployer.at_boot


@pytest.mark.parametrize("right", ["net_admin", "sys_admin"])
def test_a_host_that_may_not_filter_is_told_so(deployer: Deployer, rules: str, right: str):
    deployer.host.run("install -m 755 /dev/stdin /run/python", text=WITHOUT.format(right=right))
    said = deployer.play(rules, ansible_python_interpreter="/run/python")
    assert "this host may not change its firewall. If it is a container" in said, said
