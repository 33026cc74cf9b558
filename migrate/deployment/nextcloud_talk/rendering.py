"""The files of a host, rendered: settings, secrets and what follows from both meet their templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from migrate.core.bundle import ServerFile
from migrate.deployment.nextcloud_talk.files import TEMPLATES, recipes
from migrate.deployment.nextcloud_talk.listening import Listening
from migrate.deployment.nextcloud_talk.media import Media
from migrate.deployment.nextcloud_talk.releases import SignalingRelease, php
from migrate.deployment.nextcloud_talk.session_keys import SessionKeys
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSecrets
from migrate.deployment.nextcloud_talk.topology import Host, Topology
from migrate.deployment.unfit import unfit
from migrate.shared.quoting import Unquotable
from migrate.shared.templates import render

TABLE = "nextcloud_talk"


@dataclass(frozen=True)
class Rendering:
    """The files of one deployment."""

    topology: Topology
    secrets: NextcloudTalkSecrets

    def files(self, host: Host) -> Iterator[ServerFile]:
        """Yield the files of one host. Raises UnfitSettings if a file's format cannot hold a setting."""
        context = self._context(host)
        settings = self.topology.settings
        for recipe in recipes(host, self.topology):
            path = recipe.placement.path
            for name, value in (("php", php(settings)), ("directory", settings.directory), ("domain", settings.domain)):
                path = path.replace(f"{{{name}}}", value)
            try:
                content = render(TEMPLATES + recipe.template, **context)
            except Unquotable as error:
                raise unfit(error, path, TABLE, settings, self.secrets) from error
            yield ServerFile(replace(recipe.placement, path=path), content)

    def _context(self, host: Host) -> dict[str, Any]:
        settings = self.topology.settings
        return {
            "settings": settings,
            "secrets": self.secrets,
            "topology": self.topology,
            "host": host,
            "media": Media(host, self.topology),
            "listening": Listening(self.topology),
            "release": SignalingRelease(settings),
            "session_keys": SessionKeys(self.secrets.session_secret),
            "php": php(settings),
        }
