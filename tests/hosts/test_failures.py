"""Failures as they really are: each provoked on a server, and told in words with a code of its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hosts.bed import Bed, Host
from tests.hosts.cache import KEYRING

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

# Runs a playbook where the servers can be reached, and prints what failed.
PLAYED = """
import json, sys
from pathlib import Path
from migrate.core.playbook import HostResult, Invocation, Reach
from migrate.deployment.failures import explain
from migrate.deployment.runner import AnsibleRunner
from migrate.shared.masking import Masking
path, more, failed = Path(sys.argv[1]), json.loads(sys.argv[2]), {}
def tell(event):
    if isinstance(event, HostResult) and event.state.bad:
        told = explain(event)
        failed[event.host] = [told.code, told.exit_code.name.lower(), told.message, event.message, event.output]
ended = AnsibleRunner(Masking({})).run(Invocation(path / "play.yml", path / "inventory.ini", reach=Reach(**more)), tell)
print(json.dumps({"code": ended.code, "complaints": ended.complaints, "failed": failed}))
"""
PREPARED = """
set -e
for user in guest clerk porter; do
    id $user >/dev/null 2>&1 || useradd --create-home --shell /bin/sh $user
    install -D -m 600 -o $user -g $user ~root/.ssh/authorized_keys /home/$user/.ssh/authorized_keys
