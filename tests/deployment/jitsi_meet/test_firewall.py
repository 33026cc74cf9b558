"""nftables.conf: nft takes it, and a neighbour comes in by the ports that are served, and by no other."""

from __future__ import annotations

import pytest

from tests.deployments import VARIANTS, product, texts, variant
from tests.readers import directory, program, run
from tests.walled import alone, knock

BRIDGE, STRANGER, STRANGER_6 = "192.0.2.21", "192.0.2.99", "2001:db8::99"
TCP = (22, 80, 443, 2222, 3478, 4444, 5222, 5269, 5280, 5349, 8080, 8888)
UDP = (53, 443, 3478, 5349, 9999, 10000, 49151, 49152, 50000, 50999, 51000, 65535)
EVERY_PORT = [*(("tcp", port) for port in TCP), *(("udp", port) for port in UDP)]


def rules(name: str, host: str) -> str:
    return texts(variant(name).bundle(host))["/etc/nftables.conf"]


def let_in(text: str, source: str) -> set[tuple[str, int]]:
    """Return the ports that answer to a neighbour at this address."""
    found = knock(text, [(source, protocol, port) for protocol, port in EVERY_PORT])
    return {(protocol, port) for _, protocol, port in found}


@pytest.mark.parametrize("name", VARIANTS)
def test_nft_takes_the_rules_of_every_host(name):
    nft = program("nft", "nftables")
    deployment = variant(name)
    with directory() as here:
        files = []
        for host in deployment.hosts():
            files.append(here / host)
            files[-1].write_text(texts(deployment.bundle(host))["/etc/nftables.conf"])
        checks = "\n".join(f"{nft} --check --file {file}" for file in files)
        run(*alone(), "sh", "-ec", checks)


WEB = {("tcp", 80), ("tcp", 443)}
BRIDGES = {("udp", 10000)}
TURN = {("udp", 3478), ("udp", 49152), ("udp", 50000), ("udp", 50999), ("udp", 51000), ("udp", 65535)}
SSH = {("tcp", 22)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "host", "source", "expected"),
    [
        ("minimal", "meet.example.org", STRANGER, SSH | WEB | BRIDGES | TURN | {("tcp", 5349)}),
        ("minimal", "meet.example.org", STRANGER_6, SSH | WEB | BRIDGES | TURN | {("tcp", 5349)}),
        ("without-turn", "meet.example.org", STRANGER, SSH | WEB | BRIDGES),
        ("turn-443", "meet.example.org", STRANGER, SSH | WEB | BRIDGES | TURN),
        ("three-bridges", "web.example.org", BRIDGE, SSH | WEB | {("tcp", 5222)}),
        ("three-bridges", "web.example.org", "2001:db8::21", SSH | WEB | {("tcp", 5222)}),
        ("three-bridges", "web.example.org", STRANGER, SSH | WEB),
        ("three-bridges", "bridge-2.example.org", STRANGER, SSH | BRIDGES),
        ("three-bridges", "turn.example.org", STRANGER, SSH | WEB | TURN),
        ("ipv6-only", "meet.example.org", STRANGER, SSH),
        ("ipv6-only", "meet.example.org", STRANGER_6, SSH | WEB | BRIDGES | TURN | {("tcp", 5349)}),
        ("behind-nat", "meet.example.org", STRANGER_6, SSH),
        (
            "everything",
            "meet.example.org",
            STRANGER,
            WEB | BRIDGES | {("tcp", 2222), ("udp", 3478), ("udp", 50000), ("udp", 50999)},
        ),
    ],
)
def test_a_neighbour_comes_in_by_what_is_served_and_by_nothing_else(name, host, source, expected):
    assert let_in(rules(name, host), source) == expected


@pytest.mark.slow
def test_ssh_is_open_to_the_networks_of_administrators_only():
    text = texts(
        product('domain = "meet.example.org"\nfirewall.ssh_from = ["192.0.2.96/29"]').bundle("meet.example.org")
    )
    knocks = [(BRIDGE, "tcp", 22), (STRANGER, "tcp", 22), (STRANGER_6, "tcp", 22)]
    assert knock(text["/etc/nftables.conf"], knocks) == {(STRANGER, "tcp", 22)}


@pytest.mark.slow
def test_rules_replace_older_ones_of_ours_and_no_others():
    opening = "{ chain input { type filter hook input priority filter; tcp dport 8080 accept; }; }"
    closing = "{ chain input { type filter hook input priority filter + 1; tcp dport 80 drop; }; }"
    before = f"table inet jitsi_migrate {opening}\ntable inet another {closing}\n"
    knocks = [(STRANGER, "tcp", port) for port in (80, 443, 8080)]
    assert knock(rules("minimal", "meet.example.org"), knocks, before=before) == {(STRANGER, "tcp", 443)}


def test_there_is_no_firewall_where_there_is_one_already():
    deployment = product('domain = "meet.example.org"\nfirewall.enabled = false')
    assert "/etc/nftables.conf" not in texts(deployment.bundle("meet.example.org"))


@pytest.mark.parametrize(
    "setting",
    [
        "bridges.udp_port = 10001",
        "turn.port = 3479",
        "turn.tls_port = 5350",
        "turn.relay_ports = [30000, 30100]",
        "firewall.ssh_port = 2222",
        'firewall.ssh_from = ["192.0.2.0/24"]',
        'firewall.ssh_from = ["2001:db8::/32"]',
        "network.ipv4 = false",
        "network.ipv6 = false",
    ],
)
def test_a_setting_of_the_network_changes_the_firewall(setting):
    changed = texts(product(f'domain = "meet.example.org"\n{setting}').bundle("meet.example.org"))
    assert changed["/etc/nftables.conf"] != rules("minimal", "meet.example.org")
