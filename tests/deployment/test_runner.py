"""Playbooks run for real, by Ansible on this machine: what is told of them, and what is never told nor left behind."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from migrate.core.errors import ConfigurationError
from migrate.core.playbook import Ended, Event, HostResult, Invocation, Reach, State, TaskStarted
from migrate.deployment.runner import AnsibleRunner, find_program
from migrate.shared.masking import Masking, mask

ROOT = Path(__file__).parents[2]
SECRET = 'pa{{ss}} "word"'
HOSTS = ("meet.example.org", "bridge.example.org")
SLEEPS = """
import sys
from pathlib import Path
from migrate.core.playbook import Invocation
from migrate.deployment.runner import AnsibleRunner
from migrate.shared.masking import Masking
site = Path(sys.argv[1])
ended = AnsibleRunner(Masking({})).run(
    Invocation(site / "play.yml", site / "inventory.ini"), lambda event: print(event.host, flush=True)
)
print(ended.interrupted, flush=True)
"""

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have the runner's directory where it can be looked at."""
    path = tmp_path / "runtime"
    path.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(path))
    return path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site"
    path.mkdir()
    local = f"ansible_connection=local ansible_python_interpreter={sys.executable}"
    (path / "inventory.ini").write_text("".join(f"{name} {local}\n" for name in HOSTS))
    return path


def play(site: Path, tasks: str, masking: Masking | None = None, **more) -> tuple[Ended, list[Event]]:
    (site / "play.yml").write_text(f"- hosts: all\n  gather_facts: false\n  tasks:\n{tasks}")
    events: list[Event] = []
    runner = AnsibleRunner(masking or Masking.of([SECRET]))
    return runner.run(Invocation(site / "play.yml", site / "inventory.ini", **more), events.append), events


def results(events: list[Event]) -> list[HostResult]:
    return [event for event in events if isinstance(event, HostResult)]


def test_each_host_tells_when_a_task_begins_and_how_it_ended(site: Path):
    tasks = """\
    - {name: Say, ansible.builtin.debug: {msg: hello}}
    - {name: Not here, ansible.builtin.debug: {msg: x}, when: false}
    - {name: Change, ansible.builtin.file: {path: "{{ inventory_dir }}/{{ inventory_hostname }}", state: touch}}
    - {name: Try, ansible.builtin.command: "sh -c 'echo why >&2; exit 3'", ignore_errors: true, changed_when: false}
    - {name: Break, ansible.builtin.fail: {msg: broken}, when: inventory_hostname == 'bridge.example.org'}
"""
    ended, events = play(site, tasks)
    assert ended == Ended(2)
    told = {(one.host, one.task): one.state for one in results(events)}
    for host in HOSTS:
        assert [told[host, task] for task in ("Say", "Not here", "Change", "Try")] == ["ok", "skipped", "changed", "ok"]
    assert told["bridge.example.org", "Break"] is State.FAILED
    assert told["meet.example.org", "Break"] is State.SKIPPED
    assert events.index(TaskStarted("meet.example.org", "Change")) < next(
        place for place, one in enumerate(events) if isinstance(one, HostResult) and one.task == "Change"
    )
    tried = next(one for one in results(events) if one.task == "Try")
    assert (tried.module, tried.message, tried.output) == ("command", "non-zero return code", "why")
    assert results(events)[-1].seconds >= 0


def test_a_run_is_limited_to_hosts_and_tags(site: Path):
    tasks = (
        "    - {name: One, ansible.builtin.debug: , tags: one}\n    - {name: Two, ansible.builtin.debug: , tags: two}\n"
    )
    _, events = play(site, tasks, hosts=("meet.example.org",), tags=("two",))
    assert {(one.host, one.task) for one in results(events)} == {("meet.example.org", "Two")}


