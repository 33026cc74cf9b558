"""What is installed on the hosts, and where certificates stand, for debconf's answers and for the playbooks."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from migrate.deployment.certificates import Pair
from migrate.deployment.jitsi_meet.certificates import certificates, web_pair
from migrate.deployment.jitsi_meet.relaying import Relaying
from migrate.deployment.jitsi_meet.releases import from_backports
from migrate.deployment.jitsi_meet.topology import Host, Topology


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

    def packages(self, host: Host) -> Sequence[str]:
        """Return the packages of one host, none twice."""
        of_web = self._web if host.is_web else []
        of_bridge = ["jitsi-videobridge2"] if host.is_bridge else []
        of_turn = ["coturn"] if host.is_turn else []
        # What gets and renews certificates.
        certbot = ["certbot"] if self.topology.settings.certificate.source == "acme" else []
        # What loads the firewall's rules; small images of Debian do not have it.
        firewall = ["nftables"] if self.topology.settings.firewall.enabled else []
        public = certbot if host.is_web or host.is_turn else []
        return [*of_web, *of_bridge, *of_turn, *public, *firewall]

    def certificate_names(self, host: Host) -> Sequence[str]:
        """Return the names that the certificate of a host is for, none if people do not come to it by TLS."""
        return certificates(host, self.topology).names

    @property
    def _web(self) -> Sequence[str]:
        return [
            *("jicofo", "jitsi-meet-prosody", "jitsi-meet-web", "jitsi-meet-web-config", "nginx", "prosody"),
            # Without the first Jitsi's modules fail, and Prosody starts all the same; the second is its resolver.
            *("lua-cjson", "lua-unbound"),
            *(["lua-luaossl"] if self._tokens else []),
            *(f"lua-{module}" for module in self.lua_modules),
            *(["libnginx-mod-stream"] if self.topology.turn_by_name else []),
        ]

    @property
    def lua_modules(self) -> Sequence[str]:
        """Return what tokens need and Debian has for older releases of Lua only, though newer ones run it too."""
        return ("basexx", "inspect") if self._tokens else ()

    @property
    def _tokens(self) -> bool:
        return self.topology.settings.authentication.mode == "jwt"

    @staticmethod
    def told(secret: SecretStr) -> SecretStr:
        """Return what packages are told for a secret: always the same, and of no use to whoever overhears it."""
        return SecretStr(hmac.digest(secret.get_secret_value().encode(), b"debconf", "sha256").hex()[:32])

    @property
    def pair(self) -> Pair:
        """The certificate that nginx reads."""
        return web_pair(self.topology.settings)

    def pairs(self, host: Host) -> Mapping[str, Pair | None]:
        """Return what reads a certificate on a host, or is one of your own, and where it stands."""
        return certificates(host, self.topology).pairs

    @property
    def turn_tls_port(self) -> int:
        """Where coturn itself listens with TLS."""
        return Relaying(self.topology.turn[0], self.topology).tls_port
