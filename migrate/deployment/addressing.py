"""Sections that products share: versions of IP, and addresses of hosts behind NAT."""

from __future__ import annotations

from pydantic import Field

from migrate.deployment.section import Section
from migrate.deployment.values import Address


class Network(Section):
    """Which versions of IP the servers speak. They must be reachable by each that is on."""

    ipv4: bool = Field(default=True, description="serve people by IPv4")
    ipv6: bool = Field(default=True, description="serve people by IPv6")


class Mapping(Section):
    """An address of a host behind NAT, and the public one that stands for it."""

    local: Address = Field(description="the address that the host has", examples=["10.0.0.5"])
    public: Address = Field(description="the address that the internet knows it by", examples=["203.0.113.5"])
