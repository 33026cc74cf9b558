"""Which certificates the web servers and coturn use."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.deployment.nextcloud_talk.topology import Topology


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its chain, and its key, on the server."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Certificates:
    """The certificates of one deployment."""

    topology: Topology

    @property
    def cloud(self) -> Pair:
        """What the web server of Nextcloud reads: your own files, or those that the playbook puts there."""
        given = self.topology.settings.certificate
        if given.certificate and given.key:
            return Pair(given.certificate, given.key)
        return _pair(f"/etc/nextcloud-talk/{self.topology.settings.domain}")

    @property
    def signaling(self) -> Pair:
        """What the web server before a signaling server on a host of its own reads."""
        given = self.topology.settings.certificate
        if given.certificate and given.key:
            return Pair(given.certificate, given.key)
        return _pair(f"/etc/nextcloud-talk/{self.topology.signaling_domain}")

    @property
    def turn(self) -> Pair:
        """What coturn reads: a copy always, for it is not root and may not read the key of another."""
        return _pair(f"/etc/coturn/certs/{self.topology.turn_domain}")


def _pair(stem: str) -> Pair:
    return Pair(f"{stem}.crt", f"{stem}.key")
