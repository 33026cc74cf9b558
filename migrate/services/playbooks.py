"""Playbooks run for deploy, destroy and accounts, and what came of it is kept by host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from migrate.core.errors import Exit, MigrateError
from migrate.core.playbook import (
    Ended,
    Event,
    Failure,
    HostResult,
    Invocation,
    PlaybookRunner,
    State,
    TaskStarted,
    Tell,
)
from migrate.services.run_log import RunLog

Explain = Callable[[HostResult], Failure]

_BUNDLE = "jitsi_migrate_bundle"
# Of failures with several causes the one that a person must decide on gives the exit code, at last the one that passes.
_GRAVEST = (Exit.REFUSED, Exit.CONFIGURATION, Exit.CHECK_FAILED, Exit.TARGET, Exit.TRY_LATER)


@dataclass(frozen=True, slots=True)
class FailedTask:
    """A task that failed, and what that means."""

    result: HostResult
    failure: Failure


@dataclass(slots=True)
class HostOutcome:
    """What happened to one host. `services` were told of new files, or would be."""

    host: str
    counts: Counter[State] = field(default_factory=Counter)
    changes: list[HostResult] = field(default_factory=list)
    services: dict[str, None] = field(default_factory=dict)
    failed: list[FailedTask] = field(default_factory=list)
    seconds: float = 0

    def add(self, result: HostResult, explain: Explain) -> None:
        """Count a task that ended."""
        self.counts[result.state] += 1
        self.seconds += result.seconds
        if result.state is State.CHANGED:
            self.changes.append(result)
        # Who only compares tells whom it would tell.
        if result.module == _BUNDLE and not result.state.bad and "differs" not in result.data:
            self.services.update(dict.fromkeys([*_names(result, "restart"), *_names(result, "reload")]))
        if result.state.bad:
            self.failed.append(FailedTask(result, explain(result)))


@dataclass(slots=True)
class Outcome:
    """What came of a run, by host in the order in which they began."""

    check: bool
    hosts: dict[str, HostOutcome] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()
    interrupted: bool = False
    code: int = 0

    @property
    def failed(self) -> list[FailedTask]:
        """All failures of all hosts."""
        return [failed for host in self.hosts.values() for failed in host.failed]

    @property
    def changed(self) -> bool:
        """Whether anything is, or would be, another than before."""
        return any(host.changes for host in self.hosts.values())

    @property
    def exit_code(self) -> Exit:
        """The exit code of the gravest cause."""
        if self.interrupted:
            return Exit.INTERRUPTED
        causes = {failed.failure.exit_code for failed in self.failed}
        if self.code and not causes:
            return Exit.CONFIGURATION
        return next((code for code in _GRAVEST if code in causes), Exit.OK)


def run_playbooks(
    runner: PlaybookRunner, invocations: Iterable[Invocation], explain: Explain, log: RunLog, tell: Tell
) -> Outcome:
    """Run playbooks one after the other; one that fails is the last."""
    done: Outcome | None = None

    for invocation in invocations:
        done = done or Outcome(invocation.check)
        ended = runner.run(invocation, _listener(done, explain, log, tell))
        _close(done, ended, log)
        if ended.code or ended.interrupted:
            break
    return done or Outcome(check=False)


def _listener(done: Outcome, explain: Explain, log: RunLog, tell: Tell) -> Tell:
    def listen(event: Event) -> None:
        log.event(event)
        host = done.hosts.setdefault(event.host, HostOutcome(event.host))
        if not isinstance(event, TaskStarted):
            host.add(event, explain)
        tell(event)

    return listen


def _close(done: Outcome, ended: Ended, log: RunLog) -> None:
    done.code, done.interrupted = ended.code, ended.interrupted
    if ended.code and not done.failed and not ended.interrupted:
        done.complaints = ended.complaints or (f"Ansible ended with code {ended.code} and gave no reason",)
    for words in (*ended.complaints, f"ended with code {ended.code}", *["interrupted"] * ended.interrupted):
        log.words(words)


def _names(result: HostResult, key: str) -> Iterator[str]:
    found = result.data.get(key)
    yield from (str(name) for name in found) if isinstance(found, list) else ()


def summary(done: Outcome) -> MigrateError | None:
    """Sum up what failed, None if nothing did."""
    told = [f"{one.result.host}: {one.result.task}: {one.failure.message}" for one in done.failed]
    words = [*told, *done.complaints]
    if not words:
        return None
    hints = dict.fromkeys(one.failure.hint for one in done.failed)
    error = MigrateError(words[0], hint=" ".join(hints), details=words[1:])
    error.exit_code = done.exit_code
    return error


def to_json(done: Outcome) -> Mapping[str, object]:
    """Return it for --json."""
    return {
        "check": done.check,
        "changed": done.changed,
        "complaints": list(done.complaints),
        "hosts": [
            {
                "host": host.host,
                "counts": {state.value: host.counts[state] for state in State},
                "seconds": round(host.seconds, 1),
                "services": list(host.services),
                "changes": [{"task": one.task, "diff": one.diff} for one in host.changes],
                "failures": [
                    {"task": one.result.task, **one.failure.to_json(), "exit_code": int(one.failure.exit_code)}
                    for one in host.failed
                ],
            }
            for host in done.hosts.values()
        ],
    }  # fmt: skip
