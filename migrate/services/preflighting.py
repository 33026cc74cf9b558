"""preflight: hosts are asked and looked at, all at the same time, and what was seen is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from migrate.core.check import Finding, Look, Needs, Resolved, Seen, Verdict
from migrate.core.errors import Exit, MigrateError
from migrate.core.playbook import Ended, Event, Failure, HostResult, Tell

HERE = "localhost"
"""What Ansible calls the machine that it runs on."""
SECONDS = 30
"""How long ports answer, if nobody asks."""

_Port = dict[str, Any]
Judge = Callable[[Needs, Seen], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be looked at: hosts, what their names lead to, other places to look from, and words to be known by."""

    needs: Sequence[Needs]
    names: Mapping[str, Resolved]
    places: Sequence[str]
    nonce: str

    def variables(self) -> Mapping[str, Any]:
        """Return what the playbook needs to know."""
        return {
            "preflight_asked": {one.host: _survey(one) | {"ports": self._ports(one)} for one in self.needs},
            "preflight_targets": self._targets(),
            "preflight_nonce": self.nonce,
            "preflight_seconds": SECONDS,
        }

    def _ports(self, needs: Needs) -> list[_Port]:
        called = {("tcp", port): None for other in self.needs for host, _, port in other.calls if host == needs.host}
        return [_port(*port) for port in {**_samples(needs), **called}]

    def _targets(self) -> dict[str, list[_Port]]:
        everywhere = [
            _port(*port) | {"host": needs.host, "address": address}
            for needs in self.needs
            for address in self._addresses(needs)
            for port in _samples(needs)
        ]
        targets = dict.fromkeys((HERE, *self.places), everywhere) if everywhere else {}
        for needs in self.needs:
            if calls := list(self._calls(needs)):
                targets[needs.host] = [*targets.get(needs.host, ()), *calls]
        return targets

    def _calls(self, needs: Needs) -> Iterator[_Port]:
        for host, to, port in needs.calls:
            # Who is not asked does not answer.
            if any(other.host == host for other in self.needs):
                yield _port("tcp", port) | {"host": host, "address": to}

    def _addresses(self, needs: Needs) -> Sequence[str]:
        """Return all by which people reach a host; nothing known: "", by which Ansible does."""
        resolved = [address for name in needs.names if name in self.names for address in _of(self.names[name])]
        mapped = dict(needs.mappings)
        given = [mapped.get(address, address) for address in needs.addresses]
        return tuple(dict.fromkeys([*resolved, *mapped.values(), *given])) or ("",)


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found: `hosts` has each host's findings, `unreachable` who could not be asked, and why.

    `complaints` is what kept all of it from being done.
    """

    hosts: Mapping[str, Sequence[Finding]]
    unreachable: Mapping[str, Failure]
    complaints: Sequence[str] = ()
    interrupted: bool = False

    @property
    def exit_code(self) -> Exit:
        """How it ends for a script. What was not seen can only be worse than what was."""
        if self.unreachable or self.complaints:
            return next((failure.exit_code for failure in self.unreachable.values()), Exit.TARGET)
        return Exit.CHECK_FAILED if self.count(Verdict.FAILED) else Exit.OK

    def count(self, verdict: Verdict) -> int:
        """Count findings."""
        return sum(found.verdict is verdict for findings in self.hosts.values() for found in findings)


def summary(done: Preflight) -> MigrateError | None:
    """Sum up what is not well, None if nothing is."""
    told = [(f"{host}: {failure.message}", failure.hint) for host, failure in done.unreachable.items()]
    told += [(words, "") for words in done.complaints]
    told += [
        (f"{one.host}: {one.message}", one.hint)
        for findings in done.hosts.values()
        for one in findings
        if one.verdict is Verdict.FAILED
    ]
    if not told:
        return None
    error = MigrateError(told[0][0], hint=told[0][1], details=[words for words, _ in told[1:]])
    error.exit_code = done.exit_code
    return error


@dataclass(slots=True)
class _Answers:
    surveys: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    answering: dict[str, frozenset[tuple[str, int]]] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)
    bad: dict[str, HostResult] = field(default_factory=dict)
    ahead: dict[str, float] = field(default_factory=dict)


def preflight(
    request: Request,
    run: Callable[[Tell], Ended],
    judge: Judge,
    explain: Callable[[HostResult], Failure],
    clock: Callable[[], float],
) -> Preflight:
    """Ask the hosts, look at them, and judge. `clock` tells the seconds since 1970."""
    answers = _Answers()
    ended = run(lambda event: _take(answers, event, clock()))
    asked = [needs for needs in request.needs if needs.host in answers.surveys]
    hosts = {needs.host: [*judge(needs, _seen(request, answers, needs))] for needs in asked}
    unreachable: dict[str, Failure] = {}
    for host, result in answers.bad.items():
        if host in hosts:
            hosts[host].append(_broken(host, host, result))
        elif host in (needs.host for needs in request.needs):
            unreachable[host] = explain(result)
        else:
            for needs in asked:
                hosts[needs.host].append(_broken(needs.host, host, result))
    complaints = ended.complaints if ended.code and not (hosts or unreachable) else ()
    return Preflight(hosts, unreachable, complaints, ended.interrupted)


def to_json(done: Preflight) -> Mapping[str, Any]:
    """Return it for --json."""
    return {
        "hosts": [
            {
                "host": host,
                "findings": [
                    {"code": one.code, "verdict": one.verdict.value, "message": one.message, "hint": one.hint}
                    for one in findings
                ],
            }
            for host, findings in done.hosts.items()
        ],
        "unreachable": [{"host": host, **failure.to_json()} for host, failure in done.unreachable.items()],
        "complaints": list(done.complaints),
        "summary": {verdict.value: done.count(verdict) for verdict in Verdict},
    }


def _take(answers: _Answers, result: Event, now: float) -> None:
    """Keep what a task told."""
    if not isinstance(result, HostResult):
        return
    if result.state.bad:
        answers.bad[result.host] = result
    elif "host" in result.data:
        answers.surveys[result.host] = result.data["host"]
        answers.ahead[result.host] = result.data["host"]["clock"] - now
    elif "answering" in result.data:
        answers.answering[result.host] = frozenset((one["protocol"], one["port"]) for one in result.data["answering"])
    elif "looks" in result.data:
        answers.looks += _looks(result)


def _looks(result: HostResult) -> Iterator[Look]:
    place = "" if result.host == HERE else result.host
    for one in result.data["looks"]:
        ahead = one["clock"] - one["now"] if "clock" in one and not place else None
        known = {name: one[name] for name in ("host", "address", "protocol", "port", "state")}
        yield Look(place, **known, arrived=one.get("arrived", ""), ahead=ahead)


def _seen(request: Request, answers: _Answers, needs: Needs) -> Seen:
    looks = tuple(look for look in answers.looks if look.host == needs.host)
    # What came straight back knows the clock best.
    exact = next((look.ahead for look in looks if look.ahead is not None), None)
    return Seen(
        answers.surveys[needs.host],
        answers.answering.get(needs.host, frozenset()),
        looks,
        answers.ahead[needs.host] if exact is None else exact,
        {name: request.names[name] for name in needs.names if name in request.names},
    )


def _broken(host: str, place: str, result: HostResult) -> Finding:
    where = f"{'this machine' if place == HERE else place}: " if place != host else ""
    hint = "What it would have told is not known: put that right, and look again."
    return Finding("not-looked-at", Verdict.WARNING, host, f"{where}{result.task}: {result.message}", hint)


def _survey(needs: Needs) -> dict[str, Any]:
    return {
        "packages": list(needs.packages),
        "pages": [asdict(page) for page in needs.pages],
        "files": list(needs.files),
        "paths": list(needs.paths),
        "firewall": needs.firewall,
    }


def _samples(needs: Needs) -> dict[tuple[str, int], None]:
    return dict.fromkeys((one.protocol, port) for one in needs.listeners if one.public for port in one.samples)


def _port(protocol: str, port: int) -> _Port:
    return {"protocol": protocol, "port": port}


def _of(resolved: Resolved) -> Sequence[str]:
    return resolved.dns or resolved.system
