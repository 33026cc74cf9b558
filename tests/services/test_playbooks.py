"""What is kept of a run of playbooks: by host, with every failure, and a log that holds what happened."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from migrate.core.errors import Exit
from migrate.core.playbook import Ended, Event, Failure, HostResult, Invocation, State, TaskStarted
from migrate.services.playbooks import Outcome, run_playbooks, summary, to_json
from migrate.services.run_log import RunLog
from tests.fakes.playbooks import FakeRunner

MEET, BRIDGE = "meet.example.org", "bridge.example.org"
INVOCATION = Invocation(Path("play.yml"), Path("inventory.ini"))


def explain(result: HostResult) -> Failure:
    return Failure(result.message, f"words of {result.message}", "hint", Exit[result.message.upper()])


def failed(host: str, cause: str, state: State = State.FAILED) -> HostResult:
    return HostResult(host, "common : Install", state, 1.5, "apt", cause, "said", data={"secret": "raw"})


def carried_out(directory: Path, *runs: tuple[list[Event], Ended]) -> tuple[Outcome, FakeRunner]:
    runner = FakeRunner(*runs)
    with RunLog.opened(directory, lambda: datetime(2027, 1, 1, 9, 30, tzinfo=UTC)) as log:
        done = run_playbooks(runner, [INVOCATION] * len(runs), explain, log.event)
        for ended in done.endings:
            log.ended(ended)
    return done, runner


def test_tasks_are_counted_by_host_and_services_named_once(tmp_path: Path):
    told = {"restart": ["prosody", "jicofo"], "reload": ["nginx"]}
    events = [
        TaskStarted(MEET, "bundle : Compare"),
        HostResult(MEET, "bundle : Compare", State.OK, 1, "jitsi_migrate_bundle", data=told),
        HostResult(MEET, "bundle : Put", State.CHANGED, 2.5, "jitsi_migrate_bundle", diff="+a\n", data=told),
        HostResult(MEET, "Say", State.SKIPPED, module="debug"),
        HostResult(BRIDGE, "Say", State.OK, module="debug", data={"restart": ["no"]}),
    ]
    done, _ = carried_out(tmp_path, (events, Ended(0)))
    meet = done.hosts[MEET]
    assert (meet.counts, meet.seconds) == ({State.OK: 1, State.CHANGED: 1, State.SKIPPED: 1}, 3.5)
    assert list(meet.services) == ["prosody", "jicofo", "nginx"]
    assert not done.hosts[BRIDGE].services
    assert (done.exit_code, done.changed, summary(done)) == (Exit.OK, True, None)


def test_all_hosts_that_failed_are_told(tmp_path: Path):
    events = [failed(MEET, "try_later"), failed(BRIDGE, "target", State.UNREACHABLE)]
    done, _ = carried_out(tmp_path, (events, Ended(4)))
    assert [one.result.host for one in done.failed] == [MEET, BRIDGE]
    error = summary(done)
    assert (error.exit_code, error.message) == (Exit.TARGET, f"{MEET}: common : Install: words of try_later")
    assert error.details == (f"{BRIDGE}: common : Install: words of target",)
    assert [host["failures"][0]["exit_code"] for host in to_json(done)["hosts"]] == [75, 5]


def test_all_that_a_module_found_wrong_is_told_and_so_is_what_it_only_remarked(tmp_path: Path):
    found = {"problems": ["target", "check_failed"], "remarks": ["ok"]}
    checks = "jitsi_migrate_talk_checks"
    bad = HostResult(MEET, "See", State.FAILED, module=checks, message="target\ncheck_failed", data=found)
    good = HostResult(BRIDGE, "See", State.OK, module=checks, data={"problems": [], "remarks": ["ok"]})
    done, _ = carried_out(tmp_path, ([bad, good], Ended(2)))
    assert [one.failure.message for one in done.failed] == ["words of target", "words of check_failed"]
    assert [one.result.host for one in done.remarked] == [MEET, BRIDGE]
    assert done.exit_code == Exit.CHECK_FAILED
    assert done.hosts[MEET].counts == {State.FAILED: 1}
    assert to_json(done)["hosts"][1]["remarks"] == [{"code": "ok", "message": "words of ok", "hint": "hint"}]


@pytest.mark.parametrize(
    ("causes", "code"),
    [
        (["try_later"], 75), (["try_later", "target"], 5), (["target", "check_failed"], 7),
        (["check_failed", "configuration"], 3), (["configuration", "refused", "try_later"], 8),
    ],
)  # fmt: skip
def test_the_exit_code_is_of_the_cause_that_a_person_must_decide_on(tmp_path: Path, causes: list[str], code: int):
    done, _ = carried_out(tmp_path, ([failed(f"{cause}.example.org", cause) for cause in causes], Ended(2)))
    assert done.exit_code == code


def test_after_a_playbook_that_failed_no_other_is_run(tmp_path: Path):
    done, runner = carried_out(tmp_path, ([failed(MEET, "target")], Ended(2)), ([], Ended(0)))
    assert len(runner.invocations) == 1
    assert done.exit_code == Exit.TARGET


def test_a_playbook_that_cannot_run_is_not_taken_for_done(tmp_path: Path):
    done, _ = carried_out(tmp_path, ([], Ended(1, complaints=("no such role",))))
    assert (done.exit_code, done.complaints, summary(done).message) == (3, ["no such role"], "no such role")


def test_a_run_that_was_interrupted_says_so_whatever_failed(tmp_path: Path):
    done, _ = carried_out(tmp_path, ([failed(MEET, "target")], Ended(99, interrupted=True)))
    assert done.exit_code == Exit.INTERRUPTED
    assert "interrupted" in (tmp_path / "log.txt").read_text()


def test_the_log_has_what_happened_for_programs_and_for_people(tmp_path: Path):
    before = os.umask(0)
    try:
        carried_out(tmp_path, ([TaskStarted(MEET, "common : Install"), failed(MEET, "target")], Ended(2)))
    finally:
        os.umask(before)
    first, second, last = map(json.loads, (tmp_path / "log.jsonl").read_text().splitlines())
    assert first == {
        "time": "2027-01-01T09:30:00+00:00", "event": "started", "host": MEET, "task": "common : Install",
    }  # fmt: skip
    assert (second["event"], second["state"], second["output"], last["event"]) == ("result", "failed", "said", "words")
    assert "data" not in second
    assert (tmp_path / "log.txt").read_text().splitlines()[:3] == [
        "09:30:00  meet.example.org  failed         1.5 s  common : Install", "          target", "          said",
    ]  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_the_log_is_written_as_things_happen(tmp_path: Path):
    with RunLog.opened(tmp_path, lambda: datetime(2027, 1, 1, tzinfo=UTC)) as log:
        log.event(TaskStarted(MEET, "x"))
        log.event(HostResult(MEET, "x", State.OK))
        assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 2
        assert len((tmp_path / "log.txt").read_text().splitlines()) == 1
