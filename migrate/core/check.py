"""Checks before a deployment: what it needs of a host, what was seen of it, and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What a check came to: a warning may be meant, with a failure the deployment cannot work."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found on a host. `code` is stable; `message` tells what and where, `hint` what to do."""

    code: str
    verdict: Verdict
    host: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Listening:
    """Ports that a service will have, from `first` to `last`. `public`: everybody must reach them."""

    protocol: str
    first: int
    last: int
    who: str
    public: bool = False

    @property
    def samples(self) -> tuple[int, ...]:
        """Ports to try: all of a range are opened by one rule."""
        return tuple(dict.fromkeys((self.first, self.last)))


@dataclass(frozen=True, slots=True)
class Page:
    """What a host must be able to get. `apt`: by apt, thus through apt's proxy. `guarded`: a 401 is an answer, too."""

    address: str
    what: str
    ca_bundle: str = ""
    apt: bool = False
    guarded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a deployment needs of one host.

    `product` is its table of settings. `names` are those by which people reach it, `addresses` those by which others
    know it, `mappings` pairs of local and public ones. `reach` is how people come to a host that carries sound and
    picture: public, nat or lan; empty: it carries none. `brought` are packages whose repository the deployment adds.
    `calls` are what it must reach itself, as (host, address or name, port). Sizes are in bytes.
    """

    host: str
    product: str
    domain: str
    distribution: str
    architectures: tuple[str, ...]
    families: tuple[int, ...]
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    mappings: tuple[tuple[str, str], ...] = ()
    reach: str = ""
    asks_stun: bool = False
    listeners: tuple[Listening, ...] = ()
    calls: tuple[tuple[str, str, int], ...] = ()
    units: tuple[str, ...] = ()
    ssh_port: int | None = None
    memory: tuple[int, int] = (0, 0)
    disk: tuple[int, int] = (0, 0)
    cores: int = 1
    packages: tuple[str, ...] = ()
    brought: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    files: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    firewall: bool = True


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a name leads to: by the system's resolver, as programs see it, and by DNS alone; None: DNS is silent."""

    system: tuple[str, ...]
    dns: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Look:
    """What came back from a port of a host, looked at from `place`; no place: from here.

    `state`: answered (by our own words), open (by a service), refused, silent, unreachable or unknown (its name).
    `arrived` is the host's address where it did, `ahead` by how many seconds the host's clock is.
    """

    place: str
    host: str
    address: str
    protocol: str
    port: int
    state: str
    arrived: str = ""
    ahead: float | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was seen of one host: `facts` are what it tells of itself, `answering` where our own words answered."""

    facts: Mapping[str, Any]
    answering: frozenset[tuple[str, int]] = frozenset()
    looks: Sequence[Look] = ()
    ahead: float | None = None
    names: Mapping[str, Resolved] = field(default_factory=dict)
