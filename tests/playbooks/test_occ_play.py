"""The play that runs occ, by Ansible on this machine: nothing that occ prints is told, and it comes in one file."""

from __future__ import annotations

import json
import os
import sys
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from migrate.core.playbook import Event, Invocation
from migrate.deployment.failures import explain
from migrate.deployment.runner import AnsibleRunner
from migrate.services.occ import PlaybookOcc
from migrate.services.playbooks import Outcome, run_playbooks
from migrate.shared.masking import Masking
from tests.playbooks.modules import PLAYBOOKS, run_once
from tests.talk.nextcloud import nextcloud_talk
from tests.talk.occ_program import OccProgram, occ_program

ADD = ["user:auth-tokens:add", "--no-interaction", "--", "ana"]
pytestmark = pytest.mark.slow


@pytest.fixture
def program() -> Iterator[OccProgram]:
    with nextcloud_talk() as server, occ_program(server) as found:
        yield found


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    path = tmp_path / "inventory.ini"
    # Whoever may, becomes another user, as on servers.
    su = "ansible_become_method=su ansible_become_flags='-s /bin/sh'"
    path.write_text(
        "[nextcloud]\n"
        f"one.example.org ansible_connection=local ansible_python_interpreter=/usr/bin/python3 {su}\n"
        "two.example.org ansible_connection=local ansible_port=1\n"
        "[all:vars]\nansible_host=192.0.2.1\n"
    )
    return path


def settings(words: list[str]) -> dict[str, Any]:
    user = "nobody" if not os.getuid() else Path("~").expanduser().owner()
    return {"nextcloud_occ_program": words, "nextcloud_occ_user": user}


def play(path: Path, inventory: Path, answer: Path, words: list[str], jobs: list[Any]) -> list[Event]:
    events: list[Event] = []
    given = {**settings(words), "nextcloud_occ_jobs": jobs, "nextcloud_occ_answer": str(answer)}
    ended = AnsibleRunner(Masking({})).run(Invocation(path, inventory, extra=given), events.append)
    assert ended.code == 0, events
    return events


def told(events: list[Event]) -> str:
    return json.dumps([asdict(event) for event in events], default=str)


def test_what_commands_print_is_in_the_file_and_nowhere_else(program: OccProgram, inventory: Path, tmp_path: Path):
    answer = tmp_path / "private" / "answer.json"
    answer.parent.mkdir(mode=0o700)
    who = ["/usr/bin/id", "-un"]
    jobs = [[[*ADD], ["user:auth-tokens:list", "--output=json", "--", "ana"]], [["no:such", "command"], ADD]]
    words = ["/usr/bin/python3", *program.words[1:]]
    events = play(PLAYBOOKS / "nextcloud_occ.yml", inventory, answer, words, jobs)
    (password,) = program.passwords
    (added, listed), (refused,) = json.loads(answer.read_text())
    assert password in added["output"]
    assert json.loads(listed["output"])[0]["id"] == 1
    assert refused["code"] == 1
    assert answer.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in answer.parent.iterdir()] == ["answer.json"]
    assert password not in told(events)
    assert "censored" in told(events)
    play(PLAYBOOKS / "nextcloud_occ.yml", inventory, answer, who[:1], [[["-un"]]])
    if not os.getuid():
        assert json.loads(answer.read_text())[0][0]["output"] == "nobody\n"


def test_without_being_told_not_to_ansible_would_tell_passwords(program: OccProgram, inventory: Path, tmp_path: Path):
    """So that the test above is known to look where they would be."""
    talkative = tmp_path / "play.yml"
    talkative.write_text((PLAYBOOKS / "nextcloud_occ.yml").read_text().replace("no_log: true", "no_log: false"))
    for name in ("library", "module_utils"):
        (tmp_path / name).symlink_to(PLAYBOOKS / name)
    events = play(talkative, inventory, tmp_path / "answer.json", ["/usr/bin/python3", *program.words[1:]], [[ADD]])
    assert program.passwords[0] in told(events)


def test_a_program_that_is_not_there_is_told_as_the_answer(inventory: Path, tmp_path: Path):
    answer = tmp_path / "answer.json"
    play(PLAYBOOKS / "nextcloud_occ.yml", inventory, answer, ["/no/such/php", "occ"], [[["status"]]])
    ((ran,),) = json.loads(answer.read_text())
    assert (ran["code"], ran["errors"]) == (127, "/no/such/php: No such file or directory")


def test_what_commands_read_arrives_as_it_is_and_is_told_nowhere(inventory: Path):
    """As text of people may be: like a template, and with what YAML and the encodings of servers have no room for."""
    text = "SUMMARY:{{ 6 * 7 }} {% raw %} \u0085\u2028 Grüße \N{GRINNING FACE}\r\n"
    events: list[Event] = []

    def run(given: Mapping[str, Any]) -> Outcome:
        extra = {**settings(["/usr/bin/base64"]), **given}
        invocation = Invocation(PLAYBOOKS / "nextcloud_occ.yml", inventory, extra=extra)
        return run_playbooks(AnsibleRunner(Masking({})), [invocation], explain, events.append)

    (first,), (second,) = PlaybookOcc(run).run([(("--wrap=0", "-"),)] * 2, [text, "Other"])
    assert [b64decode(one.output).decode() for one in (first, second)] == [text, "Other"]
    assert "SUMMARY" not in told(events)
    assert first.output not in told(events)


def test_what_takes_too_long_is_ended_and_what_comes_too_late_is_not_begun():
    jobs = [[["-c", "import time; time.sleep(60)"]], [["-c", "print('done')"], ["-c", "1 / 0"], ["-c", "print('no')"]]]
    said = run_once("occ", {"occ": [sys.executable], "jobs": jobs, "patience": 1})
    (slow,), (done, failed) = json.loads(said)["jobs"]
    assert (slow["code"], done["output"], failed["code"]) == (124, "done\n", 1)
    assert json.loads(run_once("occ", {"occ": [sys.executable], "jobs": jobs, "begins_within": 0}))["jobs"] == [[], []]
