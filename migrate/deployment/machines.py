"""The hosts of one deployment: what each does, by the groups that the inventory has it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

from migrate.core.bundle import Inventory
from migrate.deployment.addressing import Mapping as AddressMapping


class Addressed(Protocol):
    """Settings that tell by which addresses others know a host."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """All by which others know it."""

    @property
    def mappings(self) -> tuple[AddressMapping, ...]:
        """Its addresses behind NAT."""


Special = TypeVar("Special", bound=Addressed)


@dataclass(frozen=True, slots=True)
class Machine(Generic[Special]):
    """One host: its name in the inventory, what is special about it, and the groups that it is in."""

    name: str
    settings: Special
    groups: frozenset[str]

    @classmethod
    def all(
        cls, inventory: Inventory, groups: Sequence[str], special: Mapping[str, Special], plain: Special
    ) -> tuple[Self, ...]:
        """Return every host of the groups once, those of the first group first."""
        members = {group: inventory.hosts(group) for group in groups}
        names = dict.fromkeys(name for hosts in members.values() for name in hosts)
        within = {name: frozenset(group for group in groups if name in members[group]) for name in names}
        return tuple(cls(name, special.get(name, plain), within[name]) for name in names)

    @property
    def mappings(self) -> Sequence[AddressMapping]:
        """Its addresses behind NAT."""
        return self.settings.mappings

    @property
    def every_address(self) -> tuple[str, ...]:
        """All addresses that others may know it by, in a fixed order and none twice."""
        mapped = [address for mapping in self.mappings for address in (mapping.local, mapping.public)]
        return tuple(dict.fromkeys([*self.settings.addresses, *mapped]))


Host = TypeVar("Host", bound=Machine[Any])


def having(hosts: Sequence[Host], group: str) -> tuple[Host, ...]:
    """Return the hosts of one group."""
    return tuple(host for host in hosts if group in host.groups)
