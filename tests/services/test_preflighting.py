"""preflight: what hosts tell is judged, and what could not be asked is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from migrate.core.check import Finding, Needs, Resolved, Seen, Verdict
from migrate.core.errors import Exit
from migrate.core.playbook import Ended, Event, HostResult, Invocation, State
from migrate.deployment.failures import explain
from migrate.services.playbooks import Outcome, run_playbooks
from migrate.services.preflighting import Preflight, Request, preflight
from tests.deployment.preflight.hosts import NEEDS, needing
from tests.fakes.playbooks import FakeRunner

MEET, BRIDGE = "meet", "bridge"
REQUEST = Request([NEEDS, needing(host=BRIDGE)], {"meet.example.org": Resolved(("198.51.100.5",), None)}, [], "x")
LOST = HostResult(BRIDGE, "Look at the host", State.UNREACHABLE, message="Connection timed out")


def survey(host: str, clock: float = 1000) -> HostResult:
    data = {"host": {"clock": clock}}
    return HostResult(host, "Look at the host", State.OK, module="jitsi_migrate_survey", data=data, ended=990)


def look(host: str, **more: Any) -> HostResult:
    one = {"host": MEET, "address": "", "protocol": "tcp", "port": 443, "state": "answered", **more}
    return HostResult(host, "Look", State.OK, module="jitsi_migrate_probe", data={"looks": [one]})


def ran(*events: Event, ended: Ended | None = None) -> Outcome:
    run = (events, ended or Ended(2 * any(one.state.bad for one in events)))
    return run_playbooks(FakeRunner(run), [Invocation(Path("x"), Path("y"))], explain)


def judged(*events: Event, ended: Ended | None = None) -> tuple[Preflight, dict[str, Seen]]:
    known: dict[str, Seen] = {}

    def judge(needs: Needs, seen: Seen) -> Sequence[Finding]:
        known[needs.host] = seen
        return [Finding("all", Verdict.OK, needs.host, "well")]

    return preflight([(REQUEST, ran(*events, ended=ended))], judge), known


def test_what_hosts_tell_is_judged_with_what_is_seen_of_them_from_elsewhere():
    answering = HostResult(
        MEET,
        "Answer",
        State.OK,
        module="jitsi_migrate_responder",
        data={"answering": [{"protocol": "tcp", "port": 443}]},
    )
    done, known = judged(survey(MEET), survey(BRIDGE), answering, look("localhost"), look(BRIDGE))
    assert (done.exit_code, list(done.hosts)) == (Exit.OK, [MEET, BRIDGE])
    assert known[MEET].answering == {("tcp", 443)}
    assert {one.place for one in known[MEET].looks} == {"", BRIDGE}
    assert not known[BRIDGE].looks


def test_a_clock_is_compared_with_ours_when_the_host_told_it_or_better_by_what_came_straight_back():
    assert judged(survey(MEET))[1][MEET].ahead == 10
    assert judged(survey(MEET), look("localhost", clock=5.0, now=3.0))[1][MEET].ahead == 2


def test_a_host_that_is_not_reached_counts_more_than_what_others_have():
    done, known = judged(survey(MEET), LOST)
    assert (list(done.unreachable), list(known)) == ([BRIDGE], [MEET])
    assert done.exit_code is Exit.TARGET


def test_what_could_not_be_looked_at_is_a_warning_for_whom_it_was_meant():
    for place in (MEET, "localhost"):
        broken = HostResult(place, "Look at the ports", State.FAILED, message="no room")
        done, _ = judged(survey(MEET), broken)
        assert [one.code for one in done.hosts[MEET]] == ["all", "not-looked-at"]
        assert (done.exit_code, done.unreachable) == (Exit.OK, {})


def test_a_playbook_that_does_not_run_is_no_host_that_is_ready():
    done, _ = judged(ended=Ended(4, complaints=("no such role",)))
    assert (done.exit_code, done.complaints) == (Exit.TARGET, ["no such role"])


def test_a_host_of_two_products_has_the_findings_of_both():
    looks = [(REQUEST, ran(survey(MEET))), (REQUEST, ran(survey(MEET), LOST))]
    done = preflight(looks, lambda needs, _: [Finding("all", Verdict.OK, needs.host, "well")])
    assert len(done.hosts[MEET]) == 2
    assert list(done.unreachable) == [BRIDGE]
