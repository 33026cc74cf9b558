"""App passwords made on the server for one command: by Ansible on this machine, with a stand-in for Nextcloud."""

from __future__ import annotations

import getpass
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import Result, run
from tests.talk.nextcloud import NextcloudTalk, nextcloud_talk
from tests.talk.occ_program import OccProgram, occ_program

ROOT = Path(__file__).parents[2]
ROWS = "zoom_name,zoom_id,zoom_email,account,calendar_url\nAnna Lindqvist,,anna@example.org,ana,\n"
SETTINGS = """
[calendars.caldav]
url = "{url}remote.php/dav/calendars/{{account}}/"
calendar = "personal"
app_passwords = true

[occ]
program = {program}
user = "{user}"
"""
pytestmark = pytest.mark.slow


class Watched(list[Any]):
    """A list whose owner is told before anything is added."""

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, one: Any) -> None:
        self._tell()
        super().append(one)


@dataclass
class Cloud:
    """A site whose hosts have calendars on a stand-in, and everything that it may leave somewhere."""

    site: Path
    left: Path
    export: Path
    server: NextcloudTalk
    occ: OccProgram

    def run(self, *words: str | Path) -> Result:
        return run("--site", self.site, *words)

    def plan(self) -> Result:
        return self.run("plan", self.export, "--timezone", "Europe/Berlin", "--since", "2027-01-01")

    @property
    def tokens(self) -> list[int]:
        return [number for account in self.server.accounts.users.values() for number in account.tokens]

    def finds(self, secret: str) -> list[Path]:
        """Return the files that a secret is in, of all that is left behind."""
        forms = [secret.encode(), secret.encode("utf-16-le")]
        files = (path for path in self.left.rglob("*") if path.is_file())
        return [path for path in files if any(form in path.read_bytes() for form in forms)]

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "migrate.cli", "--site", str(self.site), *map(str, words)]
        return subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        )


