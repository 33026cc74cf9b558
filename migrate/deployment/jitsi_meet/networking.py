"""Sections of [jitsi_meet] about the network: addresses, bridges, TURN, firewall, repositories."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from migrate.deployment.addressing import Mapping
from migrate.deployment.section import Section
from migrate.deployment.values import Address, HostName, HostOrAddress, Link, Port, ServerPort, SiteFile, Word


class HostSettings(Section):
    """One host."""

    addresses: tuple[Address, ...] = Field(
        default=(),
        description=(
            "all by which the other hosts know it; a bridge needs them as soon as there are several hosts, for their "
            'firewalls and TURN, and with reach = "lan"'
        ),
        examples=[("192.0.2.10", "2001:db8::10")],
    )
    mappings: tuple[Mapping, ...] = Field(
        default=(),
        description='behind NAT: its addresses, such as [{ local = "10.0.0.5", public = "203.0.113.5" }]',
        examples=[({"local": "10.0.0.5", "public": "203.0.113.5"},)],
    )
    region: Word | None = Field(
        default=None,
        description=(
            "where a host is, such as eu: meetings start on bridges of the web server's region, and go on to others "
            "when these are full"
        ),
        examples=["eu"],
    )


class Bridges(Section):
    """The bridges (JVB): they carry sound and picture."""

    reach: Literal["public", "nat", "lan"] = Field(
        default="public",
        description=(
            "public: bridges have public addresses of their own; nat: they are behind NAT and need mappings (or a STUN "
            "server); lan: they serve a private network only"
        ),
    )
    stun_servers: tuple[ServerPort, ...] = Field(
        default=(),
        description="who tells a bridge behind NAT its public address; none: only mappings, and nobody learns of it",
        examples=[("stun.example.org:3478",)],
    )
    udp_port: Port = Field(
        default=10000, description="where sound and picture arrive; open in every firewall before it"
    )
    participants_each: Annotated[int, Field(ge=2, le=1000)] = Field(
        default=80,
        description="people of one meeting on one bridge before another one is taken; upstream's own bound is 80",
    )
    region_groups: tuple[tuple[Word, ...], ...] = Field(
        default=(),
        description='regions that are near each other, such as [["eu-west", "eu-north"]]',
        examples=[(("eu-west", "eu-north"),)],
    )
    signalling_address: HostOrAddress | None = Field(
        default=None,
        description="by which bridges on other hosts reach Prosody; without it the domain",
        examples=["10.1.0.2"],
    )


class Turn(Section):
    """TURN and STUN for people behind strict firewalls, on the host of the group [coturn]."""

    domain: HostName | None = Field(
        default=None,
        description="the name of the TURN server, with a DNS entry of its own; without it the domain",
        examples=["turn.example.org"],
    )
    port: Port = Field(default=3478, description="where STUN and TURN listen, UDP")
    tls_port: Port = Field(default=5349, description="where TURN listens with TLS, TCP")
    on_443: bool = Field(
        default=False,
        description=(
            "TURN with TLS is reachable at port 443 too, which office firewalls let pass: the web server tells it from "
            "web pages by its name, so it needs a name of its own"
        ),
    )
    relay_ports: tuple[Port, Port] = Field(
        default=(49152, 65535), description="first and last UDP port that sound and picture are relayed by"
    )
    sessions_each: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=60,
        description=(
            "relays that people who come in the same second may hold at a time: Prosody gives them the same "
            "credentials, so coturn cannot tell them apart, and one person needs up to twelve"
        ),
    )
    sessions: Annotated[int, Field(ge=1, le=100000)] = Field(
        default=1200, description="relays that all people together may hold at a time"
    )
    megabits_each: Annotated[int, Field(ge=1, le=10000)] | None = Field(
        default=None,
        description="megabits a second that one relay may carry; without it there is no limit",
        examples=[4],
    )
    credentials_hours: Annotated[int, Field(ge=1, le=168)] = Field(
        default=24, description="how long the credentials are good for that people get when they join"
    )


class Repositories(Section):
    """Where packages come from: mirrors of your own keep the hosts from the internet."""

    jitsi: Link = Field(default="https://download.jitsi.org", description="Jitsi's packages")
    jitsi_key: SiteFile | None = Field(
        default=None,
        description=(
            "the key that signs Jitsi's packages, in the site directory; without it the hosts fetch upstream's, and "
            "refuse any other"
        ),
        examples=["jitsi.asc"],
    )
    backports: Link | None = Field(
        default=None,
        description=(
            "a mirror of Debian's own packages for Prosody 13.0 on debian-12; without it the one that the host uses "
            "already"
        ),
        examples=["https://mirror.example.org/debian"],
    )
