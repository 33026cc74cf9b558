"""Sections of [nextcloud_talk] about releases: where the hosts get them, and by what they are checked."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from migrate.deployment.section import Section
from migrate.deployment.values import Link, SiteFile


def _sha256(value: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]{64}", value):
        raise ValueError(f"{value!r} is not a SHA-256 of 64 hexadecimal digits")
    return value.lower()


Sha256 = Annotated[str, AfterValidator(_sha256)]


class Archive(Section):
    """An app: Nextcloud checks its makers' signature before it is enabled."""

    address: Link | None = Field(
        default=None,
        description="where the host fetches the archive, such as a mirror of your own; without it at its makers'",
        examples=["https://mirror.example.org/archive.tar.gz"],
    )
    file: SiteFile | None = Field(
        default=None,
        description="the archive in the site directory, for a host that cannot fetch it",
        examples=["archives/archive.tar.gz"],
    )
    sha256: Sha256 | None = Field(
        default=None, description="the checksum of the archive; another one is not used", examples=["0" * 64]
    )


class SignedArchive(Archive):
    """The server itself: its makers sign the archive, and that is checked before it is unpacked."""

    signature: Link | None = Field(
        default=None,
        description=(
            "where the host fetches the makers' signature of the archive; without it, unless sha256 or file say which "
            "archive it must be, at the address of the archive with .asc"
        ),
        examples=["https://mirror.example.org/archive.tar.gz.asc"],
    )
    key: SiteFile | None = Field(
        default=None,
        description=(
            "the key that signs it, in the site directory; without it the host fetches the makers', and refuses any "
            "other"
        ),
        examples=["nextcloud.asc"],
    )


class Program(Archive):
    """The signaling server, one program, which its makers publish as source and in an image for containers only."""

    address: Link | None = Field(
        default=None,
        description="where the host fetches the program, such as a server of your own; it needs sha256",
        examples=["https://mirror.example.org/nextcloud-spreed-signaling"],
    )
    file: SiteFile | None = Field(
        default=None,
        description="the program in the site directory; either this or address is needed",
        examples=["archives/nextcloud-spreed-signaling"],
    )


class Archives(Section):
    """Where releases come from. Mirrors of your own, or files that you bring, keep the hosts from the internet."""

    nextcloud: SignedArchive = Field(default_factory=SignedArchive)
    talk: Archive = Field(default_factory=Archive)
    calendar: Archive = Field(default_factory=Archive)
    signaling: Program = Field(default_factory=Program)
