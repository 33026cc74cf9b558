"""destroy: what is left on hosts when a deployment was taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrate.services.playbooks import HostOutcome, Outcome

_LISTS = ("kept", "needed", "foreign")


@dataclass(frozen=True, slots=True)
class Remains:
    """What stays on a host: the archive of its data, files that were changed by hand, packages that others need.

    `foreign` are files of others that nginx and Prosody serve, which therefore are among the packages.
    """

    host: str
    archive: str
    kept: tuple[str, ...]
    needed: tuple[str, ...]
    foreign: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it for --json."""
        return {"host": self.host, "archive": self.archive, **{name: list(getattr(self, name)) for name in _LISTS}}


def remains_of(done: Outcome) -> list[Remains]:
    """Return what stays on each host from which anything went."""
    return [_of(host) for host in done.hosts.values() if host.changes and not host.failed]


def _of(host: HostOutcome) -> Remains:
    found: dict[str, Any] = {}
    for change in host.changes:
        found.update({name: change.data[name] for name in ("archive", *_LISTS) if change.data.get(name)})
    return Remains(host.host, str(found.get("archive", "")), *(tuple(found.get(name, ())) for name in _LISTS))
