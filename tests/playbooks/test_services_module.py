"""What makes a unit be restarted, waited for or refused, by the options of the module that runs services."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.playbooks.modules import PLAYBOOKS

STUB = Path(__file__).with_name("stub_systemctl.py")
RUN = """
import runpy, sys
import ansible.module_utils, ansible.module_utils.basic as basic
playbooks, programs = sys.argv[1:]
ansible.module_utils.__path__.append(playbooks + "/module_utils")
from ansible.module_utils.jitsi_migrate_programs import ENVIRONMENT
ENVIRONMENT["PATH"] = programs
basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = sys.stdin.buffer.read(), "legacy"
runpy.run_path(playbooks + "/library/jitsi_migrate_services.py", run_name="__main__")
"""
NAME, UNIT = "prosody", "prosody.service"
# A package that every server with dpkg has.
PACKAGE = "dpkg"
LACKING = "Unable to load module 'rate_limit'\n"
COMPLAINT = "(Unable to load|Error initializing) module"


class Services:
    """A unit that is a file, and the module, run as Ansible runs it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        for name in ("systemctl", "journalctl"):
            (path / name).write_text(f"#!{sys.executable}\n{STUB.read_text()}")
            (path / name).chmod(0o755)
        self.stands()

    def stands(self, since=0, logged=None, told=None, **more):
        """Let the unit run since then; `logged` is by the number of its start, `told` what systemd tells of it."""
        unit = {"since": since or time.time(), "starts": 1, "done": [], "logged": logged or {}, "told": told or {}}
        unit.update(more)
        (self._path / "units.json").write_text(json.dumps({UNIT: unit}))

    @property
    def done(self):
        return json.loads((self._path / "units.json").read_text())[UNIT]["done"]

    def module(self, restart=(), reload=(), check=False, timeout=5, **unit):
        given = {
            "units": [{"name": NAME, **unit}],
            "restart": list(restart),
            "reload": list(reload),
            "timeout": timeout,
        }
        return self.asked(given, check)

    def stopped(self, check=False):
        return self.asked({"stopped": [NAME]}, check)

    def asked(self, options, check):
        given = {**options, "_ansible_check_mode": check}
        said = subprocess.run(
            [sys.executable, "-c", RUN, PLAYBOOKS, self._path],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": given}),
            capture_output=True,
            text=True,
            check=False,
        )
        return json.loads(said.stdout)


@pytest.fixture
def services(tmp_path):
    return Services(tmp_path)


def test_a_unit_that_runs_an_older_program_is_restarted_unasked(services):
    installed = Path(f"/var/lib/dpkg/info/{PACKAGE}.list").stat().st_mtime
    services.stands(since=installed - 60)
    assert services.module(packages=[PACKAGE], check=True)["steps"] == {NAME: ["restart"]}
    assert services.done == []
    services.module(packages=[PACKAGE])
    assert "restart" in services.done
    again = services.module(packages=[PACKAGE])
    assert (again["changed"], again["steps"]) == (False, {})


def test_a_unit_that_is_to_run_no_more_is_stopped_for_good(services):
    assert services.stopped(check=True)["steps"] == {NAME: ["stop", "disable"]}
    assert services.done == []
    assert services.stopped()["changed"]
    assert services.done == ["stop", "disable"]


def test_a_unit_that_is_not_there_is_stopped_already(services):
    services.stands(told={"LoadState": "not-found", "UnitFileState": "", "ActiveState": "inactive"})
    assert not services.stopped()["changed"]
    # Its file may have gone before it.
    services.stands(told={"LoadState": "not-found", "UnitFileState": ""})
    assert services.stopped()["steps"] == {NAME: ["stop"]}


def test_who_asks_for_a_package_gets_its_unit_restarted(services):
    assert services.module(restart=[PACKAGE], packages=[PACKAGE])["steps"] == {NAME: ["restart"]}
    assert services.module(restart=["nginx"], packages=[PACKAGE])["steps"] == {}


def test_a_unit_is_restarted_for_what_it_reads_only_when_it_starts(services, tmp_path):
    read = tmp_path / "roster.dat"
    assert not services.module(reads=[str(read)])["changed"]
    services.stands(since=time.time() - 60)
    read.touch()
    assert services.module(reads=[str(read)], reload=[NAME])["steps"] == {NAME: ["restart"]}
    assert not services.module(reads=[str(read)])["changed"]


def test_a_unit_that_lacked_a_part_when_it_started_is_restarted_once(services):
    services.stands(logged={"1": LACKING})
    assert services.module(complaint=COMPLAINT)["steps"] == {NAME: ["restart"]}
    # What an earlier start complained about is over.
    assert not services.module(complaint=COMPLAINT)["changed"]


def test_a_unit_that_still_lacks_a_part_has_failed(services):
    services.stands(logged={"1": LACKING, "2": LACKING * 2})
    refused = services.module(complaint=COMPLAINT)
    assert refused["msg"] == f"{NAME} runs, but without a part of it: {LACKING.strip()}"
    assert services.done.count("restart") == 1


def test_a_log_of_its_own_tells_why_a_unit_does_not_start(services, tmp_path):
    log = tmp_path / "prosody.log"
    log.write_text("SEVERE: of the day before\n")
    services.stands(told={"ActiveState": "failed"}, fails_at=2, log=str(log))
    refused = services.module(log=str(log))
    assert refused["msg"] == f"{NAME} cannot be started: Job for {UNIT} failed. It says: SEVERE: no port is left"


class Figures(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        Figures.asked += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"# figures\njoined {int(self.path == '/soon' and Figures.asked > 2)}\n".encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def url():
    Figures.asked = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Figures) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_unit_is_waited_for_while_it_says_that_it_does_not_work_yet(services, url):
    answer = services.module(url=f"{url}/soon", not_yet="^joined 0")
    assert "failed" not in answer
    assert Figures.asked == 3


def test_a_unit_that_goes_on_saying_so_has_failed(services, url):
    refused = services.module(url=f"{url}/never", not_yet="^joined 0", timeout=0)
    assert refused["msg"].startswith(f"{NAME} does not work 0 s later: {url}/never still says: joined 0")
