"""Every field that commands for servers print for programs is documented, with its type."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from migrate.core.check import Finding, Verdict
from migrate.core.errors import Exit
from migrate.core.playbook import Failure, HostResult, State
from migrate.deployment.failures import explain
from migrate.services.certificates import Certificates, HostCertificate
from migrate.services.certificates import to_json as certificates_json
from migrate.services.destroying import remains_of
from migrate.services.playbooks import FailedTask, HostOutcome, Outcome
from migrate.services.playbooks import to_json as deploy_json
from migrate.services.preflighting import Preflight, summary
from migrate.services.preflighting import to_json as preflight_json
from tests.cli.program import run
from tests.docs.prose import REFERENCE, fields
from tests.docs.test_formats import compare
from tests.servers import DOMAIN, server

JSON = REFERENCE / "json-output.md"
HOST = "meet.example.org"
FAILURE = Failure("ssh-refused", "nothing answers", "Start ssh.", Exit.TARGET)
CHANGED = HostResult(
    HOST, "Put", State.CHANGED, 1.5, "jitsi_migrate_bundle", diff="+a\n", data={"restart": ["jicofo"], "reload": []}
)
REMARK = HostResult(
    HOST, "See", State.OK, module="jitsi_migrate_talk_checks", data={"remarks": ["Nextcloud says (X): that it is new"]}
)
LOST = FailedTask(HostResult("bridge.example.org", "Read", State.UNREACHABLE), FAILURE)


def deployed() -> Outcome:
    host = HostOutcome(HOST)
    for result in (CHANGED, REMARK, HostResult(HOST, "Start", State.FAILED, message="on fire")):
        host.add(result, explain)
    return Outcome(check=False, hosts={HOST: host})


def deploy() -> Mapping[str, Any]:
    return {**deploy_json(deployed()), "log": "runs/x"}


def destroy() -> Mapping[str, Any]:
    gone = HostOutcome(HOST)
    gone.add(
        HostResult(HOST, "Remove", State.CHANGED, data={"archive": "/a", "kept": ["/b"], "needed": ["c"]}), explain
    )
    return {"remains": [one.to_json() for one in remains_of(Outcome(check=False, hosts={HOST: gone}))]}


def preflight() -> Mapping[str, Any]:
    found = Finding("dns", Verdict.FAILED, HOST, "has no address", "Add it.")
    return preflight_json(Preflight({HOST: [found]}, {"bridge.example.org": FAILURE}))


def certificates() -> Mapping[str, Any]:
    seen = [HostCertificate(HOST, "web", "/a", (HOST,), days, "2027-01-05T09:00:00Z", "") for days in (60, None)]
    lost = Outcome(hosts={"bridge.example.org": HostOutcome("bridge.example.org", failed=[LOST])})
    return certificates_json(Certificates(25, seen, lost))


@pytest.mark.parametrize("command", [deploy, destroy, preflight, certificates], ids=lambda command: command.__name__)
def test_what_a_command_prints_for_programs_is_documented(command) -> None:
    compare([command()], fields(JSON, command.__name__))


@pytest.mark.slow
def test_what_accounts_prints_for_programs_is_documented(tmp_path: Path) -> None:
    site = server(tmp_path / "site", DOMAIN)
    (site / "hosts.csv").write_text("zoom_name,zoom_id,zoom_email,account,calendar_url\nBo,,,bo,\n")
    assert run("--site", site, "render").code == 0
    data = run("--site", site, "accounts", "--dry-run", "--json").json["data"]
    compare([data], fields(JSON, "accounts"))


def test_who_is_not_ready_is_an_error_for_programs_too() -> None:
    found = [Finding("dns", Verdict.FAILED, HOST, words, "Add it.") for words in ("no address", "no way")]
    told = summary(Preflight({HOST: found}, {}))
    assert told is not None
    assert (told.exit_code, told.message, told.details) == (
        Exit.CHECK_FAILED,
        f"{HOST}: no address",
        (f"{HOST}: no way",),
    )
    assert summary(Preflight({HOST: []}, {})) is None
