"""How many processes PHP has, and how much each may take."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.deployment.nextcloud_talk.settings import Php

_FEWEST, _RESERVE = 20, 10


@dataclass(frozen=True, slots=True)
class Pool:
    """The processes of PHP-FPM. Upstream's rule of two for a person is for calls without a signaling server."""

    php: Php

    @property
    def children(self) -> int:
        """The most of them: one for two people, and some for apps that synchronise files."""
        return max(_FEWEST, self.php.people // 2 + _RESERVE)

    @property
    def started(self) -> int:
        """Those that are there at once."""
        return (self.least_idle + self.most_idle) // 2

    @property
    def least_idle(self) -> int:
        """New ones are started when fewer than these have nothing to do."""
        return max(2, self.children // 10)

    @property
    def most_idle(self) -> int:
        """Some are ended when more than these have nothing to do."""
        return max(4, self.children // 3)

    @property
    def connections(self) -> int:
        """The most connections to the database: one of each process, and some for occ and backups."""
        return self.children + _RESERVE
