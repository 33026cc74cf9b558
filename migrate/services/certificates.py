"""certificates: how long those of the hosts last, as the hosts themselves tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate.core.errors import Exit, MigrateError
from migrate.core.playbook import Event, Failure, HostResult, Invocation, PlaybookRunner, Tell

_MODULE = "jitsi_migrate_certificates"
# What it is for, and who renews it.
ROLES: Mapping[str, tuple[str, str]] = {
    "web": ("browsers", "Certbot renews it, or you do if it is your own: journalctl -u certbot tells why it did not."),
    "turn": ("TURN", "It is copied from that of browsers: journalctl -u jitsi-meet-certificates tells why it was not."),
    "auth": (
        "Jicofo and bridges",
        "It is renewed each day: journalctl -u jitsi-meet-certificates tells why it was not.",
    ),
    "authority": ("the authority", "It is renewed in its last year: journalctl -u jitsi-meet-certificates."),
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


@dataclass(slots=True)
class Certificates:
    """The certificates of all hosts that answered, and what the others said."""

    days: int
    seen: list[HostCertificate] = field(default_factory=list)
    failed: dict[str, Failure] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    interrupted: bool = False

    @property
    def failing(self) -> list[HostCertificate]:
        """Those that a person must see to."""
        return [one for one in self.seen if one.fails(self.days)]

    @property
    def exit_code(self) -> Exit:
        """A host that cannot be asked counts most: nobody knows about its certificates."""
        if self.failed:
            return max((failure.exit_code for failure in self.failed.values()), default=Exit.TARGET)
        if self.complaints:
            return Exit.CONFIGURATION
        return Exit.CHECK_FAILED if self.failing else Exit.OK


def read_certificates(
    runner: PlaybookRunner,
    invocations: Iterable[Invocation],
    explain: Callable[[HostResult], Failure],
    days: int,
    tell: Tell,
) -> Certificates:
    """Ask the hosts. `days` are those that each certificate must last."""
    read = Certificates(days)

    def listen(event: Event) -> None:
        if isinstance(event, HostResult) and event.state.bad:
            read.failed[event.host] = explain(event)
        elif isinstance(event, HostResult) and event.module == _MODULE:
            read.seen += _seen(event.host, event.data.get("certificates", []))
        tell(event)

    for invocation in invocations:
        ended = runner.run(invocation, listen)
        read.interrupted = read.interrupted or ended.interrupted
        if ended.code and not read.failed:
            read.complaints += ended.complaints or (f"Ansible ended with code {ended.code} and gave no reason",)
    return read


def summary(read: Certificates) -> MigrateError | None:
    """Sum up what a person must see to, None if there is nothing."""
    told = [f"{host}: {failure.message}" for host, failure in read.failed.items()]
    told += read.complaints
    told += [f"{one.host}: {one.path}: {_left(one)}" for one in read.failing]
    if not told:
        return None
    hints = [failure.hint for failure in read.failed.values()] + [one.advice() for one in read.failing]
    error = MigrateError(told[0], hint=" ".join(dict.fromkeys(hints)), details=told[1:])
    error.exit_code = read.exit_code
    return error


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
        "complaints": read.complaints,
    }  # fmt: skip


def _seen(host: str, told: Sequence[Mapping[str, Any]]) -> Iterable[HostCertificate]:
    for one in told:
        yield HostCertificate(
            host, one["role"], one["path"], tuple(one["names"]), one["days"], one["ends"], one["problem"]
        )


def _left(one: HostCertificate) -> str:
    return "there is none" if one.days is None else f"{one.days} days left"
