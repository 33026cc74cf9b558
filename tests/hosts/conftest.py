"""The servers that tests share, where a machine can have any."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import cache

import pytest

from tests.hosts.bed import Bed, bed
from tests.hosts.enclosure import enclosure
from tests.hosts.servers import GROUPS

PROGRAMS = {
    "apt-ftparchive": "apt-utils",
    "apt-get": "apt",
    "curl": "curl",
    "dpkg-deb": "dpkg",
    "gpg": "gpg",
    "gpg-agent": "gpg-agent",
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "openssl": "openssl",
    "pebble": "pebble",
    "ssh": "openssh-client",
    "sysctl": "procps",
    "systemd-nspawn": "systemd-container",
    "tcpdump": "tcpdump",
}
# As in some containers, root may be root only by name.
PRIVILEGES = """
cd /run && mkdir lower upper work disk
mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay disk
mknod disk/null c 1 3
ip netns add try
"""


@cache
def obstacle() -> str:
    """Tell what this machine lacks to have servers, or nothing."""
    if os.geteuid() != 0:
        return "real servers are started by root only"
    missing = sorted(package for name, package in PROGRAMS.items() if not shutil.which(name))
    if missing:
        return f"real servers need what is not there: apt install {' '.join(missing)}"
    try:
        with enclosure(network=True) as place:
            denied = place.tried("sh", "-ec", PRIVILEGES).stderr
    except OSError as error:
        denied = str(error)
    return denied and f"even root may not do here what real servers need: {denied.strip()}"


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
