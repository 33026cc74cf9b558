"""The bundle: every file of one server, with what must be known to put it in place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from migrate.core.check import Needs
from migrate.core.problem import Problem


@dataclass(frozen=True, slots=True)
class SecretSpan:
    """Where a secret stands in a file: characters `start` to `end`, and the mask to show in their place."""

    start: int
    end: int
    mask: str


@dataclass(frozen=True, slots=True)
class Content:
    """The text of a file, and where its secrets are."""

    text: str
    secrets: tuple[SecretSpan, ...] = ()

    @property
    def masked(self) -> str:
        """The text as it may be shown."""
        shown, position = [], 0
        for span in self.secrets:
            shown += [self.text[position : span.start], span.mask]
            position = span.end
        return "".join([*shown, self.text[position:]])


@dataclass(frozen=True, slots=True)
class Placement:
    """How a file stands on the server.

    `path` is absolute, `mode` octal as in "0640". `validate` is a command whose {} is a file with the new content, run
    on the server before the old file is replaced. `check` looks at all files together when they are in place, for
    what cannot be judged alone. `restart` and `reload` name services.
    """

    path: str
    owner: str = "root"
    group: str = "root"
    mode: str = "0644"
    validate: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    restart: tuple[str, ...] = ()
    reload: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerFile:
    """One file of a bundle. Bytes are what a person brought, such as a logo; text was rendered."""

    placement: Placement
    content: Content | bytes


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link on the server."""

    path: str
    target: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of one server. `assumes` is what they need of it, such as its distribution."""

    host: str
    assumes: Mapping[str, str]
    files: tuple[ServerFile, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Inventory:
    """The hosts of inventory.ini by group, in the order of the file."""

    groups: Mapping[str, tuple[str, ...]]

    def hosts(self, group: str) -> tuple[str, ...]:
        """Return the hosts of a group, none if there is no such group."""
        return self.groups.get(group, ())


@dataclass(frozen=True, slots=True)
class Fault:
    """A setting that cannot be: its path in migrate.toml, such as ("turn", "domain"), what is wrong, what to do."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""


class Product(ABC):
    """A kind of server that is deployed: its settings and an inventory become bundles.

    `Settings` is the table of migrate.toml that has the product's name, `Secrets` that of secrets.toml. `groups` are
    those of the inventory, that of its main server first.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    Settings: ClassVar[type[Any]]
    Secrets: ClassVar[type[Any]]
    groups: ClassVar[tuple[str, ...]]
    secrets: Any

    @classmethod
    @abstractmethod
    def open(cls, settings: Any, secrets: Any, inventory: Inventory, site: Path) -> Self:
        """Return the product of one site directory; `settings` and `secrets` are of its own models."""

    @abstractmethod
    def faults(self) -> Sequence[Fault]:
        """Return every contradiction between settings, and between settings and inventory."""

    @abstractmethod
    def problems(self) -> Sequence[Problem]:
        """Return what a person should know before it is deployed."""

    @property
    @abstractmethod
    def domain(self) -> str:
        """The name that people reach the server by."""

    @property
    def way_to_logins(self) -> str:
        """What to do for it to have logins of its own, which accounts gives to people; empty: it has them."""
        return f"{self.label} gets people from elsewhere."

    @abstractmethod
    def hosts(self) -> Sequence[str]:
        """Return the hosts that this product has files on."""

    @abstractmethod
    def bundle(self, host: str) -> Bundle:
        """Return the files of one host. Raises UnfitSetting if a file's format cannot hold a setting."""

    @abstractmethod
    def needs(self, host: str) -> Needs:
        """Return what one host must have and be able to, before it is deployed."""

    @abstractmethod
    def variables(self) -> Content:
        """Return what the playbooks need to know, as YAML without a secret."""
