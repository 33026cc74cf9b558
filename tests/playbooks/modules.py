"""Modules of the playbooks, run as Ansible runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Self

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
# A process that has imported Ansible, which takes longest, and makes a copy of itself for each run of the module. The
# copy is killed before the given number of its changes, if there is one.
RUNNER = """
import json, os, runpy, signal, sys
import ansible.module_utils, ansible.module_utils.basic as basic
playbooks, module, answer = sys.argv[1:]
ansible.module_utils.__path__.append(playbooks + "/module_utils")
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.chmod", "os.chown", "os.symlink", "os.rmdir", "os.link"}

def run(arguments, left):
    def watch(event, _):
        nonlocal left
        if event in CHANGES:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
    basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = json.dumps(arguments).encode(), "legacy"
    sys.addaudithook(watch)
    runpy.run_path(f"{playbooks}/library/jitsi_migrate_{module}.py", run_name="__main__")

for line in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        output = os.open(answer, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1), os.dup2(output, 2)
        run(*json.loads(line))
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


class Module:
    """A module, run as often as is asked for."""

    def __init__(self, name: str, answer: Path) -> None:
        self._answer = answer
        command = [sys.executable, "-c", RUNNER, str(PLAYBOOKS), name, str(answer)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, arguments: Mapping[str, object], killed_before: int = 0) -> tuple[int, str]:
        """Return the exit status and all that was said."""
        self._process.stdin.write(json.dumps([{"ANSIBLE_MODULE_ARGS": arguments}, killed_before]) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline()), self._answer.read_text()


def run_once(name: str, arguments: Mapping[str, object]) -> str:
    """Return all that a module said."""
    with NamedTemporaryFile() as answer, Module(name, Path(answer.name)) as module:
        return module.run(arguments)[1]
