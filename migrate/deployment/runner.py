"""Runs playbooks by ansible-runner, whose events become ours. The one place that knows it.

ansible-runner hands events over in files, also what nobody may see. So its directory is in memory where there is such a
place, belongs to one run, and goes with it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any, Self

from migrate.core.errors import ConfigurationError
from migrate.core.playbook import Ended, Invocation, PlaybookRunner, Reach, Tell
from migrate.deployment.environment import environment
from migrate.deployment.runner_events import complaint, event_of
from migrate.shared.masking import Masking
from migrate.shared.private_directory import private_directory

PROGRAM = "ansible-playbook"
# Seconds between two looks at whether the run shall end, and those that it then has to end by itself.
_LOOK = 0.2
_GRACE = 10.0


class AnsibleRunner(PlaybookRunner):
    """Runs playbooks by Ansible, and tells nothing that `masking` does not let through."""

    def __init__(self, masking: Masking) -> None:
        self._masking = masking

    def run(self, invocation: Invocation, tell: Tell) -> Ended:
        """Run a playbook."""
        program = find_program()
        with _workplace() as place, _Ending() as ending:
            complaints: list[str] = []
            code = _run(_Run(program, invocation, place), ending, self._listener(tell, ending, complaints))
            return Ended(code, ending.wanted, tuple(complaints))

    def _listener(self, tell: Tell, ending: _Ending, complaints: list[str]) -> Callable[[Mapping[str, Any]], bool]:
        def listen(raw: Mapping[str, Any]) -> bool:
            ending.process = raw.get("pid", ending.process)
            if event := event_of(raw, self._masking):
                tell(event)
            elif words := complaint(raw):
                complaints.append(self._masking(words))
            # ansible-runner keeps no copy.
            return False

        return listen


def find_program() -> str:
    """Return the path of ansible-playbook: beside this Python's own programs, else wherever there is one."""
    found = shutil.which(PROGRAM, path=str(Path(sys.executable).parent)) or shutil.which(PROGRAM)
    if not found:
        raise ConfigurationError(
            f"{PROGRAM} is not there, by which servers are deployed",
            hint="Install it beside this program: pip install ansible-core",
        )
    return found


class _Run:
    """One call of the program: its words, its environment and the files that it gets."""

    def __init__(self, program: str, invocation: Invocation, place: Path) -> None:
        self.place = place
        self.playbook = str(invocation.playbook.resolve())
        # Paths in an inventory are relative to it, as when a person runs Ansible in the site directory.
        self.directory = str(invocation.inventory.resolve().parent)
        self.environment = environment(os.environ, place, accept_new=invocation.reach.accept_new_host_keys)
        self.command = [program, *self._words(invocation), self.playbook]

    def _words(self, invocation: Invocation) -> Iterator[str]:
        yield from ("--inventory", str(invocation.inventory.resolve()))
        if invocation.variables:
            yield from ("--extra-vars", f"@{invocation.variables.resolve()}")
        if extra := {**_become(invocation.reach), **invocation.extra}:
            yield from ("--extra-vars", f"@{self._kept(extra)}")
        if invocation.hosts:
            yield from ("--limit", ",".join(invocation.hosts))
        if invocation.tags:
            yield from ("--tags", ",".join(invocation.tags))
        yield from (f"--{name}" for name in ("check", "diff") if getattr(invocation, name))

    def _kept(self, variables: Mapping[str, Any]) -> Path:
        path = self.place / "extra.yml"
        # What is a text is meant as it stands, also where it looks like a template.
        lines = (f"{name}: {_tag(value)}{json.dumps(value)}\n" for name, value in variables.items())
        path.write_text("".join(lines), encoding="utf-8")
        return path


def _become(reach: Reach) -> dict[str, str]:
    return {"ansible_become_password": reach.password} if reach.password else {}


def _tag(value: Any) -> str:
    return "!unsafe " if isinstance(value, str | list | dict) else ""


def _run(run: _Run, ending: _Ending, listen: Callable[[Mapping[str, Any]], bool]) -> int:
    """Let ansible-runner run it, and return the exit code."""
    from ansible_runner import Runner, RunnerConfig

    config = RunnerConfig(
        private_data_dir=str(run.place / "runner"),
        playbook=run.playbook,
        quiet=True,
        fact_cache_type="memory",
    )
    config.prepare()
    own = ("ANSIBLE_CALLBACK_PLUGINS", "ANSIBLE_STDOUT_CALLBACK", "AWX_ISOLATED_DATA_DIR")
    config.env = {**run.environment, **{name: config.env[name] for name in own}}
    config.command = run.command
    config.cwd = run.directory
    config.pexpect_timeout = _LOOK
    # As an argument it would be overruled by a file of settings, also if there is none.
    config.suppress_output_file = True
    _, code = Runner(config, event_handler=listen, cancel_callback=ending.overdue).run()
    return int(code or 0)


class _Ending:
    """SIGINT and SIGTERM while a playbook runs: Ansible is told to end, and only ended if it does not.

    Ended at once it would leave its workers behind, which go on alone. What they started on a server goes on there in
    any case, until it is done.
    """

    def __init__(self) -> None:
        self.wanted = False
        self.process: int | None = None
        self._deadline = 0.0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._want) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *exception: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def overdue(self) -> bool:
        """Tell Ansible to end if that is wanted, and return whether it had time enough for it."""
        if not self.wanted:
            return False
        if not self._deadline:
            self._deadline = monotonic() + _GRACE
            if self.process:
                os.kill(self.process, signal.SIGINT)
        return self.process is None or monotonic() > self._deadline

    def _want(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        self.wanted = True


@contextmanager
def _workplace() -> Iterator[Path]:
    """Make a private directory with what Ansible needs, and hang up when all is done."""
    with private_directory() as place:
        (place / "ansible.cfg").touch()
        (place / "ssh").mkdir()
        try:
            yield place
        finally:
            for socket in (place / "ssh").iterdir():
                _hang_up(socket)


def _hang_up(socket: Path) -> None:
    """End a connection that waits for more to do."""
    command = ["ssh", "-O", "exit", "-o", f"ControlPath={socket}", "-"]
    subprocess.run(command, capture_output=True, check=False, timeout=_GRACE)  # noqa: S603
