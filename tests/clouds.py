"""Deployments of Nextcloud with Talk, for the tests of rendering: a page of settings and an inventory each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from migrate.config import fixed
from migrate.core.bundle import Content, Link
from migrate.deployment.inventory import read_inventory
from migrate.deployment.nextcloud_talk.product import NextcloudTalk
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSecrets
from migrate.deployment.nextcloud_talk.topology import Host, Topology

SITE = Path("examples/site")

ONE_HOST = "[nextcloud]\ncloud.example.org\n[talk_signaling]\ncloud.example.org\n[coturn]\ncloud.example.org\n"
APART = "[nextcloud]\ncloud.example.org\n[talk_signaling]\nsignaling.example.org\n[coturn]\nturn.example.org\n"
DOMAIN = 'domain = "cloud.example.org"\n'
# Its makers publish no program, so each deployment says where it comes from.
PROGRAM = f'archives.signaling.image = "docker.io/strukturag/nextcloud-spreed-signaling@sha256:{"ab" * 32}"\n'

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
source = "own"
certificate = "/etc/ssl/cloud/fullchain.pem"
key = "/etc/ssl/cloud/key.pem"
[firewall]
ssh_port = 2222
ssh_from = ["192.0.2.0/24", "2001:db8:7::/48"]
""",
        ONE_HOST,
    ),
    "internal": (DOMAIN + 'certificate.source = "internal"\n', ONE_HOST),
    "own-acme": (
        DOMAIN
        + """
turn.domain = "turn.example.org"
firewall.enabled = false
[certificate]
email = "admin@example.org"
server = "https://ca.example.org/acme/directory"
ca_bundle = "/etc/ssl/certs/example-ca.pem"
""",
        ONE_HOST,
    ),
}


@dataclass(frozen=True)
class Cloud:
    """A deployment, as tests ask for it."""

    product: NextcloudTalk

    @property
    def topology(self) -> Topology:
        """Which host does what."""
        return self.product.topology

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names of the hosts."""
        return tuple(self.product.hosts())

    @property
    def variables(self) -> dict[str, Any]:
        """What the playbooks are told."""
        return yaml.safe_load(self.product.variables().text)

    def host(self, name: str) -> Host:
        """Return one host."""
        return self.topology.host(name)

    def texts(self, host: str) -> dict[str, str]:
        """Return the text files of a host by their path there, secrets in the clear."""
        files = self.product.bundle(host).files
        return {file.placement.path: file.content.text for file in files if isinstance(file.content, Content)}

    def links(self, host: str) -> tuple[Link, ...]:
        """Return the symbolic links of a host."""
        return tuple(self.product.bundle(host).links)

    def text(self, path: str) -> str:
        """Return the one file that has a path, on whichever host."""
        (found,) = (texts[path] for host in self.hosts if path in (texts := self.texts(host)))
        return found


def cloud(settings: str, inventory: str = ONE_HOST, secrets: Mapping[str, str] = SECRETS) -> Cloud:
    """Return the deployment of a page of settings, as TOML below [nextcloud_talk]; it says where releases are."""
    page = PROGRAM + settings
    model = NextcloudTalk.Settings.model_validate(fixed(tomllib.loads(page)))
    kept = NextcloudTalk.Secrets.model_validate(secrets)
    return Cloud(NextcloudTalk.open(model, kept, read_inventory(inventory, "inventory.ini"), SITE))


def variant(name: str) -> Cloud:
    """Return one of the VARIANTS."""
    return cloud(*VARIANTS[name])
