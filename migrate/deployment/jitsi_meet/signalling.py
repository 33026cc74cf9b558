"""What Prosody's files need beyond settings: where it listens, who waits for a host, whom no limit holds back."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.deployment.jitsi_meet.topology import Topology

LOOPBACKS = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Signalling:
    """Prosody on the web server of one deployment."""

    topology: Topology

    @property
    def local_interfaces(self) -> tuple[str, ...]:
        """The loopback addresses, for nginx and Jicofo. Every host has the first, whatever it serves people by."""
        return LOOPBACKS if self.topology.settings.network.ipv6 else LOOPBACKS[:1]

    @property
    def interfaces(self) -> tuple[str, ...]:
        """Where XMPP is spoken: to the other hosts only if there are bridges on them."""
        network = self.topology.settings.network
        if not self.has_remote_bridges:
            return self.local_interfaces
        return (*(["*"] if network.ipv4 else []), *(["::"] if network.ipv6 else []))

    @property
    def has_remote_bridges(self) -> bool:
        """Whether a bridge is on another host."""
        return bool(self.topology.remote_bridges)

    @property
    def has_guests(self) -> bool:
        """Whether people without an account or token have a host of their own to log in to."""
        authentication = self.topology.settings.authentication
        return authentication.mode != "open" and authentication.guests

    @property
    def holds_guests_back(self) -> bool:
        """Whether Prosody keeps guests waiting for a host. With accounts Jicofo does so."""
        return self.has_guests and self.topology.settings.authentication.mode == "jwt"

    @property
    def has_lobby(self) -> bool:
        """Whether there are lobbies: guests that are held back wait in one, even if hosts cannot open any."""
        return self.topology.settings.meetings.lobby or self.holds_guests_back

    @property
    def unlimited_addresses(self) -> tuple[str, ...]:
        """Addresses that no rate limit holds back: this host, by both names whatever it serves, and bridges."""
        remote = [address for host in self.topology.remote_bridges for address in host.every_address]
        return tuple(dict.fromkeys([*LOOPBACKS, *remote]))

    @property
    def credentials_seconds(self) -> int:
        """How long credentials for TURN are good for."""
        return self.topology.settings.turn.credentials_hours * 3600
