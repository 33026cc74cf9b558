"""Hosts of Nextcloud Talk that our command has deployed once, from a fresh server, and all that was seen meanwhile."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hosts.acme import CA_BUNDLE, DIRECTORY, root
from tests.hosts.bed import PACKAGES, Bed, bed, inventory
from tests.hosts.host import Host
from tests.hosts.network import astray
from tests.hosts.picture import Pictures, pictures
from tests.hosts.processes import watched
from tests.hosts.site import Site
from tests.hosts.talk_releases import Releases, make_releases

CLOUD, SIGNALING = "cloud.example.org", "signaling.example.org"
# Everything on one host; and calls on a host of their own.
TOGETHER = {"nextcloud": (CLOUD,), "talk_signaling": (CLOUD,), "coturn": (CLOUD,)}
APART = {"nextcloud": (CLOUD,), "talk_signaling": (SIGNALING,), "coturn": (SIGNALING,)}
# With a certificate from the bed's own ACME server.
ACME_SETTINGS = f"""
certificate.server = "{DIRECTORY}"
certificate.ca_bundle = "{CA_BUNDLE}"
"""
# Under these names the disk of the first host is kept.
INSTALLED, DEPLOYED = "installed", "deployed"
_TRUST = "cat >/usr/local/share/ca-certificates/public.crt && update-ca-certificates"


@dataclass(frozen=True)
class TalkSite(Site):
    """The site directory of a Nextcloud server, which gets its releases in the bed."""

    releases: Releases

    def write(self, settings: str, groups: Mapping[str, tuple[str, ...]]) -> None:
        """Edit the settings of the server, and the inventory, and render."""
        path = self.path / "migrate.toml"
        others, _, _ = path.read_text().partition("[nextcloud_talk]\n")
        table = f'[nextcloud_talk]\ndomain = "{CLOUD}"\n'
        (calls,) = (self.bed.hosts[name] for name in groups["talk_signaling"])
        table += f'hosts."{calls.name}".addresses = ["{calls.v4}", "{calls.v6}"]\n'
        (self.path / "nextcloud.asc").write_text(self.releases.key)
        path.write_text(others + table + self.releases.settings + settings)
        (self.path / "inventory.ini").write_text(inventory(self.bed, groups))
        self.run("render")

    def secrets(self) -> set[str]:
        """Return all that nobody else may read."""
        return set(self.secret().values())

    def secret(self) -> dict[str, str]:
        """Return the secrets by name."""
        text = (self.path / "secrets.toml").read_text()
        return dict(re.findall(r'^(\w+) = "([^"]+)"$', text, re.MULTILINE))


def make_talk_site(
    bed: Bed, path: Path, releases: Releases, groups: Mapping[str, tuple[str, ...]], settings: str = ACME_SETTINGS
) -> TalkSite:
    """Make a site directory for hosts of the bed, with these settings of [nextcloud_talk], and render."""
    site = TalkSite(bed, path, releases)
    site.run("init", "--product", "nextcloud_talk", CLOUD)
    site.write(settings, groups)
    return site


@dataclass(frozen=True)
class Talk:
    """A server with Nextcloud, its high-performance backend and TURN, and a fresh one beside it.

    `first` and `second` are what two deployments told as JSON. `packets` went meanwhile to nobody here, and `processes`
    are the command lines that the host showed during the first, and HERE. All of the host before the second, and after
    it, is in `pictures`.
    """

    bed: Bed
    site: TalkSite
    first: Mapping[str, Any] = field(repr=False)
    second: Mapping[str, Any] = field(repr=False)
    packets: tuple[str, ...]
    processes: Mapping[str, set[str]] = field(repr=False)
    pictures: tuple[Pictures, Pictures] = field(repr=False)

    @property
    def cloud(self) -> Host:
        """Return the server."""
        return self.bed.hosts[CLOUD]

    @property
    def signaling(self) -> Host:
        """Return the fresh one."""
        return self.bed.hosts[SIGNALING]

    def renew(self) -> None:
        """Begin anew from the disk, and the site directory, as they were deployed."""
        shutil.rmtree(self.site.path)
        shutil.copytree(_kept(self.site), self.site.path)
        self.cloud.renew(DEPLOYED)
        self.signaling.renew()


@contextmanager
def deployment(path: Path) -> Iterator[Talk]:
    """Deploy to a fresh server, its packages first."""
    with bed(path, {"nextcloud": (CLOUD,), "talk_signaling": (SIGNALING,)}) as made:
        releases = make_releases(made.place, path / "jitsi", f"https://{PACKAGES}")
        site = make_talk_site(made, path / "site", releases, TOGETHER)
        cloud = made.hosts[CLOUD]
        # The authority of the ACME server is public for it, as for everybody.
        cloud.run(_TRUST, text=root(made))
        with astray(made.place) as packets:
            # What is no secret is watched by nobody: it takes half of the machine.
            site.run("deploy", "--tags", "packages")
            cloud.keep(INSTALLED)
            with watched(made.place, made.hosts) as processes:
                first = json.loads(site.run("--json", "deploy"))["data"]
            before = pictures(made)
            second = json.loads(site.run("--json", "deploy"))["data"]
            both = before, pictures(made)
        shutil.copytree(site.path, _kept(site))
        cloud.keep(DEPLOYED)
        yield Talk(made, site, first, second, tuple(packets), processes, both)


def _kept(site: Site) -> Path:
    return site.path.with_name("kept")
