"""preflight finds on real servers what would make a deployment fail, and changes nothing there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.hosts.bed import Bed
from tests.hosts.network import astray
from tests.hosts.servers import GROUPS
from tests.hosts.site import Site, make_site

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(400)]

# All but what every login changes.
TREE = (
    "find / -xdev -path /proc -prune -o -path /var/log/journal -prune -o -not -path /run -not -path /tmp"
    ' -printf "%p %y %m %u %g %s %T@ %l\\n" | sort'
)
# Locks of this kind are those of apt and dpkg.
LOCK = (
    "systemd-run --quiet --unit=locking python3 -c \"import fcntl, time; f = open('/var/lib/dpkg/lock-frontend', 'w');"
    ' fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(600)"'
)
STRANGER = "systemd-run --quiet --unit=stranger python3 -m http.server"
RULES = """
table inet others {{
    chain input {{
        type filter hook input priority 0; policy accept;
        tcp dport 443 drop
        ip saddr {bridge} udp dport 3478 reject
    }}
}}
"""


@pytest.fixture
def site(servers_to_change: Bed, tmp_path: Path) -> Site:
    return make_site(servers_to_change, tmp_path / "site", GROUPS, 'certificate.source = "internal"\n')


def found(site: Site, code: int) -> dict[str, dict[str, list[str]]]:
    """Return what preflight finds: host to code to messages, of all that is not well."""
    done = site.tried("--json", "preflight")
    assert done.returncode == code, done.stdout + done.stderr
    return {host["host"]: bad(host["findings"]) for host in json.loads(done.stdout)["data"]["hosts"]}


def bad(findings: list[Mapping[str, str]]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for finding in findings:
        if finding["verdict"] != "ok":
            told.setdefault(finding["code"], []).append(finding["message"])
    return told


def trees(bed: Bed) -> dict[str, set[str]]:
    return {name: set(host.run(TREE).splitlines()) for name, host in bed.hosts.items()}


def test_good_hosts_are_ready_nothing_changes_there_and_nobody_stray_is_asked(site: Site):
    before = trees(site.bed)
    with astray(site.bed.place) as packets:
        told = found(site, code=0)
    assert {name: tree ^ before[name] for name, tree in trees(site.bed).items()} == {name: set() for name in before}
    assert packets == []
    assert {host: set(codes) - {"dns-only-here"} for host, codes in told.items()} == {
        "meet.example.org": {"container"},
        "bridge.example.org": {"container"},
    }


def test_our_own_words_end_by_themselves(site: Site):
    meet = site.bed.hosts["meet.example.org"]
    site.run("preflight")
    users = meet.run("ps -o user= -C python3").split()
    assert set(users) == {"nobody"}
    meet.run("while pgrep -x python3 >/dev/null; do sleep 0.1; done", within=40)


def test_what_stands_in_the_way_is_found_all_at_once(site: Site):
    meet, bridge = (site.bed.hosts[name] for name in ("meet.example.org", "bridge.example.org"))
    (site.path / "inventory.ini").write_text(
        site.bed.inventory.read_text().replace("[all:vars]", f"[vantage]\n{bridge.name}\n\n[all:vars]")
    )
    meet.run("apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install nftables", within=120)
    meet.run("nft -f -", text=RULES.format(bridge=bridge.v4))
    meet.run(f"apt-mark -qq hold nftables && {STRANGER} 5280 && {LOCK} && touch /var/lib/dpkg/updates/0001")
    meet.run("sed -i '/meet\\|packages/d' /etc/hosts; : >/etc/resolv.conf")
    told = found(site, code=7)["meet.example.org"]
    assert told["foreign-firewall"] == ["others set up rules of a firewall (inet others)"]
    assert told["port-taken"] == ["python3 has port 5280/tcp, where Prosody's own HTTP server will be"]
    assert told["dpkg-interrupted"] == ["dpkg was interrupted at dpkg"]
    assert told["held"] == ["packages are held: nftables"]
    assert re.fullmatch(r"apt is at work there \(python3, process \d+\)", told["apt-locked"][0])
    assert "meet.example.org" in told["hostname"][0]
    closed = told["port-closed"]
    assert f"443/tcp: whoever comes from here gets no answer from {meet.v4} and {meet.v6}" in closed
    assert f"3478/udp: whoever comes from {bridge.name} is refused at {meet.v4}" in closed
    assert len(closed) == 3
    assert "https://packages.example.org/stable/Release" in told["no-answer"][0]


def test_a_host_that_cannot_be_reached_is_told_and_the_others_are_looked_at(site: Site):
    (site.path / "inventory.ini").write_text(
        re.sub(r"(bridge\S+) ansible_host=\S+", r"\1 ansible_host=198.51.100.99", site.bed.inventory.read_text())
    )
    done = site.tried("--json", "preflight")
    data = json.loads(done.stdout)["data"]
    assert done.returncode == 5
    assert [host["host"] for host in data["hosts"]] == ["meet.example.org"]
    assert [host["host"] for host in data["unreachable"]] == ["bridge.example.org"]
