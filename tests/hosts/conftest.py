"""The servers that tests share, where a machine can have any."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hosts.bed import Bed, bed
from tests.hosts.machine import obstacle
from tests.hosts.servers import GROUPS


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    """Start a web server and a bridge."""
    if obstacle():
        pytest.skip(obstacle())
    with bed(tmp_path_factory.mktemp("servers"), GROUPS) as made:
        yield made


@pytest.fixture
def servers_to_change(servers: Bed) -> Iterator[Bed]:
    """Lend the servers to a test that installs or breaks something: the next finds them fresh."""
    yield servers
    for host in servers.hosts.values():
        host.renew()
