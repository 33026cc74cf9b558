"""Playbooks run for the commands that reach hosts, and what came of it is kept by host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from migrate.core.errors import Exit, MigrateError, summed_up
from migrate.core.playbook import (
    Ended,
    Event,
    Failure,
    HostResult,
    Invocation,
    PlaybookRunner,
    State,
    Tell,
)

Explain = Callable[[HostResult], Failure]

_BUNDLE = "jitsi_migrate_bundle"
_CHECKS = "jitsi_migrate_talk_checks"
# Of failures with several causes the one that a person must decide on gives the exit code, at last the one that passes.
_GRAVEST = (Exit.REFUSED, Exit.CONFIGURATION, Exit.CHECK_FAILED, Exit.TARGET, Exit.TRY_LATER)


@dataclass(frozen=True, slots=True)
class FailedTask:
    """A task that failed, and what that means; or a part of it, or what it only remarked."""

    result: HostResult
    failure: Failure


@dataclass(slots=True)
class HostOutcome:
    """What happened to one host, task by task."""

    host: str
    results: list[HostResult] = field(default_factory=list)
    failed: list[FailedTask] = field(default_factory=list)
    remarked: list[FailedTask] = field(default_factory=list)

    def add(self, result: HostResult, explain: Explain) -> None:
        """Keep how a task ended."""
        self.results.append(result)
        parts = [*_parts(result, "problems")] or [result]
        self.failed += [FailedTask(one, explain(one)) for one in parts if result.state.bad]
        known = {one.result.message for one in self.remarked}
        remarks = [one for one in _parts(result, "remarks") if one.message not in known]
        self.remarked += [FailedTask(one, explain(one)) for one in remarks]

    @property
    def counts(self) -> Counter[State]:
        """How many tasks ended how."""
        return Counter(result.state for result in self.results)

    @property
    def changes(self) -> list[HostResult]:
        """Those that changed something."""
        return [result for result in self.results if result.state is State.CHANGED]

    @property
    def services(self) -> list[str]:
        """Services that were told of new files, or would be."""
        # Who only compares tells whom it would tell.
        told = (one for one in self.results if one.module == _BUNDLE and "differs" not in one.data)
        return list(dict.fromkeys(name for one in told for key in ("restart", "reload") for name in _names(one, key)))

    @property
    def seconds(self) -> float:
        """How long its tasks took together."""
        return sum(result.seconds for result in self.results)


@dataclass(slots=True)
class Outcome:
    """What came of a run, by host in the order in which they began, and how each of its playbooks ended."""

    check: bool = False
    hosts: dict[str, HostOutcome] = field(default_factory=dict)
    endings: list[Ended] = field(default_factory=list)

    @property
    def interrupted(self) -> bool:
        """Whether somebody ended it."""
        return any(ended.interrupted for ended in self.endings)

    @property
    def complaints(self) -> list[str]:
        """Why nothing was done, where no host is to blame."""
        if self.failed or self.interrupted:
            return []
        return [words for ended in self.endings if ended.code for words in ended.complaints or (_silent(ended),)]

    @property
    def failed(self) -> list[FailedTask]:
        """All failures of all hosts."""
        return [failed for host in self.hosts.values() for failed in host.failed]

    @property
    def remarked(self) -> list[FailedTask]:
        """What all hosts remarked: nothing failed of it, and a person should know."""
        return [remarked for host in self.hosts.values() for remarked in host.remarked]

    @property
    def changed(self) -> bool:
        """Whether anything is, or would be, another than before."""
        return any(host.changes for host in self.hosts.values())

    def told(self, module: str) -> list[HostResult]:
        """Return what a module of ours told of the hosts on which it did not fail."""
        results = (result for host in self.hosts.values() for result in host.results)
        return [one for one in results if one.module == module and one.state in (State.OK, State.CHANGED)]

    @property
    def exit_code(self) -> Exit:
        """The exit code of the gravest cause."""
        if self.interrupted:
            return Exit.INTERRUPTED
        if self.complaints:
            return Exit.CONFIGURATION
        causes = {failed.failure.exit_code for failed in self.failed}
        return next((code for code in _GRAVEST if code in causes), Exit.OK)


def run_playbooks(
    runner: PlaybookRunner, invocations: Iterable[Invocation], explain: Explain, *listeners: Tell, go_on: bool = False
) -> Outcome:
    """Run playbooks one after the other; one that fails is the last, unless they shall go on."""
    done = Outcome()

    def listen(event: Event) -> None:
        host = done.hosts.setdefault(event.host, HostOutcome(event.host))
        if isinstance(event, HostResult):
            host.add(event, explain)
        for tell in listeners:
            tell(event)

    for invocation in invocations:
        done.check = invocation.check
        ended = runner.run(invocation, listen)
        done.endings.append(ended)
        if ended.interrupted or (ended.code and not go_on):
            break
    return done


def _silent(ended: Ended) -> str:
    return f"Ansible ended with code {ended.code} and gave no reason"


def _names(result: HostResult, key: str) -> Iterator[str]:
    found = result.data.get(key)
    yield from (str(name) for name in found) if isinstance(found, list) else ()


def _parts(result: HostResult, key: str) -> Iterator[HostResult]:
    """Yield what a module that looks at many things told of each."""
    if result.module == _CHECKS:
        yield from (replace(result, message=words) for words in _names(result, key))


def summary(done: Outcome) -> MigrateError | None:
    """Sum up what failed, None if nothing did."""
    told = [f"{one.result.host}: {one.result.task}: {one.failure.message}" for one in done.failed]
    return summed_up([*told, *done.complaints], [one.failure.hint for one in done.failed], done.exit_code)


def to_json(done: Outcome) -> Mapping[str, object]:
    """Return it for --json."""
    return {
        "check": done.check,
        "changed": done.changed,
        "complaints": done.complaints,
        "hosts": [
            {
                "host": host.host,
                "counts": {state.value: host.counts[state] for state in State},
                "seconds": round(host.seconds, 1),
                "services": host.services,
                "changes": [{"task": one.task, "diff": one.diff} for one in host.changes],
                "failures": [
                    {"task": one.result.task, **one.failure.to_json(), "exit_code": int(one.failure.exit_code)}
                    for one in host.failed
                ],
                "remarks": [one.failure.to_json() for one in host.remarked],
            }
            for host in done.hosts.values()
        ],
    }  # fmt: skip
