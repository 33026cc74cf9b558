"""certificates: how long those of the hosts last, as the hosts themselves tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.core.errors import Exit, MigrateError, summed_up
from migrate.core.playbook import Failure
from migrate.services.playbooks import Outcome

_MODULE = "jitsi_migrate_certificates"
_LOG = "journalctl -u jitsi-migrate-certificates"
# What it is for, and who renews it.
ROLES: Mapping[str, tuple[str, str]] = {
    "web": ("browsers", "Certbot renews it, or you do if it is your own: journalctl -u certbot tells why it did not."),
    "turn": ("TURN", f"It is copied from that of browsers: {_LOG} tells why it was not."),
    "auth": ("Jicofo and bridges", f"It is renewed each day: {_LOG} tells why it was not."),
    "authority": ("the authority", f"It is renewed in its last year: {_LOG}."),
    "trusted": ("trust in the authority", "Deploy the host: it then gets what the authority has now."),
}


@dataclass(frozen=True, slots=True)
class HostCertificate:
    """A certificate on a host. No `days`: there is none; negative: it has ended. `problem` is a sentence or nothing."""

    host: str
    role: str
    path: str
    names: tuple[str, ...]
    days: int | None
    ends: str
    problem: str

    def fails(self, days: int) -> bool:
        """Whether a person must see to it."""
        return bool(self.problem) or self.days is None or self.days < days

    @property
    def purpose(self) -> str:
        """What it is for, in words."""
        return ROLES[self.role][0]

    def advice(self) -> str:
        """Return what to do if it does not last."""
        return self.problem or ROLES[self.role][1]


@dataclass(frozen=True, slots=True)
class Certificates:
    """The certificates of all hosts that answered, and what came of asking. `days` are those that each must last."""

    days: int
    seen: Sequence[HostCertificate]
    asked: Outcome

    @property
    def failing(self) -> list[HostCertificate]:
        """Those that a person must see to."""
        return [one for one in self.seen if one.fails(self.days)]

    @property
    def failed(self) -> dict[str, Failure]:
        """Hosts that could not be asked, and why."""
        return {one.result.host: one.failure for one in self.asked.failed}

    @property
    def exit_code(self) -> Exit:
        """A host that cannot be asked counts most: nobody knows about its certificates."""
        return self.asked.exit_code or (Exit.CHECK_FAILED if self.failing else Exit.OK)


def certificates_of(asked: Outcome, days: int) -> Certificates:
    """Return the certificates that hosts told of."""
    told = ((result.host, one) for result in asked.told(_MODULE) for one in result.data.get("certificates", ()))
    return Certificates(days, [_certificate(host, one) for host, one in told], asked)


def summary(read: Certificates) -> MigrateError | None:
    """Sum up what a person must see to, None if there is nothing."""
    told = [f"{host}: {failure.message}" for host, failure in read.failed.items()]
    told += read.asked.complaints
    told += [f"{one.host}: {one.path}: {_left(one)}" for one in read.failing]
    hints = [failure.hint for failure in read.failed.values()] + [one.advice() for one in read.failing]
    return summed_up(told, hints, read.exit_code)


def to_json(read: Certificates) -> Mapping[str, object]:
    """Return it for --json."""
    return {
        "days": read.days,
        "certificates": [
            {"host": one.host, "role": one.role, "path": one.path, "names": list(one.names), "days": one.days,
             "ends": one.ends, "problem": one.problem, "ok": not one.fails(read.days)}
            for one in read.seen
        ],
        "failures": [{"host": host, **failure.to_json()} for host, failure in read.failed.items()],
        "complaints": read.asked.complaints,
    }  # fmt: skip


def _certificate(host: str, told: Mapping[str, Any]) -> HostCertificate:
    return HostCertificate(
        host, told["role"], told["path"], tuple(told["names"]), told["days"], told["ends"], told["problem"]
    )


def _left(one: HostCertificate) -> str:
    return "there is none" if one.days is None else f"{one.days} days left"
