"""Where each release comes from and by what it is checked, as the playbooks take it.

What is verified by what: Nextcloud by the OpenPGP signature of its archive; apps by the signature inside of them, which
Nextcloud itself checks before they are enabled; the signaling server by the digest or the checksum that a person gives,
or that of the file that a person brings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from migrate.core.bundle import Fault
from migrate.core.check import Page
from migrate.deployment.brought import misplaced, unfit_key
from migrate.deployment.nextcloud_talk.fetching import PUBLISHED_IMAGE, Archive, Program, SignedArchive
from migrate.deployment.nextcloud_talk.settings import NextcloudTalkSettings
from migrate.deployment.nextcloud_talk.topology import Host

# https://github.com/nextcloud/docker verifies each release by it, from the address below.
FINGERPRINT = "28806A878AE423A28372792ED75899B9A724937A"
"""The key that signs archives of Nextcloud."""
KEY = "https://nextcloud.com/nextcloud.asc"

_PUBLISHED = "https://github.com/nextcloud-releases/{0}/releases/download/v{1}/{2}{1}.tar.{3}"
_LABELS = {
    "nextcloud": "Nextcloud's archive",
    "talk": "Talk's archive",
    "calendar": "the calendar's archive",
    "signaling": "the signaling server",
}
# Docker's own registry has another name than its images.
_REGISTRIES = {"docker.io": "registry-1.docker.io"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where one release comes from: an address, or a file of the site directory."""

    label: str
    release: str
    address: str
    file: str
    sha256: str
    signature: str = ""
    key: str = ""
    image: str = ""

    @property
    def variables(self) -> Mapping[str, str]:
        """What playbooks are told."""
        return {
            "release": self.release,
            "address": self.address,
            "file": self.file,
            "sha256": self.sha256,
            "signature": self.signature,
            "key": self.key,
            "repository": self._repository,
            "digest": self.image.partition("@")[2],
            "key_address": KEY if self.signature and not self.key else "",
            "fingerprint": FINGERPRINT if self.signature and not self.key else "",
        }

    @property
    def page(self) -> Page:
        """Return what the host must be able to get for it: of a registry its first page."""
        if self.address:
            return Page(self.address, self.label, apt=True)
        return Page(f"{self._registry}/v2/", f"the registry of {self.label}", apt=True, guarded=True)

    @property
    def _registry(self) -> str:
        registry = self.image.partition("/")[0]
        return f"https://{_REGISTRIES.get(registry, registry)}"

    @property
    def _repository(self) -> str:
        name = self.image.partition("@")[0].partition("/")[2]
        return f"{self._registry}/v2/{name}" if name else ""


@dataclass(frozen=True, slots=True)
class Archives:
    """The archives of one deployment."""

    settings: NextcloudTalkSettings
    site: Path

    @property
    def variables(self) -> Mapping[str, Mapping[str, str]]:
        """What playbooks are told of each archive."""
        return {name: self.source(name).variables for name in _LABELS}

    def of(self, host: Host) -> Iterator[Source]:
        """Yield what a host has to fetch."""
        wanted = [*(("nextcloud", "talk", "calendar") if host.is_cloud else ()), *["signaling"] * host.is_signaling]
        return (source for source in map(self.source, wanted) if source.address or source.image)

    def source(self, name: str) -> Source:
        """Return where one release comes from."""
        given: Archive = getattr(self.settings.archives, name)
        address = "" if given.file else given.address or self._published(name)
        return Source(
            label=_LABELS[name],
            release=getattr(self.settings.releases, name),
            address=address,
            file=given.file or "",
            sha256=given.sha256 or (_sha256(self.site / given.file) if given.file else ""),
            signature=_signature(given) or (f"{address}.asc" if _signed_beside(given) else ""),
            key=self._key(given),
            image=(given.image or "") if isinstance(given, Program) else "",
        )

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong with where releases come from."""
        for name in _LABELS:
            path = ("nextcloud_talk", "archives", name)
            given: Archive = getattr(self.settings.archives, name)
            yield from self._file_faults(path, given)
            if isinstance(given, SignedArchive):
                yield from self._key_faults(path, given)
        yield from self._program_faults()

    def _file_faults(self, path: tuple[str, ...], given: Archive) -> Iterator[Fault]:
        if given.file is None:
            return
        if given.address:
            yield Fault((*path, "address"), f"changes nothing: the archive is {given.file}", "Take one of both out.")
        if found := misplaced(given.file, self.site):
            yield Fault((*path, "file"), f"{given.file} {found[0]}", found[1])
        elif given.sha256 and given.sha256 != (own := _sha256(self.site / given.file)):
            yield Fault((*path, "sha256"), f"is not that of {given.file}, which is {own}", "Is it another release?")

    def _key_faults(self, path: tuple[str, ...], given: SignedArchive) -> Iterator[Fault]:
        if given.key and (found := misplaced(given.key, self.site) or unfit_key(self.site / given.key)):
            yield Fault((*path, "key"), f"{given.key} {found[0]}", found[1])
        elif given.key and not _signature(given) and not _signed_beside(given):
            yield Fault((*path, "key"), "changes nothing: sha256 or file say which archive it must be")

    def _program_faults(self) -> Iterator[Fault]:
        given = self.settings.archives.signaling
        path = ("nextcloud_talk", "archives", "signaling")
        if not (given.image or given.file or given.address):
            yield Fault(
                (*path, "image"),
                "is needed, or file: its makers publish no program, only its source and an image for containers",
                f'Such as image = "docker.io/{PUBLISHED_IMAGE}@sha256:…": the digest of '
                f"{self.settings.releases.signaling} is told by hub.docker.com/r/{PUBLISHED_IMAGE}/tags. Or build the "
                "program from its source, put it into the site directory, and name it as file.",
            )
        elif given.image and (given.file or given.address):
            other = "file" if given.file else "address"
            yield Fault((*path, other), "changes nothing: the program is that of image", "Take one of both out.")
        elif given.address and not given.sha256 and not given.file:
            yield Fault(
                (*path, "sha256"),
                "is needed with address: nobody signs the program",
                "sha256sum tells that of the one that you put there.",
            )

    def _published(self, name: str) -> str:
        release = getattr(self.settings.releases, name)
        words = {
            "nextcloud": ("server", release, "nextcloud-", "bz2"),
            "talk": ("spreed", release, "spreed-v", "gz"),
            "calendar": ("calendar", release, "calendar-v", "gz"),
        }
        return _PUBLISHED.format(*words[name]) if name in words else ""

    def _key(self, given: Archive) -> str:
        name = given.key if isinstance(given, SignedArchive) else None
        return (self.site / name).read_text("ascii") if name else ""


def _signature(given: Archive) -> str:
    return (given.signature or "") if isinstance(given, SignedArchive) else ""


def _signed_beside(given: Archive) -> bool:
    """Tell whether a signature is looked for beside the archive, as nothing else says which archive it must be."""
    return isinstance(given, SignedArchive) and not (given.signature or given.sha256 or given.file)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
