"""The firewall of hosts, whichever product they belong to: who may come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from pydantic import Field

from migrate.core.bundle import Placement
from migrate.deployment.section import Section
from migrate.deployment.values import Network, Port


class Firewall(Section):
    """The firewall of each host (nftables): what is not served is closed."""

    enabled: bool = Field(default=True, description="false: there is a firewall already, and you open the ports there")
    ssh_port: Port = Field(default=22, description="where sshd listens; a wrong number locks you out")
    ssh_from: tuple[Network, ...] = Field(
        default=(),
        description="networks that ssh is open to; none: everywhere. Wrong ones lock you out",
        examples=[("192.0.2.0/24",)],
    )

    @property
    def ssh(self) -> Sources:
        """The networks of administrators; none means everywhere."""
        return Sources.of(self.ssh_from)


RULES = Placement(
    "/etc/nftables.conf",
    mode="0640",
    validate=("/usr/sbin/nft", "--check", "--file", "{}"),
    reload=("nftables",),
)
"""Where the rules stand that are loaded at boot."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Addresses and networks that a port is open to, by version of IP."""

    ipv4: Sequence[str]
    ipv6: Sequence[str]

    @classmethod
    def of(cls, every: Sequence[str]) -> Sources:
        """Tell the versions apart."""
        return cls(*([one for one in every if ip_network(one).version == version] for version in (4, 6)))
