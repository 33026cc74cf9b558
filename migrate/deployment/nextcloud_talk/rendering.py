"""The files of a host, rendered: settings, secrets and what follows from both meet their templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from migrate.core.bundle import Bundle, ServerFile
from migrate.deployment.nextcloud_talk.certificates import certificates
from migrate.deployment.nextcloud_talk.files import links, recipes
from migrate.deployment.nextcloud_talk.firewall import Openings
from migrate.deployment.nextcloud_talk.listening import Listening
from migrate.deployment.nextcloud_talk.media import Media
from migrate.deployment.nextcloud_talk.pool import Pool
from migrate.deployment.nextcloud_talk.relaying import Relaying
from migrate.deployment.nextcloud_talk.releases import SignalingRelease, php
from migrate.deployment.nextcloud_talk.session_keys import SessionKeys
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSecrets
from migrate.deployment.nextcloud_talk.talk import Talk
from migrate.deployment.nextcloud_talk.topology import Host, Topology
from migrate.deployment.recipes import rendered
from migrate.deployment.unfit import unfit
from migrate.shared.quoting import Unquotable

TABLE = "nextcloud_talk"


@dataclass(frozen=True)
class Rendering:
    """The files of one deployment."""

    topology: Topology
    secrets: NextcloudTalkSecrets

    def bundle(self, name: str) -> Bundle:
        """Return the files of one host. Raises UnfitSettings if a file's format cannot hold a setting."""
        host = self.topology.host(name)
        return Bundle(name, self._assumes(host), tuple(self.files(host)), tuple(links(host, self.topology)))

    def _assumes(self, host: Host) -> dict[str, str]:
        settings = self.topology.settings
        assumes: dict[str, str] = {"distribution": settings.distribution}
        if host.is_cloud:
            releases = settings.releases
            assumes |= {"nextcloud": releases.nextcloud, "talk": releases.talk, "php": php(settings)}
        if host.is_signaling:
            assumes["signaling"] = settings.releases.signaling
        return assumes

    def files(self, host: Host) -> Iterator[ServerFile]:
        """Yield the files of one host. Raises UnfitSettings if a file's format cannot hold a setting."""
        settings = self.topology.settings

        def unfitting(error: Unquotable, path: str) -> Exception:
            return unfit(error, path, TABLE, settings, self.secrets)

        names = {
            "php": php(settings),
            "directory": settings.directory,
            "domain": settings.domain,
            "signaling_domain": self.topology.signaling_domain,
        }
        return rendered(recipes(host, self.topology), self._context(host), names, unfitting)

    def _context(self, host: Host) -> dict[str, Any]:
        settings = self.topology.settings
        return {
            "settings": settings,
            "secrets": self.secrets,
            "topology": self.topology,
            "host": host,
            "certificates": certificates(host, self.topology),
            "relaying": Relaying(host, self.topology),
            "openings": Openings(host, self.topology),
            "pool": Pool(settings.php),
            "talk": Talk(self.topology, self.secrets),
            "media": Media(host, self.topology),
            "listening": Listening(self.topology),
            "release": SignalingRelease(settings),
            "session_keys": SessionKeys(self.secrets.session_secret),
            "php": php(settings),
        }
