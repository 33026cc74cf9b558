"""Deployments of Nextcloud with Talk, for the tests of rendering: a page of settings and an inventory each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from migrate.config import fixed
from migrate.core.bundle import Content, Link
from migrate.deployment.inventory import read_inventory
from migrate.deployment.nextcloud_talk.files import links
from migrate.deployment.nextcloud_talk.rendering import Rendering
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSecrets, NextcloudTalkSettings
from migrate.deployment.nextcloud_talk.topology import Topology

ONE_HOST = "[nextcloud]\ncloud.example.org\n[talk_signaling]\ncloud.example.org\n[coturn]\ncloud.example.org\n"
APART = "[nextcloud]\ncloud.example.org\n[talk_signaling]\nsignaling.example.org\n[coturn]\nturn.example.org\n"
DOMAIN = 'domain = "cloud.example.org"\n'

SECRETS = {name: f"{name.replace('_', '-')}-of-the-tests" for name in NextcloudTalkSecrets.model_fields}

VARIANTS: Mapping[str, tuple[str, str]] = {
    "minimal": (DOMAIN, ONE_HOST),
    "without-turn": (DOMAIN, ONE_HOST.partition("[coturn]")[0]),
    "apart": (
        DOMAIN
        + """
signaling.domain = "signaling.example.org"
turn.domain = "turn.example.org"
[hosts."signaling.example.org"]
addresses = ["192.0.2.21", "2001:db8::21"]
""",
        APART,
    ),
    "behind-nat": (
        DOMAIN
        + """
network.ipv6 = false
[hosts."cloud.example.org"]
mappings = [{ local = "10.0.0.5", public = "203.0.113.5" }]
""",
        ONE_HOST,
    ),
    "ipv6-only": (DOMAIN + "network.ipv4 = false\n", ONE_HOST),
    "debian-13": (
        DOMAIN + 'distribution = "debian-13"\nreleases.nextcloud = "35.0.0"\nreleases.talk = "25.0.0"\n',
        ONE_HOST,
    ),
    "older-signaling": (DOMAIN + 'releases.signaling = "2.0.3"\n', ONE_HOST),
    "everything": (
        DOMAIN
        + """
directory = "/srv/cloud"
data = "/srv/people"
phone_region = "DE"
maintenance_hour = 3
[signaling]
media_ports = [21000, 22000]
kilobits_camera = 1500
kilobits_screen = 4000
connections = 64
through_turn = true
[turn]
port = 3479
tls_port = 5350
relay_ports = [50000, 50999]
sessions_each = 30
sessions = 600
megabits_each = 20
[privacy]
event_room_days = 400
transcription = true
summaries = true
federation = true
app_store = true
phone_notifications = true
[php]
people = 400
upload_megabytes = 2048
memory_megabytes = 1024
[database]
memory_megabytes = 2048
[proxy]
trusted = ["192.0.2.7/32", "2001:db8:7::/48"]
[certificate]
certificate = "/etc/ssl/cloud/fullchain.pem"
key = "/etc/ssl/cloud/key.pem"
""",
        ONE_HOST,
    ),
}


@dataclass(frozen=True)
class Cloud:
    """A deployment, as tests ask for it."""

    topology: Topology
    rendering: Rendering

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names of the hosts."""
        return tuple(host.name for host in self.topology.hosts)

    def texts(self, host: str) -> dict[str, str]:
        """Return the text files of a host by their path there, secrets in the clear."""
        files = self.rendering.files(self.topology.host(host))
        return {file.placement.path: file.content.text for file in files if isinstance(file.content, Content)}

    def links(self, host: str) -> tuple[Link, ...]:
        """Return the symbolic links of a host."""
        return tuple(links(self.topology.host(host), self.topology))

    def text(self, path: str) -> str:
        """Return the one file that has a path, on whichever host."""
        (found,) = (texts[path] for host in self.topology.hosts if path in (texts := self.texts(host.name)))
        return found


def cloud(settings: str, inventory: str = ONE_HOST) -> Cloud:
    """Return the deployment of a page of settings, as TOML below [nextcloud_talk]."""
    model = NextcloudTalkSettings.model_validate(fixed(tomllib.loads(settings)))
    topology = Topology(model, read_inventory(inventory, "inventory.ini"))
    return Cloud(topology, Rendering(topology, NextcloudTalkSecrets.model_validate(SECRETS)))


def variant(name: str) -> Cloud:
    """Return one of the VARIANTS."""
    return cloud(*VARIANTS[name])
