"""What is installed on the hosts, and where certificates stand, for debconf's answers and for the playbooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.deployment.jitsi_meet.certificates import Certificates, Pair, turn_pair, web_pair
from migrate.deployment.jitsi_meet.releases import from_backports
from migrate.deployment.jitsi_meet.topology import Topology


@dataclass(frozen=True, slots=True)
class Installation:
    """The packages of one deployment."""

    topology: Topology

    @property
    def version(self) -> str:
        """The release as apt knows it, whatever the number of its packaging."""
        return f"{self.topology.settings.release}-*"

    @property
    def backports(self) -> bool:
        """Whether Prosody is newer than the distribution's own."""
        return from_backports(self.topology.settings)

    @property
    def web(self) -> Sequence[str]:
        """Packages of the web server's host."""
        return [
            *("jicofo", "jitsi-meet-prosody", "jitsi-meet-web", "jitsi-meet-web-config", "nginx", "prosody"),
            # Without the first Jitsi's modules fail, and Prosody starts all the same; the second is its resolver.
            *("lua-cjson", "lua-unbound"),
            *(["lua-luaossl"] if self.tokens else []),
            *(["libnginx-mod-stream"] if self.topology.turn_by_name else []),
            *self.certbot,
            *self.firewall,
        ]

    @property
    def bridge(self) -> Sequence[str]:
        """Packages of a bridge's host."""
        return ["jitsi-videobridge2", *self.firewall]

    @property
    def turn(self) -> Sequence[str]:
        """Packages of the TURN server's host."""
        return [*self.certbot, "coturn", *self.firewall]

    @property
    def certbot(self) -> Sequence[str]:
        """What gets and renews certificates."""
        return ["certbot"] if self.topology.settings.certificate.source == "acme" else []

    @property
    def firewall(self) -> Sequence[str]:
        """What loads the firewall's rules; small images of Debian do not have it."""
        return ["nftables"] if self.topology.settings.firewall.enabled else []

    @property
    def tokens(self) -> bool:
        """Whether Prosody checks tokens, for which Debian has two modules for older releases of Lua only."""
        return self.topology.settings.authentication.mode == "jwt"

    @property
    def pair(self) -> Pair:
        """The certificate that nginx reads."""
        return web_pair(self.topology.settings)

    @property
    def turn_pair(self) -> Pair:
        """The certificate that coturn reads."""
        return turn_pair(self.topology)

    def names(self, *, web: bool) -> Sequence[str]:
        """Names of the certificate of the web server's host, or of that of a TURN server of its own."""
        hosts = self.topology.web if web else [host for host in self.topology.turn if not host.is_web]
        return [name for host in hosts for name in Certificates(host, self.topology).names]
