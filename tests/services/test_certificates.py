"""certificates: who must see to what, and with which exit code, as hosts tell of themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrate.core.errors import Exit
from migrate.core.playbook import Ended, HostResult, Invocation, State
from migrate.deployment.failures import explain
from migrate.services.certificates import Certificates, certificates_of, summary, to_json
from migrate.services.playbooks import run_playbooks
from tests.fakes.playbooks import FakeRunner

HOST = "meet.example.org"


def told(**more: Any) -> dict[str, Any]:
    known = {
        "role": "web",
        "path": "/a.crt",
        "names": [HOST],
        "days": 60,
        "ends": "2027-01-01T00:00:00Z",
        "problem": "",
    }
    return known | more


def read(*certificates: dict[str, Any], bad: HostResult | None = None, ended: Ended | None = None) -> Certificates:
    data = {"certificates": list(certificates)}
    answered = HostResult(HOST, "Read", State.OK, module="jitsi_migrate_certificates", data=data)
    runner = FakeRunner(([answered, *([bad] if bad else [])], ended or Ended(0)))
    return certificates_of(run_playbooks(runner, [Invocation(Path("x.yml"), Path("i"))], explain), 25)


def test_all_is_well_while_they_last():
    done = read(told(days=25), told(role="trusted", days=3000))
    assert (done.exit_code, done.failing, summary(done)) == (Exit.OK, [], None)


@pytest.mark.parametrize("more", [{"days": 24}, {"days": -3}, {"days": None}, {"problem": "Nobody shows it."}])
def test_what_does_not_last_or_is_not_shown_is_told(more: dict[str, Any]):
    done = read(told(), told(role="auth", path="/b.crt", **more))
    error = summary(done)
    assert error
    assert (done.exit_code, error.exit_code) == (Exit.CHECK_FAILED, Exit.CHECK_FAILED)
    assert error.message.startswith(f"{HOST}: /b.crt: ")
    assert [one["ok"] for one in to_json(done)["certificates"]] == [True, False]


def test_a_host_that_does_not_answer_counts_most():
    lost = HostResult("bridge.example.org", "Read", State.UNREACHABLE, message="Connection timed out")
    done = read(told(days=1), bad=lost, ended=Ended(4))
    assert done.exit_code not in (Exit.OK, Exit.CHECK_FAILED)
    assert [failure["host"] for failure in to_json(done)["failures"]] == ["bridge.example.org"]
    assert len(summary(done).details) == 1


def test_a_run_without_a_reason_is_no_success():
    done = read(ended=Ended(2))
    assert done.exit_code is Exit.CONFIGURATION
    assert "Ansible ended with code 2" in summary(done).message
