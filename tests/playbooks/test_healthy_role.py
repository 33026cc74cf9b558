"""The last step of a deployment of Talk, run by Ansible itself: what is wrong reaches a person and a program, whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrate.core.errors import Exit
from migrate.core.playbook import Invocation, State
from migrate.deployment.failures import explain
from migrate.deployment.runner import AnsibleRunner
from migrate.services.playbooks import Outcome, run_playbooks, to_json
from migrate.shared.masking import Masking
from tests.playbooks.modules import PLAYBOOKS
from tests.ports import free_port

PLAY = """
- hosts: nextcloud
  gather_facts: false
  tasks:
    - ansible.builtin.include_role:
        name: nextcloud_talk
        tasks_from: healthy
      vars:
        nextcloud_talk_checks: "{{ playbook_dir }}/checks.json"
        nextcloud_talk_occ: [sh, "{{ playbook_dir }}/occ"]
"""
CRON = {"OCA\\Settings\\SetupChecks\\CronInfo": {"severity": "error", "description": "ran 56 years ago"}}
pytestmark = pytest.mark.slow


def deployed(here: Path, asked: dict[str, object]) -> Outcome:
    for name in ("library", "module_utils", "roles"):
        (here / name).symlink_to(PLAYBOOKS / name)
    (here / "play.yml").write_text(PLAY)
    (here / "said.json").write_text(json.dumps({"system": CRON}))
    (here / "occ").write_text(f"cat {here}/said.json; exit 1")
    (here / "checks.json").write_text(json.dumps({"nextcloud": "https://cloud.example.org", **asked}))
    (here / "inventory.ini").write_text(
        "[nextcloud]\none.example.org ansible_connection=local ansible_python_interpreter=/usr/bin/python3\n"
    )
    invocation = Invocation(here / "play.yml", here / "inventory.ini")
    return run_playbooks(AnsibleRunner(Masking({})), [invocation], explain)


def test_every_fault_is_a_failure_with_its_code_and_its_hint(tmp_path: Path) -> None:
    ports = {"port": free_port(), "tls_port": free_port()}
    turn = {"domain": "localhost", **ports, "secret": "secret-of-turn", "behind_nat": False}
    done = deployed(tmp_path, {"turn": turn, "janus": f"ws://127.0.0.1:{free_port()}"})
    codes = [one.failure.code for one in done.failed]
    assert codes == ["turn-unreachable", "turn-unreachable", "janus-unreachable", "nextcloud-unreachable"]
    assert {one.result.task for one in done.failed} == {"nextcloud_talk : See that calls can be held"}
    assert all(one.failure.hint for one in done.failed)
    assert done.exit_code is Exit.CHECK_FAILED
    assert "secret-of-turn" not in json.dumps(to_json(done))


def test_what_is_only_remarked_lets_the_deployment_go_on(tmp_path: Path) -> None:
    done = deployed(tmp_path, {"turn": None})
    assert (done.failed, done.exit_code) == ([], Exit.OK)
    assert done.hosts["one.example.org"].counts.keys() == {State.OK}
    assert [one.failure.code for one in done.remarked] == ["nextcloud-cron"]
