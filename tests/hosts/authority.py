"""Certificates for the servers of the place, from an authority of its own."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from tests.hosts.enclosure import Enclosure

_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")


@dataclass(frozen=True)
class Authority:
    """Signs certificates. Who trusts `certificate` trusts them."""

    place: Enclosure
    path: Path

    @property
    def certificate(self) -> Path:
        """Return the certificate that all others are signed with."""
        return self.path / "ca.crt"

    def context(self) -> ssl.SSLContext:
        """Return what trusts it and nobody else."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Make a certificate for a server, and return it and its key."""
        pair = self.path / f"{name}.crt", self.path / f"{name}.key"
        self.place.run(
            *("openssl", "req", "-x509", *_CURVE, "-CA", self.certificate, "-CAkey", self.path / "ca.key"),
            *("-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-addext", "basicConstraints=CA:FALSE"),
            *("-out", pair[0], "-keyout", pair[1]),
        )
        return pair


def make_authority(place: Enclosure, path: Path, name: str) -> Authority:
    """Make an authority that nobody trusts yet."""
    path.mkdir(parents=True)
    made = Authority(place, path)
    place.run(
        *("openssl", "req", "-x509", *_CURVE, "-subj", f"/CN={name}"),
        *("-out", made.certificate, "-keyout", path / "ca.key"),
    )
    return made
