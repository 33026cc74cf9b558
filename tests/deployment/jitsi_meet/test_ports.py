"""Two programs never want the same port: the check knows every port that a file opens."""

from __future__ import annotations

import re

import pytest

from migrate.deployment.jitsi_meet.ports import listeners
from tests.deployments import VARIANTS, texts, variant

OPENED = re.compile(
    r'\blisten "?(?:\S+:)?(\d+)|_ports = \{ (\d+) \}|listening-port=(\d+)|http://127\.0\.0\.1:(\d+)|\bport = (\d+)$',
    re.MULTILINE,
)


def opened(text: str) -> set[int]:
    return {int(found[found.lastindex or 0]) for found in OPENED.finditer(text)}


@pytest.mark.parametrize("name", VARIANTS)
def test_the_check_knows_every_port_that_a_file_opens(name: str) -> None:
    product = variant(name)
    for host in product.topology.hosts:
        known = {port for listener in listeners(host, product.topology) for port in listener.ports}
        for path, text in texts(product.bundle(host.name)).items():
            assert opened(text) <= known, path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("open", {80, 443, 3478, 5222, 5280, 5349, 8888, 10000}),
        ("turn-443", {80, 443, 3478, 4444, 4445, 5222, 5280, 5349, 10000}),
    ],
)
def test_ports_are_found_in_the_files_of_all_programs(name: str, expected: set[int]) -> None:
    product = variant(name)
    assert opened("\n".join(texts(product.bundle(product.hosts()[0])).values())) == expected
