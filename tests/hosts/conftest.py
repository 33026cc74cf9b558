"""The servers that tests share, where a machine can have any."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hosts.bed import Bed, bed
from tests.hosts.deployed import Deployed, deployment
from tests.hosts.machine import obstacle
from tests.hosts.servers import GROUPS
from tests.hosts.talk import Talk
from tests.hosts.talk import deployment as talk_deployment


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that share the deployment: they run beside those that share fresh servers."""
    for item in items:
        used = getattr(item, "fixturenames", ())
        if "deployed" in used and "servers" not in used:
            item.add_marker(pytest.mark.deployed)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    """Start a web server and a bridge."""
    skip_without_servers()
    with bed(tmp_path_factory.mktemp("servers"), GROUPS) as made:
        yield made


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Deploy once for all tests that only look."""
    skip_without_servers()
    with deployment(tmp_path_factory.mktemp("deployed")) as made:
        yield made


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Deploy Nextcloud Talk once for all tests that only look."""
    skip_without_servers()
    with talk_deployment(tmp_path_factory.mktemp("talk")) as made:
        yield made


@pytest.fixture
def talk_to_change(talk: Talk) -> Iterator[Talk]:
    """Lend it to a test that changes or breaks hosts: the next finds it as it was deployed, and one fresh beside it."""
    yield talk
    talk.renew()


@pytest.fixture
def deployed_to_change(deployed: Deployed) -> Iterator[Deployed]:
    """Lend what was deployed to a test that changes or breaks hosts: the next finds them as they were deployed."""
    yield deployed
    deployed.renew()


@pytest.fixture
def servers_to_change(servers: Bed) -> Iterator[Bed]:
    """Lend the servers to a test that installs or breaks something: the next finds them fresh."""
    yield servers
    for host in servers.hosts.values():
        host.renew()


def skip_without_servers() -> None:
    if obstacle():
        pytest.skip(obstacle())
