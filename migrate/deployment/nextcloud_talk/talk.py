"""What Talk itself is told: settings of an app, which Nextcloud keeps as text, some of it JSON in JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic import SecretStr

from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSecrets
from migrate.deployment.nextcloud_talk.topology import Topology


@dataclass(frozen=True, slots=True)
class Talk:
    """The app spreed of one deployment."""

    topology: Topology
    secrets: NextcloudTalkSecrets

    @property
    def stun_servers(self) -> str:
        """Who tells people their address: the TURN server here, and never the one of Nextcloud's makers."""
        return json.dumps([self._turn_server] if self.topology.turn else [])

    @property
    def turn_servers(self) -> SecretStr:
        """Who relays, by UDP and by TLS, which is by TCP; coturn here takes neither TCP without TLS nor TLS by UDP."""
        turn = self.topology.settings.turn
        secret = self.secrets.turn_secret.get_secret_value()
        ways = (("turn", turn.port, "udp"), ("turns", turn.tls_port, "tcp")) if self.topology.turn else ()
        return SecretStr(
            json.dumps(
                [
                    {
                        "schemes": scheme,
                        "server": f"{self.topology.turn_domain}:{port}",
                        "secret": secret,
                        "protocols": protocol,
                    }
                    for scheme, port, protocol in ways
                ]
            )
        )

    @property
    def turn_behind_nat(self) -> bool:
        """Whether the name of the TURN server leads to a router before it."""
        return any(host.mappings for host in self.topology.turn)

    @property
    def signaling_url(self) -> str:
        """The address of the signaling server, as browsers and Nextcloud know it."""
        return f"https://{self.topology.signaling_domain}/standalone-signaling/"

    @property
    def signaling_servers(self) -> SecretStr:
        """Who carries calls."""
        server = {"server": self.signaling_url, "verify": True}
        secret = self.secrets.backend_secret.get_secret_value()
        return SecretStr(json.dumps({"servers": [server], "secret": secret}))

    @property
    def event_room_days(self) -> str:
        """Days after which rooms of past events go; 0: never."""
        return str(self.topology.settings.privacy.event_room_days)

    @property
    def transcription(self) -> str:
        """Whether recordings are written down."""
        return _word(self.topology.settings.privacy.transcription)

    @property
    def summaries(self) -> str:
        """Whether recordings are summed up; Talk's own default is that they are."""
        return _word(self.topology.settings.privacy.summaries)

    @property
    def federation(self) -> str:
        """Whether people of other servers can be in conversations."""
        return _word(self.topology.settings.privacy.federation)

    @property
    def _turn_server(self) -> str:
        return f"{self.topology.turn_domain}:{self.topology.settings.turn.port}"


def _word(wanted: bool) -> str:
    return "yes" if wanted else "no"
