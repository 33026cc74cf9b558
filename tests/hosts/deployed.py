"""Servers that our command has deployed once, from fresh ones, and all that was seen meanwhile."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hosts.bed import Bed, bed
from tests.hosts.host import Host
from tests.hosts.network import astray
from tests.hosts.picture import Pictures, pictures
from tests.hosts.processes import watched
from tests.hosts.servers import BRIDGE, GROUPS, MEET
from tests.hosts.site import ACME_SETTINGS, Site, make_site
from tests.hosts.waiting import until

# Under this name the disks are kept.
DEPLOYED = "deployed"
LOGINS = ("anna", "bo")
SETTINGS = f'{ACME_SETTINGS}authentication.mode = "accounts"\n'
_STATUS = """
from http.client import HTTPConnection
connection = HTTPConnection("127.0.0.1", 8888)
connection.request("GET", "/stats")
print(connection.getresponse().read().decode())
"""


@dataclass(frozen=True)
class Deployed:
    """A web server and a bridge that have found each other.

    `first` and `second` are what two deployments told as JSON. Between them people got their logins. `packets` went
    meanwhile to nobody here, and `processes` are the command lines that each host showed meanwhile, and HERE. All of
    the hosts before the second and after it is in `pictures`.
    """

    bed: Bed
    site: Site
    first: Mapping[str, Any] = field(repr=False)
    second: Mapping[str, Any] = field(repr=False)
    packets: tuple[str, ...]
    processes: Mapping[str, set[str]] = field(repr=False)
    pictures: tuple[Pictures, Pictures] = field(repr=False)

    @property
    def meet(self) -> Host:
        """Return the server of web, Prosody, Jicofo and TURN."""
        return self.bed.hosts[MEET]

    @property
    def bridge(self) -> Host:
        """Return the server of a bridge alone."""
        return self.bed.hosts[BRIDGE]

    def renew(self) -> None:
        """Begin anew from the disks, and the site directory, as they were deployed."""
        shutil.rmtree(self.site.path)
        shutil.copytree(_kept(self.site), self.site.path)
        for host in self.bed.hosts.values():
            host.renew(DEPLOYED)
        wait_until_idle(self.bed)


@contextmanager
def deployment(path: Path) -> Iterator[Deployed]:
    """Deploy to fresh servers. It takes about a minute."""
    with bed(path, GROUPS) as made:
        site = make_site(made, path / "site", GROUPS, SETTINGS)
        site.write_hosts(*LOGINS)
        with astray(made.place) as packets, watched(made.place, made.hosts) as processes:
            first = json.loads(site.run("--json", "deploy"))["data"]
            site.run("accounts")
            wait_until_idle(made)
            before = pictures(made)
            second = json.loads(site.run("--json", "deploy"))["data"]
            both = before, pictures(made)
        shutil.copytree(site.path, _kept(site))
        for host in made.hosts.values():
            host.keep(DEPLOYED)
        wait_until_idle(made)
        yield Deployed(made, site, first, second, tuple(packets), processes, both)


def wait_until_idle(bed: Bed) -> None:
    """Wait until Jicofo knows the bridge, which comes last."""
    meet = bed.hosts[MEET]
    until(
        lambda: '"bridge_count": 1' in meet.tried("python3 -", text=_STATUS).stdout, "Jicofo and the bridge do not meet"
    )


def _kept(site: Site) -> Path:
    return site.path.with_name("kept")
