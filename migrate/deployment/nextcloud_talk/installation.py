"""What is installed on the hosts from Debian's packages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.deployment.nextcloud_talk.certificates import certificates
from migrate.deployment.nextcloud_talk.releases import php
from migrate.deployment.nextcloud_talk.topology import Host, Topology

# The last three are the caches, the numbers of tokens, and passwords that are hashed.
_PHP_MODULES = ("fpm", "cli", "mysql", "xml", "curl", "mbstring", "gd", "zip", "intl", "apcu", "redis", "bcmath", "gmp")

KEPT_OUT = ("nextcloud-spreed-signaling",)
"""Too old for Talk in every release of Debian, and its unit would take the port of the one that is installed."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The packages of one deployment."""

    topology: Topology

    def packages(self, host: Host) -> Sequence[str]:
        """Return the packages of one host, none twice."""
        settings = self.topology.settings
        of_web = ["nginx", "ca-certificates"] if host.has_web else []
        # The last looks at the signature of Nextcloud's archive.
        of_cloud = ["mariadb-server", "redis-server", *self._php, "gpgv"] if host.is_cloud else []
        of_signaling = ["nats-server", "janus"] if host.is_signaling else []
        of_turn = ["coturn"] if host.is_turn else []
        # What gets and renews certificates.
        certbot = ["certbot"] if certificates(host, self.topology).by_certbot else []
        # What loads the firewall's rules; small images of Debian do not have it.
        firewall = ["nftables"] if settings.firewall.enabled else []
        return [*of_web, *of_cloud, *of_signaling, *of_turn, *certbot, *firewall]

    @property
    def _php(self) -> Sequence[str]:
        """Return PHP and what Nextcloud needs of it; not imagick, which is for icons and opens much that is hostile."""
        release = php(self.topology.settings)
        return [f"php{release}-{module}" for module in _PHP_MODULES]

    def units(self, host: Host) -> Sequence[str]:
        """Return the units that listen on one host."""
        of_cloud = ["mariadb", "redis-server", f"php{php(self.topology.settings)}-fpm"] if host.is_cloud else []
        of_signaling = ["nats-server", "janus", "signaling"] if host.is_signaling else []
        of_web = ["nginx"] if host.has_web else []
        of_turn = ["coturn"] if host.is_turn else []
        return [f"{name}.service" for name in (*of_cloud, *of_signaling, *of_web, *of_turn)]