done
echo 'guest:x' | chpasswd
echo 'clerk ALL=(ALL) ALL' >/etc/sudoers.d/clerk
echo 'porter ALL=(root) NOPASSWD: /bin/true' >/etc/sudoers.d/porter
mkdir -p /run/small && mount -t tmpfs -o size=64k small /run/small
mkdir -p /run/fixed && mount -t tmpfs -o ro fixed /run/fixed
printf '[Service]\\nExecStart=/bin/false\\nType=oneshot\\n' >/run/systemd/system/broken.service
"""
SILENT = "systemd-run --quiet --unit=silent python3 -c '{}'"
LISTEN = 'import socket, signal; s = socket.socket(); s.bind(("", 2200)); s.listen(); signal.pause()'
LOCK = """
import fcntl, os, signal, socket
lock = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
signal.pause()
"""

WAYS = {
    "known": ("", ""),
    "unknown": ("host-key-unknown", "{unknown}"),
    "changed": ("host-key-changed", "{changed}"),
    "unnamed": ("name-unknown", "ansible_host=nobody.example.org"),
    "refused": ("ssh-refused", "ansible_port=2222"),
    "absent": ("no-route", "ansible_host=203.0.113.1"),
    "silent": ("ssh-timeout", "ansible_port=2200 ansible_ssh_timeout=1"),
    "stranger": ("ssh-login-refused", "ansible_user=nobody"),
    "guest": ("sudo-refused", "ansible_user=guest ansible_become_password=x"),
    "clerk": ("sudo-needs-password", "ansible_user=clerk"),
    "mistaken": ("sudo-wrong-password", "ansible_user=clerk ansible_become_password=wrong"),
    "bare": ("python-missing", "ansible_python_interpreter=/usr/bin/python9"),
}
TASKS = {
    "full": ("disk-full", "try_later", "copy: {content: \"{{ 'x' * 100000 }}\", dest: /run/small/file}"),
    "fixed": ("disk-read-only", "target", "file: {path: /run/fixed/new, state: directory}"),
    "nothing": ("package-not-found", "configuration", "apt: {name: nothing-of-this-name}"),
    "version": ("package-not-found", "configuration", "apt: {name: prosody=99}"),
    "broken": ("service-failed", "check_failed", "systemd_service: {name: broken, state: started}"),
    "absent": ("service-missing", "check_failed", "systemd_service: {name: no-such, state: started}"),
    "unset": ("variables-old", "refused", "debug: {msg: \"{{ nobody_set_this }}\"}"),
    "other": ("task-failed", "target", "fail: {msg: the roof is on fire}"),
}  # fmt: skip


@pytest.fixture(scope="module")
def meet(servers: Bed) -> Iterator[Host]:
    host = servers.hosts["meet.example.org"]
    host.run(PREPARED)
    host.run("apt-get -qq update")
    host.run(SILENT.format(LISTEN))
    yield host
    host.renew()


def played(bed: Bed, path: Path, hosts: Mapping[str, str], play: str, **more) -> Mapping:
    """Run a playbook on a server under several names, each with its own settings."""
    address = bed.hosts["meet.example.org"].v4
    names = "".join(f"{name} ansible_host={address} {settings}\n" for name, settings in hosts.items())
    common = (
        f'ansible_user=root\nansible_python_interpreter=/usr/bin/python3\nansible_ssh_common_args="{options(bed)}"\n'
    )
    (path / "inventory.ini").write_text(f"[all]\n{names}\n[all:vars]\n{common}")
    (path / "play.yml").write_text(play)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = (sys.executable, "-c", PLAYED, path, json.dumps(more))
    return json.loads(bed.place.run(*command, env=environment, within=120))


def options(bed: Bed, known: str = "known_hosts") -> str:
    return f"-F {bed.path / 'ssh_config'} -o HostKeyAlias=meet.example.org -o UserKnownHostsFile={bed.path / known}"


@contextmanager
def locking(host: Host) -> Iterator[None]:
    """Have packages locked on a server meanwhile, as by somebody who installs some."""
    # systemd-run returns when the service says that it is ready.
    host.run(f"systemd-run --quiet --unit=meanwhile --collect --service-type=notify python3 -c '{LOCK}'")
    try:
        yield
    finally:
        host.run("systemctl stop meanwhile")


def test_each_way_to_fail_on_the_way_in_has_its_words(servers: Bed, meet: Host, tmp_path: Path):
    """All in one run: who cannot be reached keeps nobody else waiting, and all of them are told."""
    other = (servers.path / "bridge.example.org.key.pub").read_text()
    (servers.path / "known_other").write_text(f"meet.example.org {other}")
    (servers.path / "known_nobody").write_text("")
    keys = {"unknown": "known_nobody", "changed": "known_other"}
    files = {name: f'ansible_ssh_common_args="{options(servers, known)}"' for name, known in keys.items()}
    hosts = {name: settings.format(**files) for name, (_, settings) in WAYS.items()}
    play = "- hosts: all\n  become: true\n  gather_facts: false\n  tasks: [{ansible.builtin.ping: }]\n"
    done = played(servers, tmp_path, hosts, play)
    assert {name: told[0] for name, told in done["failed"].items()} == {
        name: code for name, (code, _) in WAYS.items() if code
    }, json.dumps(done, indent=1)
    assert {told[1] for name, told in done["failed"].items() if name != "bare"} == {"target"}


def test_a_host_that_is_met_first_is_believed_only_if_that_is_said_and_never_when_it_changed(
    servers: Bed, meet: Host, tmp_path: Path
):
    other = (servers.path / "bridge.example.org.key.pub").read_text()
    (servers.path / "known_other").write_text(f"meet.example.org {other}")
    (servers.path / "known_now").write_text("")
    keys = {"unknown": "known_now", "changed": "known_other"}
    hosts = {name: f'ansible_ssh_common_args="{options(servers, known)}"' for name, known in keys.items()}
    play = "- hosts: all\n  gather_facts: false\n  tasks: [{ansible.builtin.ping: }]\n"
    done = played(servers, tmp_path, hosts, play, accept_new_host_keys=True)
    assert {name: told[0] for name, told in done["failed"].items()} == {"changed": "host-key-changed"}
    assert (servers.path / "known_now").read_text().startswith("meet.example.org ssh-ed25519 ")


def test_each_way_to_fail_at_work_has_its_words(servers: Bed, meet: Host, tmp_path: Path):
    lines = [
        f"    - {{when: inventory_hostname == '{name}', ansible.builtin.{task}}}\n"
        for name, (_, _, task) in TASKS.items()
    ]
    play = f"- hosts: all\n  gather_facts: false\n  tasks:\n{''.join(lines)}"
    done = played(servers, tmp_path, dict.fromkeys(TASKS, ""), play)
    told = {name: tuple(told[:2]) for name, told in done["failed"].items()}
    assert told == {name: (code, cause) for name, (code, cause, _) in TASKS.items()}, json.dumps(done, indent=1)
    assert done["failed"]["other"][2] == "the roof is on fire"


def test_who_installs_packages_meanwhile_is_waited_for(servers: Bed, meet: Host, tmp_path: Path):
    play = "- hosts: all\n  gather_facts: false\n  tasks: [{ansible.builtin.apt: {name: lua-cjson, lock_timeout: 1}}]\n"
    with locking(meet):
        done = played(servers, tmp_path, {"meet": ""}, play)
    assert done["failed"]["meet"][:2] == ["apt-locked", "try_later"], json.dumps(done, indent=1)


def test_a_repository_that_another_signed_is_refused(servers: Bed, meet: Host, tmp_path: Path):
    """Its key, the one that a server knows of it, is put aside for another."""
    sources = "/etc/apt/sources.list.d"
    meet.run(f"cp -a {sources} /run/sources && sed -i 's,^Signed-By: .*,Signed-By: {KEYRING},' {sources}/*")
    play = "- hosts: all\n  gather_facts: false\n  tasks: [{ansible.builtin.command: apt-get update --error-on=any}]\n"
    try:
        done = played(servers, tmp_path, {"meet": ""}, play)
    finally:
        meet.run(f"cp -a /run/sources/. {sources} && rm -r /run/sources")
    assert done["failed"]["meet"][:2] == ["repository-not-signed", "refused"], json.dumps(done, indent=1)
