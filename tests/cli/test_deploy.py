"""deploy, as a person or a script runs it. That it deploys is proven on real servers, in tests/hosts."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from migrate.cli.output import Output
from migrate.cli.session import Session
from migrate.cli.show_deploy import show_deploy
from migrate.core.playbook import Ended, Event, HostResult, Invocation, State
from migrate.deployment.failures import explain
from migrate.services.playbooks import run_playbooks
from tests.cli.program import Result, run
from tests.cli.test_render import _read
from tests.deployments import SECRETS
from tests.fakes.playbooks import FakeRunner
from tests.servers import DOMAIN, below, server

NOBODY = "[all:vars]\nansible_host=127.0.0.1\nansible_port=1\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose host is this machine, at a port where nothing answers."""
    directory = server(tmp_path / "site")
    with (directory / "inventory.ini").open("a") as inventory:
        inventory.write(f"\n{NOBODY}")
    return directory


@pytest.fixture
def rendered(site: Path) -> Path:
    assert run("--site", site, "render").code == 0
    return site


def deploy(site: Path, *words: str) -> Result:
    return run("--site", site, "deploy", *words)


# --- What is refused before anything is run ---------------------------------------------------------------------------


def test_nothing_that_was_not_rendered_is_deployed(site: Path) -> None:
    done = deploy(site)
    assert (done.code, done.out) == (8, "")
    assert "nothing is rendered yet" in done.err
    assert "jitsi-migrate render" in done.err
    assert not (site / "runs").exists()


def test_a_step_that_there_is_not_is_refused_with_those_that_there_are(rendered: Path) -> None:
    done = deploy(rendered, "--tags", "files,nginx")
    assert done.code == 2
    assert "no step is called nginx" in done.err
    assert "packages, certificates, files, firewall, services" in done.err


@pytest.mark.parametrize("words", [(), ("--check",)])
def test_settings_that_changed_since_are_rendered_and_read_first(rendered: Path, words: Sequence[str]) -> None:
    server(rendered, f"{DOMAIN}metrics.enabled = true\n")
    done = deploy(rendered, *words)
    assert done.code == 8
    assert "  - meet.example.org\n" in done.err


def test_what_was_changed_in_the_bundle_is_not_deployed(rendered: Path) -> None:
    (rendered / "build/meet.example.org/files/etc/nftables.conf").write_text("flush ruleset\n")
    assert deploy(rendered).code == 8


def test_other_variables_are_not_deployed(rendered: Path) -> None:
    (rendered / "build/vars.yml").write_text("jitsi_meet_domain: other.example.org\n")
    done = deploy(rendered)
    assert (done.code, "  - build/vars.yml\n" in done.err) == (8, True)


