"""Where packages come from, as the playbooks tell apt, and whose signature they must have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migrate.core.bundle import Fault
from migrate.deployment.brought import misplaced, unfit_key
from migrate.deployment.jitsi_meet.releases import prosody
from migrate.deployment.jitsi_meet.settings import JitsiMeetSettings

# Since April 2021. Debian's package extrepo-offline-data, which Debian has signed, names the same key.
FINGERPRINT = "FFD65A0DA2BEBDEB73D44C8BB4D2D216F1FD7806"
"""The key that signs Jitsi's packages."""

_PATH = ("jitsi_meet", "repositories", "jitsi_key")


@dataclass(frozen=True, slots=True)
class PackageSources:
    """The repositories of one deployment."""

    settings: JitsiMeetSettings
    site: Path

    @property
    def fingerprint(self) -> str:
        """Whose signature counts if no key is given."""
        return FINGERPRINT

    @property
    def key(self) -> str:
        """The key that was given, or nothing."""
        name = self.settings.repositories.jitsi_key
        return (self.site / name).read_text("ascii") if name else ""

    @property
    def key_url(self) -> str:
        """Where hosts fetch the key if none is given."""
        return f"{self.settings.repositories.jitsi.rstrip('/')}/jitsi-key.gpg.key"

    @property
    def prosody_versions(self) -> str:
        """The versions of Prosody that will do, as a pattern."""
        return f"{prosody(self.settings)}.*"


def faults(settings: JitsiMeetSettings, site: Path) -> Iterator[Fault]:
    """Yield what is wrong with the key."""
    name = settings.repositories.jitsi_key
    if name and (found := misplaced(name, site) or unfit_key(site / name)):
        message, hint = found
        yield Fault(_PATH, f"{name} {message}", hint)
