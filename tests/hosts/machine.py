"""What a machine needs to have servers for tests. Run as a program, it names the packages that are missing."""

from __future__ import annotations

import os
import shutil
from functools import cache

from tests.hosts.enclosure import enclosure

PROGRAMS = {
    "apt-ftparchive": "apt-utils",
    "apt-get": "apt",
    "chromium": "chromium",
    "curl": "curl",
    "dpkg-deb": "dpkg",
    "gpg": "gpg",
    "gpg-agent": "gpg-agent",
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "npm": "npm",
    "openssl": "openssl",
    "pebble": "pebble",
    "pebble-challtestsrv": "pebble",
    "setsid": "util-linux",
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


def missing() -> list[str]:
    """Return the packages that have to be installed."""
    return sorted({package for name, package in PROGRAMS.items() if not shutil.which(name)})


@cache
def obstacle() -> str:
    """Tell what this machine lacks to have servers, or nothing."""
    if os.geteuid() != 0:
        return "real servers are started by root only"
    if missing():
        return f"real servers need what is not there: apt install {' '.join(missing())}"
    try:
        with enclosure(network=True) as place:
            denied = place.tried("sh", "-ec", PRIVILEGES).stderr
    except OSError as error:
        denied = str(error)
    return denied and f"even root may not do here what real servers need: {denied.strip()}"


if __name__ == "__main__":
    print(*missing())
