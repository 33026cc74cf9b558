"""Where programs listen on their own host, and what nginx is told of that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrate.deployment.nextcloud_talk.topology import Topology

SIGNALING, NATS, JANUS = 8080, 4222, 8188
"""Ports of loopback: nobody but the web server and the programs themselves comes to them."""

Listeners = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Listening:
    """Ports of one deployment."""

    topology: Topology

    @property
    def signaling(self) -> str:
        """The signaling server."""
        return f"127.0.0.1:{SIGNALING}"

    @property
    def nats_url(self) -> str:
        """NATS, by which the parts of the signaling server talk to each other."""
        return f"nats://127.0.0.1:{NATS}"

    @property
    def janus_port(self) -> int:
        """Janus itself."""
        return JANUS

    @property
    def janus_url(self) -> str:
        """Janus, as the signaling server asks it."""
        return f"ws://127.0.0.1:{JANUS}"

    @property
    def events_url(self) -> str:
        """The signaling server, as Janus tells it of connections."""
        return f"ws://{self.signaling}/spreed"

    @property
    def credentials_url(self) -> str:
        """Where Janus gets credentials for TURN."""
        return f"http://{self.signaling}/turn/credentials"

    @property
    def http(self) -> Listeners:
        """Web pages without TLS, as parameters of the directive listen."""
        return tuple((address,) for address in self._everywhere(80))

    @property
    def https(self) -> Listeners:
        """Web pages with TLS."""
        options = ("ssl",) if self.http2_directive else ("ssl", "http2")
        return tuple((address, *options) for address in self._everywhere(443))

    @property
    def http2_directive(self) -> bool:
        """Whether HTTP/2 is a directive of its own, as in the nginx of debian-13; before, listen has a word for it."""
        return self.topology.settings.distribution != "debian-12"

    def _everywhere(self, port: int) -> Iterator[str]:
        if self.topology.settings.network.ipv4:
            yield f"{port}"
        if self.topology.settings.network.ipv6:
            yield f"[::]:{port}"