@pytest.fixture
def cloud(tmp_path: Path, export: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    site, runtime = tmp_path / "site", tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    # What Ansible and Python leave in directories for such things would be found too.
    for name in ("XDG_RUNTIME_DIR", "TMPDIR", "HOME"):
        monkeypatch.setenv(name, str(runtime))
    assert run("init", "--site", site, "--server", "meet.example.org").code == 0
    with nextcloud_talk() as server, occ_program(server) as program:
        written = SETTINGS.format(url=server.url, program=json.dumps(program.words), user=getpass.getuser())
        settings = (site / "migrate.toml").read_text()
        (site / "migrate.toml").write_text(
            re.sub(r"(?m)^#? ?calendar = .*$", 'calendar = "caldav"', settings) + written
        )
        local = f"cloud.example.org ansible_connection=local ansible_python_interpreter={sys.executable}"
        (site / "inventory.ini").write_text(f"[nextcloud]\n{local}\n")
        (site / "hosts.csv").write_text(ROWS)
        yield Cloud(site, tmp_path, export, server, program)


def test_a_plan_and_its_run_use_passwords_that_are_good_for_nothing_afterwards(cloud: Cloud) -> None:
    made = cloud.plan()
    assert made.code == 0, made.err + made.out
    assert len(cloud.occ.passwords) == 1
    assert cloud.tokens == []
    done = cloud.run("apply", cloud.site / "plan.json")
    assert done.code in (0, 6), done.err
    assert len(cloud.server.store.objects("ana", "personal")) == 1
    assert cloud.tokens == []
    undone = cloud.run("undo", "last")
    assert undone.code in (0, 6), undone.err
    assert cloud.server.store.objects("ana", "personal") == {}
    assert (len(cloud.occ.passwords), cloud.tokens) == (3, [])
    shown = "".join(one.out + one.err for one in (made, done, undone))
    for password in cloud.occ.passwords:
        assert password not in shown
        assert cloud.finds(password) == []


def test_rooms_are_made_as_hosts_who_are_looked_up_with_such_a_password_too(cloud: Cloud) -> None:
    (cloud.site / "hosts.csv").unlink()
    settings = (cloud.site / "migrate.toml").read_text()
    talk = f'[targets.nextcloud_talk]\nurl = "{cloud.server.url}"\napp_passwords = true\ndirectory_user = "ben"\n'
    settings = re.sub(r"(?m)^target = .*$", 'target = "nextcloud_talk"', settings)
    (cloud.site / "migrate.toml").write_text(f"{settings}\n{talk}")
    cloud.server.accounts.users["ana"].email = "anna@example.org"
    cloud.server.accounts.users["ben"].groups.add("admin")
    made = cloud.plan()
    assert made.code in (0, 6), made.err + made.out
    done = cloud.run("apply", cloud.site / "plan.json", "--partial")
    assert done.code in (0, 6), done.err
    assert "Team" in [room.name for room in cloud.server.rooms.values()]
    assert len(cloud.server.store.objects("ana", "personal")) == 1
    assert cloud.tokens == []
    for password in cloud.occ.passwords:
        assert cloud.finds(password) == []


def test_the_search_for_secrets_finds_them(cloud: Cloud) -> None:
    secret = "Zd8" * 24
    for place in (cloud.site / "runs" / "log.json", cloud.left / "runtime" / "deep" / "event"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f'{{"output": "app password:\\n{secret}"}}')
        assert cloud.finds(secret) == [place]
        place.unlink()


@pytest.mark.parametrize("moment", ["made", "used", "revoked"])
def test_killed_while_a_password_is_good_its_end_is_a_command_away(cloud: Cloud, moment: str) -> None:
    """Killed right after the server made it, at the first request with it, and right after the server revoked it."""
    process = cloud.start("plan", cloud.export, "--timezone", "Europe/Berlin", "--since", "2027-01-01")
    kill = partial(process.kill)
    if moment == "used":
        cloud.server.asked = Watched(kill)
    else:
        command = {"made": "add", "revoked": "delete"}[moment]
        cloud.occ.after = lambda words: kill() if words[0].endswith(command) and "--help" not in words else None
    assert process.wait(120) == -signal.SIGKILL
    process.communicate()
    (password,) = cloud.occ.passwords
    assert len(cloud.tokens) == (moment != "revoked")
    assert cloud.finds(password) == []
    cloud.server.asked, cloud.occ.after = [], lambda _: None
    shown = cloud.run("status")
    assert "App passwords that are not revoked" in shown.out
    assert "ana" in shown.out
    ended = cloud.run("status", "--revoke")
    assert ended.code == 0, ended.err
    assert "not revoked" not in ended.out
    assert cloud.tokens == []
    assert cloud.server.ocs("GET", "cloud/user", user="ana", password=password).status == 401
    assert cloud.finds(password) == []
    # Nobody is asked if there is nothing left.
    asked = len(cloud.occ.commands)
    assert cloud.run("status", "--revoke").code == 0
    assert len(cloud.occ.commands) == asked


def test_interrupted_by_a_person_it_revokes_before_it_ends(cloud: Cloud) -> None:
    process = cloud.start("plan", cloud.export, "--timezone", "Europe/Berlin", "--since", "2027-01-01")
    # Once: whoever does it twice does not want to wait for that either.
    first = cache(partial(process.send_signal, signal.SIGINT))
    cloud.server.asked = Watched(first)
    assert process.wait(120) == 130
    process.communicate()
    assert len(cloud.occ.passwords) == 1
    assert cloud.tokens == []
    assert cloud.run("status", "--json").json["data"]["app_passwords"] == []


def test_what_cannot_be_revoked_is_told_and_the_next_command_revokes_it(cloud: Cloud) -> None:
    def lost(words: list[str]) -> None:
        if words[0].endswith("delete"):
            raise ConnectionResetError

    cloud.occ.before = lost
    made = cloud.plan()
    assert made.code == 6, made.err
    assert "warning: app passwords are left on the server" in made.err
    assert "status --revoke" in made.err
    assert (cloud.site / "plan.json").exists(), "the command did its work"
    assert len(cloud.tokens) == 1
    as_json = cloud.run("status", "--json").json["data"]["app_passwords"]
    assert [(one["host"], one["account"], one["id"]) for one in as_json] == [("cloud.example.org", "ana", 1)]
    cloud.occ.before = lambda _: None
    before = len(cloud.occ.commands)
    again = cloud.plan()
    assert again.code == 0, again.err
    assert cloud.tokens == []
    assert cloud.occ.commands[before] == ["user:auth-tokens:delete", "--", "ana", "1"], "before any other is made"


def test_a_host_that_cannot_be_reached_is_told_before_anything_is_made(cloud: Cloud) -> None:
    (cloud.site / "inventory.ini").write_text("[nextcloud]\ncloud.example.org ansible_host=127.0.0.1 ansible_port=1\n")
    made = cloud.plan()
    assert made.code == 5, made.err
    assert "cloud.example.org" in made.err
    (cloud.site / "inventory.ini").write_text("")
    made = cloud.plan()
    assert made.code == 3, made.err
    assert "no host in the group nextcloud" in made.err
    assert cloud.occ.commands == []


def test_whoever_has_a_password_of_their_own_gets_none(cloud: Cloud) -> None:
    own = cloud.site / "credentials.csv"
    own.write_text(f"account,password\nana,{cloud.server.users['ana']}\n")
    own.chmod(0o600)
    made = cloud.plan()
    assert made.code == 0, made.err
    assert cloud.occ.commands == []
