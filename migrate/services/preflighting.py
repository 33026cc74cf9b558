"""preflight: hosts are asked and looked at, all at the same time, and what was seen is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from migrate.core.check import Finding, Look, Needs, Resolved, Seen, Verdict
from migrate.core.errors import Exit, MigrateError, summed_up
from migrate.core.playbook import Failure, HostResult
from migrate.services.playbooks import Outcome

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

    hosts: dict[str, list[Finding]] = field(default_factory=dict)
    unreachable: dict[str, Failure] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

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
    return summed_up([words for words, _ in told], [hint for _, hint in told[:1]], done.exit_code)


def preflight(looks: Iterable[tuple[Request, Outcome]], judge: Judge) -> Preflight:
    """Judge what was seen of hosts: for each request what came of the playbook that looked."""
    done = Preflight()
    for request, outcome in looks:
        _judge(done, request, outcome, judge)
    return done


def _judge(done: Preflight, request: Request, outcome: Outcome, judge: Judge) -> None:
    answers = _answers(outcome)
    asked = [needs for needs in request.needs if needs.host in answers.surveys]
    for needs in asked:
        done.hosts.setdefault(needs.host, []).extend(judge(needs, _seen(request, answers, needs)))
    for failed in outcome.failed:
        host = failed.result.host
        if host in answers.surveys:
            done.hosts[host].append(_broken(host, failed.result))
        elif any(needs.host == host for needs in request.needs):
            done.unreachable[host] = failed.failure
        else:
            for needs in asked:
                done.hosts[needs.host].append(_broken(needs.host, failed.result))
    done.complaints.extend(outcome.complaints)


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
        "complaints": done.complaints,
        "summary": {verdict.value: done.count(verdict) for verdict in Verdict},
    }


@dataclass(frozen=True, slots=True)
class _Answers:
    """What hosts told of themselves and when, on which ports they answer, and what was seen from elsewhere."""

    surveys: Mapping[str, HostResult]
    answering: Mapping[str, frozenset[tuple[str, int]]]
    looks: Sequence[Look]


def _answers(outcome: Outcome) -> _Answers:
    answering = {result.host: result.data["answering"] for result in outcome.told("jitsi_migrate_responder")}
    return _Answers(
        {result.host: result for result in outcome.told("jitsi_migrate_survey")},
        {host: frozenset((one["protocol"], one["port"]) for one in ports) for host, ports in answering.items()},
        [look for result in outcome.told("jitsi_migrate_probe") for look in _looks(result)],
    )


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
    told = answers.surveys[needs.host]
    survey = told.data["host"]
    return Seen(
        survey,
        answers.answering.get(needs.host, frozenset()),
        looks,
        survey["clock"] - told.ended if exact is None else exact,
        {name: request.names[name] for name in needs.names if name in request.names},
    )


def _broken(host: str, result: HostResult) -> Finding:
    place = "this machine" if result.host == HERE else result.host
    where = f"{place}: " if result.host != host else ""
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
