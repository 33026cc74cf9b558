"""Sections of [nextcloud_talk] about calls: the high-performance backend, TURN, and what is special about a host."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from migrate.deployment.addressing import Mapping
from migrate.deployment.section import Section
from migrate.deployment.values import Address, HostName, Port


class HostSettings(Section):
    """One host."""

    addresses: tuple[Address, ...] = Field(
        default=(),
        description=(
            "all by which others know it; TURN needs those of the host that carries calls, for it relays to no other "
            "private address"
        ),
        examples=[("192.0.2.10", "2001:db8::10")],
    )
    mappings: tuple[Mapping, ...] = Field(
        default=(),
        description='behind NAT: its addresses, such as [{ local = "10.0.0.5", public = "203.0.113.5" }]',
        examples=[({"local": "10.0.0.5", "public": "203.0.113.5"},)],
    )


class Signaling(Section):
    """The high-performance backend: signaling server, NATS and Janus, on the host of the group [talk_signaling]."""

    domain: HostName | None = Field(
        default=None,
        description="its name, where it has a host of its own; without it the domain of Nextcloud",
        examples=["signaling.example.org"],
    )
    media_ports: tuple[Port, Port] = Field(
        default=(20000, 40000),
        description="first and last UDP port where sound and picture arrive; open in every firewall before it",
    )
    kilobits_camera: Annotated[int, Field(ge=64, le=20000)] = Field(
        default=1000, description="kilobits a second that a camera may send"
    )
    kilobits_screen: Annotated[int, Field(ge=64, le=50000)] = Field(
        default=2000, description="kilobits a second that a shared screen may send"
    )
    connections: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=32, description="connections to Nextcloud at a time; upstream's own bound of 8 delays large calls"
    )
    through_turn: bool = Field(
        default=False,
        description="Janus too sends by the TURN server: for a host that nothing can reach, as the load is doubled",
    )

    @property
    def camera_bits(self) -> int:
        """What a camera may send in a second, in bits."""
        return self.kilobits_camera * 1000

    @property
    def screen_bits(self) -> int:
        """What a screen may send in a second, in bits."""
        return self.kilobits_screen * 1000


class Turn(Section):
    """TURN and STUN for people behind strict firewalls, on the host of the group [coturn]."""

    domain: HostName | None = Field(
        default=None,
        description="the name of the TURN server, with a DNS entry of its own; without it the domain",
        examples=["turn.example.org"],
    )
    port: Port = Field(default=3478, description="where STUN and TURN listen, UDP")
    tls_port: Port = Field(default=5349, description="where TURN listens with TLS, TCP")
    relay_ports: tuple[Port, Port] = Field(
        default=(49152, 65535), description="first and last UDP port that sound and picture are relayed by"
    )
    sessions_each: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=60, description="relays that one person may hold at a time; a call needs up to twelve"
    )
    sessions: Annotated[int, Field(ge=1, le=100000)] = Field(
        default=1200, description="relays that all people together may hold at a time"
    )
    megabits_each: Annotated[int, Field(ge=1, le=10000)] | None = Field(
        default=None,
        description="megabits a second that one relay may carry; without it there is no limit",
        examples=[4],
    )
