"""How people reach the TURN server of a deployment: what Prosody tells them of it, and what it takes to use that."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from tests.hosts.bosh import Browser
from tests.hosts.host import Host
from tests.hosts.network import connected, inside
from tests.turn import Client

Kind = tuple[str, str]
UDP, TLS = ("turn", "udp"), ("turns", "tcp")
# Where a bridge has media.
MEDIA = 10000


@dataclass(frozen=True)
class Way:
    """A server of STUN or TURN with its credentials, as it was told."""

    host: Host
    port: int
    name: str
    password: str
    tls: ssl.SSLContext | None
    hostname: str

    def client(self, version: int, **other: str) -> Client:
        """Return a browser that comes by a version of IP."""
        address = self.host.v4 if version == 4 else self.host.v6
        told = {"name": self.name, "password": self.password, **other}
        return Client((address, self.port), tls=self.tls, hostname=self.hostname, **told)

    def echoes(self, reached: int, bridge: Host, relayed: int) -> bool:
        """Tell whether what is sent through a relay comes back from a bridge. Between them is a version of IP, too."""
        peer = bridge.v4 if relayed == 4 else bridge.v6
        with inside(self.host.bed.place), self.client(reached) as browser:
            assert str(browser.allocate(relayed)) in {self.host.v4, self.host.v6}
            browser.permit(peer)
            return browser.exchange(peer, MEDIA, b"a picture") == b"a picture"


def ways(meet: Host, hosts: Mapping[str, Host], root: str, login: str = "", password: str = "") -> dict[Kind, Way]:
    """Ask as the page does, of a guest or of somebody with a login, who trusts only this root."""
    trusted = ssl.create_default_context(cadata=root)
    with connected(meet.bed.place, meet.name, meet.v4, trusted) as way:
        browser = Browser(meet.name, way)
        browser.come_in(meet.name if login else f"guest.{meet.name}", login, password)
        told = browser.services()
    return {
        (one["type"], one["transport"]): Way(
            *(hosts[one["host"]], int(one["port"]), one.get("username", ""), one.get("password", "")),
            *(trusted if one["type"] == "turns" else None, one["host"]),
        )
        for one in told
    }