def test_two_runs_do_not_deploy_at_once(rendered: Path) -> None:
    with (rendered / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert deploy(rendered).code == 9


@pytest.mark.parametrize("command", ["preflight", "deploy", "accounts", "certificates", "destroy"])
def test_every_command_asks_for_the_password_of_sudo_only_where_somebody_can_answer(
    rendered: Path, command: str
) -> None:
    words = ("--confirm", "meet.example.org") if command == "destroy" else ()
    done = run("--site", rendered, command, "--ask-become-pass", *words)
    assert done.code == 2
    assert "--ask-become-pass needs a terminal" in done.err


@pytest.mark.parametrize(
    "words", [("--detailed-exitcode",), ("--ask-become-pass",), ("no.example.org",), ("--limit", "no.example.org")]
)
def test_what_cannot_be_is_a_fault_of_usage(rendered: Path, words: Sequence[str]) -> None:
    assert deploy(rendered, *words).code == 2
    assert not (rendered / "runs").exists()


# --- What a host that nobody reaches is told as -----------------------------------------------------------------------


@pytest.mark.slow
def test_a_host_that_does_not_answer_is_named_with_reason_hint_log_and_what_goes_on(rendered: Path) -> None:
    done = deploy(rendered, "meet.example.org", "--check")
    assert (done.code, done.err) == (5, "")
    lines = [line.strip() for line in done.out.splitlines()]
    assert "meet.example.org  nothing answers at 127.0.0.1 port 1" in lines
    assert "hint  Start ssh on the host, or name its port in inventory.ini: ansible_port=…" in lines
    assert lines[-1] == f"jitsi-migrate --site {rendered} deploy meet.example.org --check"
    (directory,) = (rendered / "runs").iterdir()
    assert lines[-3] == f"1 of 1 host failed. The log is {directory}/log.txt"
    assert {path.stat().st_mode & 0o777 for path in below(rendered / "runs") if path.is_dir()} == {0o700}
    logged = "".join(path.read_text() for path in directory.iterdir())
    assert "Connection refused" in logged
    assert not [secret for secret in SECRETS.values() if secret in logged]


@pytest.mark.slow
def test_a_program_gets_the_same_as_data(rendered: Path) -> None:
    done = deploy(rendered, "--json")
    envelope = done.json
    assert (envelope["status"], envelope["exit_code"], envelope["error"]["kind"]) == ("error", 5, "target")
    (host,) = envelope["data"]["hosts"]
    assert [one["code"] for one in host["failures"]] == ["ssh-refused"]
    assert Path(envelope["data"]["log"], "log.jsonl").is_file()


@pytest.mark.slow
def test_a_person_sees_how_each_host_gets_on_and_in_the_end_no_more_of_it(rendered: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "migrate.cli", "--site", str(rendered), "deploy"]
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm-256color"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment) as program:
        os.close(theirs)
        shown = b"".join(_read(ours)).decode()
        printed = program.stdout.read().decode()
    os.close(ours)
    assert "meet.example.org" in shown
    assert "bundle : " in shown or "common : " in shown
    assert "\x1b[2K" in shown
    assert "meet.example.org" in printed and "done" not in printed


# --- How it is shown --------------------------------------------------------------------------------------------------


def shown(capsys: pytest.CaptureFixture[str], events: list[Event], **more) -> list[str]:
    session = Session(["deploy", "--diff"])
    invocation = Invocation(Path("x"), Path("y"), check=more.pop("check", False))
    code = 2 if any(isinstance(one, HostResult) and one.state.bad for one in events) else 0
    done = run_playbooks(FakeRunner((events, Ended(code))), [invocation], explain)
    session.verbosity = more.pop("verbosity", 0)
    show_deploy(Output(session), done, Path("runs/x"), diff=more.pop("diff", False), **more)
    return capsys.readouterr().out.splitlines()


CHANGED = HostResult(
    "meet.example.org", "bundle : Put", State.CHANGED, 37.6, "jitsi_migrate_bundle", diff="-a\n+b\n",
    data={"restart": ["jicofo"], "reload": ["nginx"]},
)  # fmt: skip
SAME = HostResult("bridge.example.org", "bundle : Put", State.OK, 3)
BROKEN = HostResult("bridge.example.org", "Start", State.FAILED, 1, message="Unable to start service jicofo: x")


def test_a_deployment_that_went_well_is_a_line_for_each_host(capsys: pytest.CaptureFixture[str]):
    assert shown(capsys, [CHANGED, SAME]) == [
        "meet.example.org    1 changed   38 s", "  told jicofo, nginx", "bridge.example.org  1 ok         3 s",
        "Deployed 2 hosts.",
    ]  # fmt: skip


def test_who_still_needs_a_login_is_next_when_all_went_well(capsys: pytest.CaptureFixture[str]):
    told = {"then": "accounts"}
    assert shown(capsys, [CHANGED, SAME], **told)[-2:] == ["Deployed 2 hosts. Next:", "  jitsi-migrate accounts"]
    assert shown(capsys, [SAME], **told)[-2:] == ["Nothing to change on 1 host. Next:", "  jitsi-migrate accounts"]
    assert "Next" not in "".join(shown(capsys, [BROKEN], **told) + shown(capsys, [CHANGED], check=True, **told))


def test_differences_are_shown_if_asked_for(capsys: pytest.CaptureFixture[str]):
    assert shown(capsys, [CHANGED], diff=True)[2:5] == ["  bundle : Put", "    -a", "    +b"]


def test_a_check_speaks_of_what_would_be(capsys: pytest.CaptureFixture[str]):
    lines = shown(capsys, [CHANGED, SAME], check=True)
    assert lines[:2] == ["meet.example.org    1 would change   38 s", "  would tell jicofo, nginx"]
    assert lines[-1] == "1 of 2 hosts would change. Nothing was changed."


def test_the_quiet_hear_of_failures_all_the_same(capsys: pytest.CaptureFixture[str]):
    lines = shown(capsys, [CHANGED, SAME, BROKEN], verbosity=-1)
    assert lines[0] == "bridge.example.org  the service jicofo does not start"
    assert lines[-3:] == [
        "1 of 2 hosts failed; the others are done. The log is runs/x/log.txt",
        "When that is put right, go on with:", "  jitsi-migrate deploy --diff",
    ]  # fmt: skip


def test_what_should_be_known_is_told_though_nothing_failed(capsys: pytest.CaptureFixture[str]):
    words = "the clock of Nextcloud is 20 seconds behind this host's"
    seen = HostResult(
        "bridge.example.org", "See", State.OK, 3, "jitsi_migrate_talk_checks", data={"problems": [], "remarks": [words]}
    )
    assert shown(capsys, [seen]) == [
        "bridge.example.org  1 ok    3 s",
        "",
        f"bridge.example.org  {words}",
        "  at    See",
        "  hint  Set the time of both hosts by the network: timedatectl set-ntp true",
        "",
        "Nothing to change on 1 host.",
    ]


def test_the_playbooks_are_where_it_says() -> None:
    done = run("playbooks", "--path")
    assert done.code == 0
    assert Path(done.out.rstrip("\n"), "jitsi_meet_deploy.yml").is_file()
    told = run("playbooks", "--json").json["data"]
    assert told["path"] == done.out.rstrip("\n")
    assert "jitsi_meet_deploy.yml" in told["playbooks"]
    assert json.dumps(told)
