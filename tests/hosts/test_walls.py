"""What is open is what was planned: where programs listen, what the firewall lets in, and who may read what on disk."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest

from migrate.deployment.jitsi_meet.ports import listeners
from tests.deployments import product
from tests.hosts.deployed import Deployed
from tests.hosts.openings import EVERYWHERE, SCAN, WITHIN, listening, scanned
from tests.hosts.servers import BRIDGE, GROUPS, MEET
from tests.hosts.waiting import until

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

LISTENING = {
    MEET: {
        "22/tcp": EVERYWHERE,  # sshd
        "80/tcp": EVERYWHERE,  # nginx
        "443/tcp": EVERYWHERE,  # nginx
        "3478/udp": EVERYWHERE,  # coturn
        "5222/tcp": EVERYWHERE,  # Prosody, for bridges: the firewall lets nobody else in
        "5280/tcp": WITHIN,  # Prosody, for nginx
        "5349/tcp": EVERYWHERE,  # coturn
        "8888/tcp": WITHIN,  # Jicofo
    },
    BRIDGE: {
        "22/tcp": EVERYWHERE,  # sshd
        "8080/tcp": WITHIN,  # the bridge's own HTTP server
        "10000/udp": EVERYWHERE,  # the bridge
    },
}
LET_IN = {MEET: [22, 80, 443, 5349], BRIDGE: [22]}
# Asks for the address that it comes from (RFC 8489), and is told something that begins so.
STUN, TOLD = bytes.fromhex("000100002112a442") + b"twelve bytes", b"\x01\x01"
ASK = """
import socket, sys
address, port, question = sys.argv[1], int(sys.argv[2]), bytes.fromhex(sys.argv[3])
with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as way:
    way.settimeout(float(sys.argv[4]))
    way.connect((address, port))
    way.send(question)
    try:
        print(way.recv(2048).hex())
    except OSError as error:
        print(type(error).__name__)
"""
# Prosody's folder has the keys of a host that is gone, which its package made.
PRIVATE = (
    "/etc/coturn/certs", "/etc/jitsi/jicofo/jicofo.conf", "/etc/jitsi/videobridge/jvb.conf", "/etc/letsencrypt/archive",
    "/etc/prosody/certs", "/etc/prosody/prosody.cfg.lua", "/etc/turnserver.conf", "/var/lib/jitsi-migrate/authority",
    "/var/lib/prosody",
)  # fmt: skip


def test_programs_listen_where_planned_and_nowhere_else(deployed: Deployed):
    assert {name: listening(host) for name, host in deployed.bed.hosts.items()} == LISTENING


def test_the_plan_is_that_of_the_program(deployed: Deployed):
    _, _, table = (deployed.site.path / "migrate.toml").read_text().partition("[jitsi_meet]\n")
    inventory = "".join(f"[{group}]\n" + "\n".join(names) + "\n" for group, names in GROUPS.items())
    topology = product(table, inventory).topology
    planned = {
        host.name: {f"{one.ports[0]}/{one.protocol}" for one in listeners(host, topology) if one.who != "the relays"}
        for host in topology.hosts
    }
    assert planned == {name: set(ports) for name, ports in LISTENING.items()}


def test_from_outside_nothing_else_is_open_and_nothing_is_told_of_it(deployed: Deployed):
    for name, host in deployed.bed.hosts.items():
        for address, found in scanned(deployed.bed, host.v4, host.v6).items():
            assert found == {"open": LET_IN[name], "closed": []}, address


def test_the_bridge_alone_comes_to_prosody(deployed: Deployed):
    meet = deployed.meet
    found = json.loads(deployed.bridge.run(f"python3 - {meet.v4} {meet.v6}", text=SCAN.read_text()))
    assert {tuple(told["open"]) for told in found.values()} == {tuple(sorted([*LET_IN[MEET], 5222]))}


def test_without_the_firewall_a_scan_sees_what_it_hides(deployed_to_change: Deployed):
    meet = deployed_to_change.meet
    meet.run("systemd-run --quiet --unit=stranger python3 -m http.server 9000")
    until(lambda: "9000/tcp" in listening(meet), "the stranger does not listen")
    assert scanned(deployed_to_change.bed, meet.v4)[meet.v4]["open"] == LET_IN[MEET]
    assert listening(meet) != LISTENING[MEET]
    meet.run("nft delete table inet jitsi_migrate")
    found = scanned(deployed_to_change.bed, meet.v4)[meet.v4]
    assert found["open"] == sorted([*LET_IN[MEET], 5222, 9000])
    assert len(found["closed"]) > 60_000


def answer(deployed: Deployed, address: str, port: int, within: float = 10) -> str:
    return deployed.bed.place.run(sys.executable, "-c", ASK, address, port, STUN.hex(), within).strip()


def test_what_comes_by_udp_is_answered_where_planned(deployed: Deployed):
    for address in (deployed.meet.v4, deployed.meet.v6):
        assert answer(deployed, address, 3478).startswith(TOLD.hex())
        assert answer(deployed, address, 10000, within=0.2) == "TimeoutError"
    for address in (deployed.bridge.v4, deployed.bridge.v6):
        # The stand-in of the bridge gives back what it gets.
        assert answer(deployed, address, 10000) == STUN.hex()
        assert answer(deployed, address, 3478, within=0.2) == "TimeoutError"


def manifest(deployed: Deployed, name: str) -> Iterator[dict[str, str]]:
    yield from json.loads((deployed.site.path / f"build/{name}/manifest.json").read_text())["files"]


def test_files_have_the_owners_and_modes_of_the_manifest(deployed: Deployed):
    for name, host in deployed.bed.hosts.items():
        wanted = {file["path"]: f"{file['owner']}:{file['group']} {file['mode']}" for file in manifest(deployed, name)}
        found = host.run("xargs -d '\\n' stat --format '%n %U:%G 0%a'", text="\n".join(wanted)).splitlines()
        assert dict(line.split(" ", 1) for line in found) == wanted
        assert len(wanted) >= 5


def test_what_is_private_nobody_else_reads(deployed: Deployed):
    meet = deployed.meet
    readable = "cd / && runuser -u nobody -- find {} -type f -readable 2>/dev/null"
    assert "config.js" in meet.tried(readable.format("/etc/jitsi")).stdout
    for host in deployed.bed.hosts.values():
        there = host.tried(f"ls -d {' '.join(PRIVATE)} 2>/dev/null").stdout.split()
        assert len(there) == (len(PRIVATE) - 1 if host is meet else 1)
        assert host.tried(readable.format(" ".join(there))).stdout == ""
    # Every key, wherever it is, and what a deployment keeps in mind.
    keys = meet.run("find /etc /var/lib /root -xdev -name '*.key' -o -xdev -name 'privkey*.pem'").split()
    assert len(keys) >= 5
    assert meet.tried("xargs -d '\\n' runuser -u nobody -- cat", text="\n".join(keys)).stdout == ""
    records = meet.run("find /var/lib/jitsi-migrate -type f -name '*.json' -printf '%m %u\\n'").splitlines()
    assert len(records) >= 3 and set(records) == {"600 root"}
