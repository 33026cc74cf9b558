"""Nextcloud with Talk as a product: its settings and an inventory become the files of its hosts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

from migrate.core.bundle import Bundle, Content, Fault, Inventory, Product
from migrate.core.check import Needs
from migrate.core.problem import Problem
from migrate.deployment.nextcloud_talk.archives import Archives
from migrate.deployment.nextcloud_talk.certificates import certificates
from migrate.deployment.nextcloud_talk.contradictions import contradictions
from migrate.deployment.nextcloud_talk.installation import KEPT_OUT, Installation
from migrate.deployment.nextcloud_talk.needs import needs
from migrate.deployment.nextcloud_talk.notices import notices
from migrate.deployment.nextcloud_talk.releases import php
from migrate.deployment.nextcloud_talk.rendering import Rendering
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSecrets, NextcloudTalkSettings
from migrate.deployment.nextcloud_talk.topology import CLOUD, SIGNALING, TURN, Topology
from migrate.shared.templates import render


@dataclass(frozen=True)
class NextcloudTalk(Product):
    """A Nextcloud server with Talk and its high-performance backend, from release archives on Debian."""

    settings: NextcloudTalkSettings
    secrets: NextcloudTalkSecrets
    inventory: Inventory
    site: Path

    name: ClassVar[str] = "nextcloud_talk"
    label: ClassVar[str] = "Nextcloud Talk"
    Settings: ClassVar[type[NextcloudTalkSettings]] = NextcloudTalkSettings
    Secrets: ClassVar[type[NextcloudTalkSecrets]] = NextcloudTalkSecrets
    groups: ClassVar[tuple[str, ...]] = (CLOUD, SIGNALING, TURN)

    @classmethod
    def open(cls, settings: Any, secrets: Any, inventory: Inventory, site: Path) -> Self:
        """Return the product of one site directory."""
        return cls(settings, secrets, inventory, site)

    def faults(self) -> Sequence[Fault]:
        """Return every contradiction."""
        return (*contradictions(self.topology), *self.archives.faults())

    def problems(self) -> Sequence[Problem]:
        """Return what should be known before it is deployed."""
        return tuple(notices(self.topology))

    @property
    def domain(self) -> str:
        """The name that people reach the server by."""
        return self.settings.domain

    def hosts(self) -> Sequence[str]:
        """Return the hosts of the three groups, that of Nextcloud first."""
        return tuple(host.name for host in self.topology.hosts)

    def bundle(self, host: str) -> Bundle:
        """Return the files of one host."""
        return Rendering(self.topology, self.secrets).bundle(host)

    def needs(self, host: str) -> Needs:
        """Return what one host must have and be able to."""
        bundle = self.bundle(host)
        paths = [*(file.placement.path for file in bundle.files), *(link.path for link in bundle.links)]
        return needs(self.topology.host(host), self.topology, self.archives, paths)

    def variables(self) -> Content:
        """Return what the playbooks need to know."""
        return render(
            "templates/nextcloud_talk/debian/vars.yml.j2",
            settings=self.settings,
            topology=self.topology,
            archives=self.archives,
            installation=Installation(self.topology),
            certificates={host.name: certificates(host, self.topology) for host in self.topology.hosts},
            kept_out=KEPT_OUT,
            php=php(self.settings),
        )

    @cached_property
    def topology(self) -> Topology:
        """Which host does what."""
        return Topology(self.settings, self.inventory)

    @property
    def archives(self) -> Archives:
        """Where releases come from."""
        return Archives(self.settings, self.site)
