"""App passwords made on the server for one command: by Ansible on this machine, with a stand-in for Nextcloud."""

from __future__ import annotations

import getpass
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

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
