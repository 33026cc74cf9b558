"""Ctrl-C while a server does not answer, and a second run at the same time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic

import pytest

from tests.caldav.proxy import HANG_AFTER, HANG_BEFORE, Fault, Passed, proxied
from tests.caldav.sabre import sabre
from tests.survival.caldav.remote import Remote
from tests.survival.organisation import apply, undo
from tests.survival.program import ROOT, Program
from tests.survival.test_interrupted import printed_command

pytestmark = pytest.mark.slow

# Some of the changes are done before it, some after.
HALF_WAY = 25


@contextmanager
def hanging(remote: Remote, at: int, fault: Fault) -> Iterator[Event]:
    """Let an exchange hang, by its number, and all after it; the event tells when that began."""
    first, begun = len(remote.proxy.passed), Event()

    def fail(passed: Passed) -> Fault | None:
        if passed.number < first + at:
            return None
        begun.set()
        return fault

    remote.proxy.faults = fail
    try:
        yield begun
    finally:
        remote.proxy.faults = None


@pytest.fixture(scope="module")
def remote(program: Program) -> Iterator[Remote]:
    """The world on sabre/dav, whose answers are waited for."""
    with sabre() as server, proxied(server) as proxy, Remote.made(program, proxy, timeout=60) as remote:
        yield remote


@pytest.mark.parametrize("fault", [HANG_BEFORE, HANG_AFTER], ids=lambda fault: fault.name)
@pytest.mark.parametrize("at", [1, HALF_WAY])
def test_ctrl_c_while_a_server_does_not_answer_ends_at_once(remote: Remote, at: int, fault: Fault) -> None:
    with remote.copy("planned") as site, remote.creating_once() as miscreated:
        # Not the warm program: how an interpreter ends that has threads is a part of this.
        with hanging(remote, at, fault) as begun, beside(apply(site)) as process:
            assert begun.wait(30)
            process.send_signal(signal.SIGINT)
            since = monotonic()
            _, errors = process.communicate(timeout=30)
            assert (process.returncode, "Traceback" in errors) == (130, False)
            assert monotonic() - since < 2
        remote.program.done(printed_command(errors)[1:] if at > 1 else apply(site))
        assert remote.unlike(site, "applied") == ""
        assert not miscreated()


@pytest.mark.parametrize("command", [apply, undo])
def test_a_second_run_at_the_same_time_is_refused(remote: Remote, command) -> None:
    with remote.copy("planned") as site:
        with hanging(remote, HALF_WAY, HANG_BEFORE) as begun:
            started = remote.program.start(apply(site))
            assert begun.wait(10)
            with beside(command(site)) as second:
                _, errors = second.communicate(timeout=30)
            assert (second.returncode, "Traceback" in errors) == (9, False)
            assert f"process {started.pid}" in errors
            os.kill(started.pid, signal.SIGKILL)
        started.end()
        remote.program.done(apply(site))
        assert remote.unlike(site, "applied") == ""


@contextmanager
def beside(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Run the program in a process of its own, which does not outlive the block."""
    # A shell makes what it starts in the background deaf to Ctrl-C, and that is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run = [sys.executable, "-m", "migrate.cli", *command]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    with subprocess.Popen(run, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
