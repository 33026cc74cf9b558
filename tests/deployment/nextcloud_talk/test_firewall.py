"""nftables.conf: nft takes it, and a neighbour comes in by the ports that are served, and by no other."""

from __future__ import annotations

import pytest

from tests.clouds import DOMAIN, VARIANTS, cloud, variant
from tests.readers import directory, program, run
from tests.walled import alone, knock

RULES = "/etc/nftables.conf"
CLOUD, BACKEND, RELAY = "cloud.example.org", "signaling.example.org", "turn.example.org"
STRANGER, STRANGER_6, FRIEND = "192.0.2.99", "2001:db8::99", "192.0.2.21"
TCP = (22, 80, 443, 2222, 3306, 3478, 4222, 5349, 5350, 6379, 8080, 8188, 9000)
UDP = (53, 443, 3478, 3479, 19999, 20000, 21000, 22000, 40000, 40001, 49151, 49152, 50000, 50999, 51000, 65535)
EVERY_PORT = [*(("tcp", port) for port in TCP), *(("udp", port) for port in UDP)]
SSH, WEB = {("tcp", 22)}, {("tcp", 80), ("tcp", 443)}
MEDIA = {("udp", port) for port in (20000, 21000, 22000, 40000)}
TURN = {("tcp", 5349), *(("udp", port) for port in (3478, 49152, 50000, 50999, 51000, 65535))}


def let_in(text: str, source: str) -> set[tuple[str, int]]:
    """Return the ports that answer to a neighbour at this address."""
    return {(protocol, port) for _, protocol, port in knock(text, [(source, *one) for one in EVERY_PORT])}


@pytest.mark.parametrize("name", [name for name in VARIANTS if name != "own-acme"])
def test_nft_takes_the_rules_of_every_host(name: str) -> None:
    nft, deployed = program("nft", "nftables"), variant(name)
    with directory() as here:
        for host in deployed.hosts:
            (here / host).write_text(deployed.texts(host)[RULES])
        checks = "\n".join(f"{nft} --check --file {here / host}" for host in deployed.hosts)
        run(*alone(), "sh", "-ec", checks)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "host", "source", "expected"),
    [
        ("minimal", CLOUD, STRANGER, SSH | WEB | MEDIA | TURN),
        ("minimal", CLOUD, STRANGER_6, SSH | WEB | MEDIA | TURN),
        ("without-turn", CLOUD, STRANGER, SSH | WEB | MEDIA),
        ("apart", CLOUD, STRANGER, SSH | WEB),
        ("apart", BACKEND, STRANGER, SSH | WEB | MEDIA),
        # There certbot itself answers the authority.
        ("apart", RELAY, STRANGER, SSH | {("tcp", 80)} | TURN),
        ("ipv6-only", CLOUD, STRANGER, SSH),
        ("ipv6-only", CLOUD, STRANGER_6, SSH | WEB | MEDIA | TURN),
        ("behind-nat", CLOUD, STRANGER_6, SSH),
        (
            "everything",
            CLOUD,
            STRANGER,
            WEB | {("tcp", 2222), ("tcp", 5350)} | {("udp", port) for port in (3479, 21000, 22000, 50000, 50999)},
        ),
    ],
)
def test_a_neighbour_comes_in_by_what_is_served_and_by_nothing_else(
    name: str, host: str, source: str, expected: set[tuple[str, int]]
) -> None:
    assert let_in(variant(name).texts(host)[RULES], source) == expected


@pytest.mark.slow
def test_ssh_is_open_to_the_networks_of_administrators_only() -> None:
    rules = cloud(f'{DOMAIN}firewall.ssh_from = ["192.0.2.96/29"]').texts(CLOUD)[RULES]
    knocks = [(FRIEND, "tcp", 22), (STRANGER, "tcp", 22), (STRANGER_6, "tcp", 22)]
    assert knock(rules, knocks) == {(STRANGER, "tcp", 22)}


def test_there_is_no_firewall_where_there_is_one_already() -> None:
    assert RULES not in variant("own-acme").texts(CLOUD)