def test_checking_changes_nothing_and_shows_the_difference_without_secrets(site: Path):
    (site / "file").write_text("old\n")
    copied = 'ansible.builtin.copy: {content: "{{ password }}\\nnew\\n", dest: "{{ inventory_dir }}/file"}'
    given = {"password": SECRET, "listed": [{"text": "{{ not_a_template }}"}], "wanted": True}
    tasks = f'    - {copied}\n    - ansible.builtin.debug: {{msg: "{{{{ listed[0].text }}}} {{{{ wanted }}}}"}}\n'
    ended, events = play(site, tasks, check=True, diff=True, hosts=HOSTS[:1], extra=given)
    assert ended.code == 0, events
    assert (site / "file").read_text() == "old\n"
    copied, said = results(events)
    assert copied.state is State.CHANGED
    assert copied.diff.split("\n")[3:] == ["-old", f"+{mask(SECRET)}", "+new", ""]
    assert said.message == "{{ not_a_template }} True"
    assert SECRET not in json.dumps([copied.data, copied.diff], ensure_ascii=False).encode().decode("unicode_escape")


def test_the_password_for_sudo_is_no_word_of_the_command(site: Path):
    told = (
        '{{ ansible_become_password == "not " ~ "asked" }} {{ query("pipe", "ps -ww -o args= -C ansible-playbook") }}'
    )
    task = f"    - ansible.builtin.debug: {{msg: {json.dumps(told)}}}\n"
    _, events = play(site, task, hosts=HOSTS[:1], reach=Reach(password="not asked"))
    (said,) = results(events)
    assert said.message.startswith("True ['") and "play.yml" in said.message and "not asked" not in said.message


def test_what_the_runner_needs_is_its_owners_alone_and_gone_when_it_ends(site: Path, runtime: Path):
    seen: dict[str, int] = {}

    def look(event: Event) -> None:
        seen.update({str(path): stat.S_IMODE(path.stat().st_mode) for path in runtime.iterdir()})
        seen.update({path.name: 0 for path in runtime.rglob("*") if path.name in ("stdout", "envvars", "extravars")})

    (site / "play.yml").write_text("- hosts: all\n  gather_facts: false\n  tasks: [{ansible.builtin.ping: }]\n")
    AnsibleRunner(Masking({})).run(Invocation(site / "play.yml", site / "inventory.ini"), look)
    assert list(seen.values()) == [0o700], seen
    assert not list(runtime.iterdir())


def test_nothing_of_the_user_is_written_or_obeyed(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A log that others wished for would hold secrets; their settings are for other playbooks."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".ansible.cfg").write_text(f"[defaults]\nlog_path = {tmp_path}/log\nforks = nonsense\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("ANSIBLE_LOG_PATH", str(tmp_path / "log"))
    monkeypatch.setenv("ANSIBLE_STRATEGY", "no_such_strategy")
    ended, _ = play(site, "    - ansible.builtin.debug:\n")
    assert ended == Ended(0)
    assert not (tmp_path / "log").exists()
    assert {path.name for path in site.iterdir()} == {"inventory.ini", "play.yml"}


def test_a_playbook_that_cannot_run_says_why_on_one_line(site: Path):
    (site / "play.yml").write_text("- hosts: all\n  roles: [no_such_role]\n")
    ended = AnsibleRunner(Masking({})).run(Invocation(site / "play.yml", site / "inventory.ini"), print)
    assert ended.code
    assert ended.complaints[0].startswith("the role 'no_such_role' was not found")
    assert "\n" not in ended.complaints[0]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_who_interrupts_a_run_ends_it_in_order(site: Path, runtime: Path, end: signal.Signals):
    (site / "play.yml").write_text(
        "- hosts: meet.example.org\n  gather_facts: false\n  tasks:\n"
        "    - ansible.builtin.command: sh -c 'echo $PPID >{{ inventory_dir }}/began; exec sleep 60'\n"
        "    - ansible.builtin.file: {path: '{{ inventory_dir }}/after', state: touch}\n"
    )
    command = [sys.executable, "-c", SLEEPS, str(site)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stdout.readline() == "meet.example.org\n"
        with within(10):
            while not (site / "began").exists():
                signal.sigtimedwait([], 0.01)
        program.send_signal(end)
        with within(10):
            assert program.stdout.read().splitlines()[-1] == "True"
    assert not (site / "after").exists()
    assert not list(runtime.iterdir())
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(site).encode() in _read(path)]


def test_without_ansible_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError) as caught:
        find_program()
    assert "pip install ansible-core" in caught.value.hint


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail if the block takes longer."""

    def late(*_: object) -> None:
        raise TimeoutError(f"not within {seconds} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
