"""The servers of these tests are what they stand for: real, reached as users reach theirs, and cut off."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path
from select import select

import pytest

from migrate.deployment.inventory import read_inventory
from tests.hosts.acme import CA_BUNDLE, DIRECTORY, root, set_name
from tests.hosts.bed import Bed
from tests.hosts.cache import KEYRING
from tests.hosts.host import Host
from tests.hosts.network import astray
from tests.hosts.servers import GROUPS
from tests.hosts.site import make_site
from tests.readers import program

# The first of all makes the disk.
pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

SOURCES = "/etc/apt/sources.list.d/debian.sources"
ELSEWHERE = ("203.0.113.1", "2001:db8:ffff::1")
PLAY = [
    {
        "name": "Try",
        "hosts": "all",
        "gather_facts": False,
        "tasks": [{"name": "Write", "ansible.builtin.copy": {"content": "", "dest": "/run/tried", "mode": "0644"}}],
    }
]
HELD = """
import sys
from tests.hosts.enclosure import enclosure
with enclosure(network=True) as place:
    print(place.pid, *place.groups, flush=True)
    sys.stdin.read()
"""


def test_systemd_has_started_everything(servers: Bed):
    for host in servers.hosts.values():
        assert host.run("systemctl is-system-running").strip() == "running", host.run("systemctl --failed")
        first, name, version = host.run("ps -o comm= -p 1; hostname; cat /etc/debian_version").split()
        assert (first, name, version.partition(".")[0]) == ("systemd", host.name, "12")


def test_ssh_trusts_only_the_key_that_it_knows(servers: Bed, tmp_path: Path):
    meet, bridge = servers.hosts.values()
    (tmp_path / "known").write_text(f"{meet.name} {(servers.path / f'{bridge.name}.key.pub').read_text()}")
    options = (*servers.ssh, "-o", f"UserKnownHostsFile={tmp_path / 'known'}")
    done = servers.place.tried("ssh", *options, f"root@{meet.name}", "true")
    assert done.returncode == 255
    assert "Host key verification failed" in done.stderr


def test_hosts_reach_each_other_by_both_families_and_nobody_stray_is_called(servers: Bed):
    with astray(servers.place) as packets:
        for one, other in permutations(servers.hosts.values()):
            for address in (other.v4, other.v6):
                assert one.run(f"bash -c 'head -c 4 </dev/tcp/{address}/22'") == "SSH-"
    assert packets == []


@pytest.mark.parametrize("address", ELSEWHERE)
def test_who_calls_the_world_is_told_that_there_is_no_way_and_is_seen(servers: Bed, address: str):
    host = next(iter(servers.hosts.values()))
    with astray(servers.place) as packets:
        done = host.tried(f"bash -c ': </dev/tcp/{address}/443'", within=10)
    assert "No route to host" in done.stderr or "Network is unreachable" in done.stderr
    assert packets
    assert all(f"> {address}.443:" in packet for packet in packets)


def test_no_wire_leaves_the_network(servers: Bed):
    """A packet could leave only by an interface of another kind, or by a route that is not to the bridge."""
    links = json.loads(servers.place.run("ip", "-json", "-details", "link"))
    kinds = {link["ifname"]: link.get("linkinfo", {}).get("info_kind", link["link_type"]) for link in links}
    assert set(kinds.values()) == {"loopback", "bridge", "veth"}
    # The other end of each pair is in the place too, at one of its hosts.
    ends = {link["link_netnsid"] for link in links if kinds[link["ifname"]] == "veth"}
    assert len(ends) == len(servers.hosts)
    for family in ("-4", "-6"):
        routes = json.loads(servers.place.run("ip", family, "-json", "-details", "route"))
        assert [route["type"] for route in routes if route["dst"] == "default"] == ["unreachable"]
        assert {route["dev"] for route in routes if route["type"] == "unicast"} == {"bed"}


def test_names_that_nobody_knows_are_refused_at_once(servers: Bed):
    host = next(iter(servers.hosts.values()))
    assert host.tried("getent hosts unknown.example.org", within=10).returncode == 2
    assert host.run("getent hosts bridge.example.org").split()[1] == "bridge.example.org"


def test_apt_installs_what_debian_has(servers_to_change: Bed):
    host = next(iter(servers_to_change.hosts.values()))
    host.run("apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install lua5.4")
    assert host.run("lua5.4 -e 'print(1 + 1)'") == "2\n"
    prosody = host.run("apt-cache madison prosody").splitlines()
    assert [line.split("|")[2].split()[1] for line in prosody] == ["bookworm-backports/main", "bookworm/main"]
    assert "Candidate: 0.12" in host.run("apt-cache policy prosody")


def test_apt_refuses_a_repository_that_another_key_signed(servers: Bed):
    host = next(iter(servers.hosts.values()))
    host.run(f"sed 's,^Signed-By: .*,Signed-By: {KEYRING},' {SOURCES} >/run/other.sources")
    other = "-o Dir::Etc::SourceParts=- -o Dir::Etc::SourceList=/run/other.sources"
    done = host.tried(f"apt-get update --error-on=any {other}")
    assert done.returncode == 100
    assert "NO_PUBKEY" in done.stderr


def test_names_are_known_to_dns_by_both_families(servers_to_change: Bed):
    servers = servers_to_change
    host = servers.hosts["meet.example.org"]
    asking = servers.hosts["bridge.example.org"]
    asking.run("sed -i /meet/d /etc/hosts")
    try:
        assert found(asking, host.name) == {host.v4, host.v6}
        set_name(servers, host.name, v4="198.51.100.99")
        assert found(asking, host.name) == {"198.51.100.99"}
    finally:
        set_name(servers, host.name, host.v4, host.v6)


@pytest.mark.exhaustive
def test_a_server_gets_a_certificate_from_the_acme_server(servers_to_change: Bed):
    host = servers_to_change.hosts["meet.example.org"]
    host.run("apt-get -qq update && apt-get -qq install certbot nginx", within=120)
    ask = f"certonly --webroot -w /var/www/html -d {host.name} --server {DIRECTORY} --agree-tos -n -m a@example.org"
    assert "certificate verify failed" in host.tried(f"certbot {ask}").stderr
    host.run(f"REQUESTS_CA_BUNDLE={CA_BUNDLE} certbot {ask}")
    chain = host.run(f"cat /etc/letsencrypt/live/{host.name}/fullchain.pem")
    (servers_to_change.path / "root.pem").write_text(root(servers_to_change))
    (servers_to_change.path / "chain.pem").write_text(chain)
    files = ("-CAfile", servers_to_change.path / "root.pem", "-untrusted", servers_to_change.path / "chain.pem")
    servers_to_change.place.run("openssl", "verify", *files, servers_to_change.path / "chain.pem")


def test_a_server_begins_anew_from_a_disk_that_was_kept(servers_to_change: Bed):
    host = servers_to_change.hosts["meet.example.org"]
    host.run("touch /etc/kept")
    host.keep("here")
    host.run("touch /etc/broken && rm /etc/kept /etc/debian_version && ip address add 198.51.100.77/32 dev eth0")
    host.renew("here")
    assert host.tried("ls /etc/kept /etc/broken /etc/debian_version").stdout.split() == [
        "/etc/debian_version",
        "/etc/kept",
    ]
    assert "198.51.100.77" not in host.run("ip address")
    host.renew()
    assert host.tried("ls /etc/kept").returncode != 0
    assert host.run("systemctl is-system-running").strip() == "running"


@pytest.mark.exhaustive
def test_a_site_as_users_make_it_is_played(servers: Bed, tmp_path: Path):
    site = make_site(servers, tmp_path / "site", GROUPS)
    (tmp_path / "try.yml").write_text(json.dumps(PLAY))
    first, second = (site.play(tmp_path / "try.yml").succeeded() for _ in range(2))
    assert set(first.changed) == {(name, "Write") for name in servers.hosts}
    assert second.changed == []
    killed = site.play(tmp_path / "try.yml", until=1)
    assert (killed.returncode, len(killed.outcomes)) == (-signal.SIGKILL, 1)


def test_ansible_reaches_all_by_our_kind_of_inventory(servers: Bed, tmp_path: Path):
    inventory = read_inventory(servers.inventory.read_text(), "inventory.ini")
    assert {group: tuple(inventory.groups[group]) for group in GROUPS} == GROUPS
    ansible = program("ansible", "ansible-core")
    environment = {**os.environ, "ANSIBLE_HOME": str(tmp_path), "ANSIBLE_NOCOLOR": "1"}
    pinged = ("-i", servers.inventory, "-m", "ansible.builtin.ping", "--one-line", "all")
    told = servers.place.run(ansible, *pinged, env=environment).splitlines()
    assert sorted(line.split(" => ")[0] for line in told) == [f"{name} | SUCCESS" for name in sorted(servers.hosts)]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_tests_are_killed(servers: Bed, end: signal.Signals):
    command = [sys.executable, "-c", HELD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tests:
        inside, *groups = tests.stdout.readline().split()
        outside = parent(parent(int(inside)))
        assert all(Path(group).is_dir() for group in groups)
        with closing_file(os.pidfd_open(outside)) as holder:
            tests.send_signal(end)
            assert select([holder], [], [], 10)[0], "the place lives on"
    assert not Path("/proc", inside).exists()
    assert groups and not [group for group in groups if Path(group).exists()]


def found(host: Host, name: str) -> set[str]:
    return {line.split()[0] for line in host.run(f"getent ahosts {name}").splitlines()}


def parent(pid: int) -> int:
    return int(re.search(r"^PPid:\t(\d+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1])


@contextmanager
def closing_file(number: int) -> Iterator[int]:
    try:
        yield number
    finally:
        os.close(number)
