"""Certificates of hosts, whichever product they belong to: where they come from, and who reads them where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from migrate.core.bundle import Fault
from migrate.core.problem import Problem, Severity
from migrate.deployment.section import Section
from migrate.deployment.values import Email, Link, ServerPath

PUBLIC_ACME = "https://acme-v02.api.letsencrypt.org/directory"


class Certificate(Section):
    """Where the certificate of the web server, and that of TURN, comes from."""

    source: Literal["acme", "own", "internal"] = Field(
        default="acme",
        description=(
            "acme: certbot gets and renews it; own: you put the files there; internal: a certificate authority that "
            "is made on the server, for tests: no telephone accepts it"
        ),
    )
    email: Email | None = Field(
        default=None,
        description="whom the certificate authority warns; without it nobody is warned",
        examples=["admin@example.org"],
    )
    server: Link = Field(default=PUBLIC_ACME, description="the ACME server that certbot asks")
    ca_bundle: ServerPath | None = Field(
        default=None,
        description="certificates that certbot trusts an ACME server of your own by, on the server",
        examples=["/etc/ssl/certs/own-ca.pem"],
    )
    certificate: ServerPath | None = Field(
        default=None,
        description='with source = "own": the certificate and its chain on the server',
        examples=["/etc/ssl/certs/meet.pem"],
    )
    key: ServerPath | None = Field(
        default=None, description='with source = "own": its key on the server', examples=["/etc/ssl/private/meet.key"]
    )

    @property
    def is_public(self) -> bool:
        """Whether the ACME server is the public one, and none of one's own."""
        return self.server == PUBLIC_ACME


def untrusted(given: Certificate) -> Iterator[Problem]:
    """Yield that people's programs will refuse what the server shows them."""
    if given.source == "internal":
        yield Problem(
            "untrusted-certificate",
            Severity.WARNING,
            "browsers and telephones refuse the certificate of an internal authority",
            hint='For more than a test, set certificate.source to "acme" or "own".',
        )


def wrong_certificate(given: Certificate) -> Iterator[Fault]:
    """Yield what cannot be of where certificates come from."""
    if given.source == "own":
        for name in ("certificate", "key"):
            if not getattr(given, name):
                yield Fault(("certificate", name), 'is needed with source = "own"')
    if given.source == "acme" and given.ca_bundle and given.is_public:
        yield Fault(
            ("certificate", "ca_bundle"),
            "certbot would trust the public ACME server no more",
            "Set certificate.server to the ACME server of your own, or take this out.",
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its chain, and its key, on the server."""

    certificate: str
    key: str

    @classmethod
    def at(cls, stem: str) -> Pair:
        """Return the pair of files that differ in their ends only."""
        return cls(f"{stem}.crt", f"{stem}.key")


@dataclass(frozen=True, slots=True)
class Inner:
    """What a service shows to the other parts of the deployment, by a name that only they know."""

    name: str
    pair: Pair
    service: str


@dataclass(frozen=True, slots=True)
class Certificates:
    """The certificates of one host.

    `names` are those that people reach it by, the one that certbot calls its certificate first. `web` and `turn` are
    what nginx and coturn read, None where they do not run.
    """

    given: Certificate
    names: tuple[str, ...]
    web: Pair | None = None
    turn: Pair | None = None
    inner: Inner | None = None

    @property
    def source(self) -> Pair | None:
        """Where the pair that people see comes from: services read it there, or a copy of it."""
        if not self.names:
            return None
        if self.given.source == "acme":
            lineage = f"/etc/letsencrypt/live/{self.names[0]}"
            return Pair(f"{lineage}/fullchain.pem", f"{lineage}/privkey.pem")
        return self.own or Pair.at("/var/lib/jitsi-migrate/authority/public")

    @property
    def own(self) -> Pair | None:
        """The pair that somebody puts there."""
        given = self.given
        if given.source == "own" and given.certificate and given.key and self.names:
            return Pair(given.certificate, given.key)
        return None

    @property
    def signed_for(self) -> tuple[str, ...]:
        """The names of people for which the authority of the host itself signs."""
        return self.names if self.given.source == "internal" else ()

    @property
    def authority_for(self) -> tuple[str, ...]:
        """All names that the authority of the host itself may sign for."""
        return ((self.inner.name,) if self.inner else ()) + self.signed_for

    @property
    def by_certbot(self) -> bool:
        """Whether certbot gets and renews it."""
        return self.given.source == "acme" and bool(self.names)

    @property
    def pairs(self) -> Mapping[str, Pair | None]:
        """What reads a certificate, or is one of your own, and where it stands."""
        return {"web": self.web, "turn": self.turn, "own": self.own}

    @property
    def files(self) -> Iterator[str]:
        """Yield the files that somebody has to put there before the host is deployed."""
        yield from (self.own.certificate, self.own.key) if self.own else ()
        if self.by_certbot and self.given.ca_bundle:
            yield self.given.ca_bundle


def turn_pair(domain: str) -> Pair:
    """Return what coturn reads: a copy always, for it is not root and may not read the key of another."""
    return Pair.at(f"/etc/coturn/certs/{domain}")
