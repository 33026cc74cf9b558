"""The environment in which Ansible runs: what must be, what the user may say, and nothing else of Ansible's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

# How a person reaches servers is theirs to say. Whatever else they set for Ansible was meant for other playbooks: it
# could write a log with secrets, or leave files on servers.
_THEIRS = re.compile(
    r"ANSIBLE_((SSH|SFTP|SCP|BECOME)_\w+|REMOTE_USER|REMOTE_PORT|PRIVATE_KEY_FILE|TIMEOUT|PIPELINING|FORKS)"
)
_NOT_THEIRS = {"ANSIBLE_SSH_ARGS", "ANSIBLE_SSH_CONTROL_PATH", "ANSIBLE_SSH_CONTROL_PATH_DIR"}
_ANSIBLE = ("ANSIBLE_", "AWX_", "RUNNER_", "ORIGINAL_STDOUT_CALLBACK", "AD_HOC_COMMAND_ID", "JOB_ID")
_SHARED_CONNECTION = "-C -o ControlMaster=auto -o ControlPersist=60s"


def environment(own: Mapping[str, str], place: Path, *, accept_new: bool) -> dict[str, str]:
    """Return the environment for Ansible: the process's `own` without what others' playbooks need, and ours.

    `place` is a directory of this run, with an ansible.cfg in it.
    """
    theirs = {name: value for name, value in own.items() if _THEIRS.fullmatch(name) and name not in _NOT_THEIRS}
    rest = {name: value for name, value in own.items() if not name.startswith(_ANSIBLE)}
    return {**rest, **_DEFAULTS, **theirs, **_MUSTS, **_places(place), **_keys(own, accept_new=accept_new)}


_DEFAULTS = {"ANSIBLE_FORKS": "20", "ANSIBLE_PIPELINING": "True"}
_MUSTS = {
    "ANSIBLE_DEPRECATION_WARNINGS": "False",
    "ANSIBLE_INTERPRETER_PYTHON": "auto_silent",
    "ANSIBLE_LOCALHOST_WARNING": "False",
    "ANSIBLE_NOCOLOR": "True",
    "ANSIBLE_NOCOWS": "True",
    "ANSIBLE_RETRY_FILES_ENABLED": "False",
    "NO_COLOR": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def _places(place: Path) -> Mapping[str, str]:
    return {
        "ANSIBLE_CONFIG": str(place / "ansible.cfg"),
        "ANSIBLE_HOME": str(place / "ansible"),
        # Its path must be short: a socket's has at most about a hundred characters.
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(place / "ssh"),
    }


def _keys(own: Mapping[str, str], *, accept_new: bool) -> Mapping[str, str]:
    """Return how a host proves who it is. ssh takes the first value that it is given: that of no file wins."""
    checking = f"-o StrictHostKeyChecking={'accept-new' if accept_new else 'yes'}"
    return {
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_SSH_ARGS": f"{checking} {own.get('ANSIBLE_SSH_ARGS', _SHARED_CONNECTION)}",
        "ANSIBLE_SSH_HOST_KEY_CHECKING": "True",
        # Nobody sees what ssh would ask, such as for the passphrase of a key: let it fail and say so.
        "SSH_ASKPASS": "false",
        "SSH_ASKPASS_REQUIRE": "force",
    }
