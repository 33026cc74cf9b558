"""Ansible's environment: how hosts are reached is the user's to say, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.deployment.environment import environment

PLACE = Path("/run/user/1000/jitsi-migrate-x")
DEFAULT = "-C -o ControlMaster=auto -o ControlPersist=60s"


def made(own: dict[str, str], *, accept_new: bool = False) -> dict[str, str]:
    return environment(own, PLACE, accept_new=accept_new)


@pytest.mark.parametrize(
    "name", ["ANSIBLE_SSH_RETRIES", "ANSIBLE_REMOTE_USER", "ANSIBLE_PRIVATE_KEY_FILE", "ANSIBLE_BECOME_EXE", "HOME"]
)
def test_the_users_way_to_the_hosts_is_kept(name: str):
    assert made({name: "theirs"})[name] == "theirs"


@pytest.mark.parametrize(
    "name",
    ["ANSIBLE_LOG_PATH", "ANSIBLE_VAULT_PASSWORD_FILE", "ANSIBLE_STRATEGY", "ANSIBLE_KEEP_REMOTE_FILES", "JOB_ID"],
)
def test_what_was_set_for_other_playbooks_is_not_passed_on(name: str):
    assert name not in made({name: "theirs"})


def test_nobody_turns_the_check_of_host_keys_off():
    own = dict.fromkeys(("ANSIBLE_HOST_KEY_CHECKING", "ANSIBLE_SSH_HOST_KEY_CHECKING"), "False")
    given = made({**own, "ANSIBLE_SSH_ARGS": "-o StrictHostKeyChecking=no -J jump"})
    assert {name: given[name] for name in own} == dict.fromkeys(own, "True")
    # ssh takes the first.
    assert given["ANSIBLE_SSH_ARGS"] == "-o StrictHostKeyChecking=yes -o StrictHostKeyChecking=no -J jump"


@pytest.mark.parametrize(("accept", "word"), [(False, "yes"), (True, "accept-new")])
def test_hosts_that_were_never_met_are_believed_only_if_that_was_said(accept: bool, word: str):
    assert made({}, accept_new=accept)["ANSIBLE_SSH_ARGS"] == f"-o StrictHostKeyChecking={word} {DEFAULT}"


def test_what_ansible_keeps_goes_with_the_run():
    given = made({"ANSIBLE_HOME": "/srv/bo/.ansible", "ANSIBLE_CONFIG": "/srv/bo/.ansible.cfg"})
    assert {name for name, value in given.items() if value.startswith(f"{PLACE}/")} == {
        "ANSIBLE_CONFIG", "ANSIBLE_HOME", "ANSIBLE_SSH_CONTROL_PATH_DIR",
    }  # fmt: skip
