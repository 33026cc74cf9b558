"""Where nginx listens, as parameters of its directive listen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrate.deployment.jitsi_meet.ports import PAGES_BEHIND_443, TURN_BEHIND_443
from migrate.deployment.jitsi_meet.topology import Topology

Listeners = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Listening:
    """The addresses and ports of the web server."""

    topology: Topology

    @property
    def http(self) -> Listeners:
        """Without TLS."""
        return tuple((address,) for address in self._everywhere(80))

    @property
    def https(self) -> Listeners:
        """With TLS."""
        options = ("ssl",) if self.http2_directive else ("ssl", "http2")
        if self.topology.turn_by_name:
            return ((self.behind, *options, "proxy_protocol"),)
        return tuple((address, *options) for address in self.outside)

    @property
    def outside(self) -> tuple[str, ...]:
        """Port 443 as people reach it."""
        return tuple(self._everywhere(443))

    @property
    def behind(self) -> str:
        """Where web pages are served when something else has port 443 and hands connections on."""
        return f"127.0.0.1:{PAGES_BEHIND_443}"

    @property
    def towards_turn(self) -> str:
        """Where the address of the client, which coturn does not understand, is taken off a connection for TURN."""
        return f"127.0.0.1:{TURN_BEHIND_443}"

    @property
    def http2_directive(self) -> bool:
        """Whether HTTP/2 is a directive of its own, as in the nginx of debian-13; before, listen has a word for it."""
        return self.topology.settings.distribution != "debian-12"

    def _everywhere(self, port: int) -> Iterator[str]:
        if self.topology.settings.network.ipv4:
            yield f"{port}"
        if self.topology.settings.network.ipv6:
            yield f"[::]:{port}"
