"""Sections of [nextcloud_talk] about releases: where the hosts get them, and by what they are checked."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from migrate.deployment.section import Section
from migrate.deployment.values import Link, SiteFile, host_name

PUBLISHED_IMAGE = "strukturag/nextcloud-spreed-signaling"
_PART = r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*"
_IMAGE = re.compile(rf"(?P<registry>[^/:]+)(?::\d{{1,5}})?(?:/{_PART})+@sha256:[0-9a-f]{{64}}", re.ASCII)


def _sha256(value: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]{64}", value):
        raise ValueError(f"{value!r} is not a SHA-256 of 64 hexadecimal digits")
    return value.lower()


def _image(value: str) -> str:
    found = _IMAGE.fullmatch(value)
    if not found:
        raise ValueError(
            f"{value!r} is not an image by its digest, such as docker.io/{PUBLISHED_IMAGE}@sha256:…: its tag is not "
            "enough, as what it names may change"
        )
    host_name(found["registry"])
    return value


Sha256 = Annotated[str, AfterValidator(_sha256)]
Image = Annotated[str, AfterValidator(_image)]


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
    """The signaling server, one program, which its makers publish as source and in an image for containers only.

    One of image, file and address is needed.
    """

    image: Image | None = Field(
        default=None,
        description="the image by its digest; the host takes the program out of it, and runs no container",
        examples=[f"docker.io/{PUBLISHED_IMAGE}@sha256:{'0' * 64}"],
    )
    address: Link | None = Field(
        default=None,
        description="where the host fetches the program, such as a server of your own; it needs sha256",
        examples=["https://mirror.example.org/nextcloud-spreed-signaling"],
    )
    file: SiteFile | None = Field(
        default=None,
        description="the program in the site directory",
        examples=["archives/nextcloud-spreed-signaling"],
    )


class Archives(Section):
    """Where releases come from. Mirrors of your own, or files that you bring, keep the hosts from the internet."""

    nextcloud: SignedArchive = Field(default_factory=SignedArchive)
    talk: Archive = Field(default_factory=Archive)
    calendar: Archive = Field(default_factory=Archive)
    signaling: Program = Field(default_factory=Program)
