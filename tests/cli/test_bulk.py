"""Many new events taken over by Nextcloud's own program: by Ansible on this machine, with a stand-in for Nextcloud."""

from __future__ import annotations

import getpass
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from migrate.shared.dav.bulk import LEAST
from tests.cli.conftest import HEADER
from tests.cli.program import ZONE, Result, run
from tests.talk.nextcloud import NextcloudTalk, nextcloud_talk
from tests.talk.occ_program import OccProgram, occ_program

ROOT = Path(__file__).parents[2]
SETTINGS = """
[calendars.caldav]
url = "{url}"
bulk = true

[occ]
program = {program}
user = "{user}"
"""
ROW = "Lesson {number},800 0000 {number},Anna Lindqvist,anna@example.org,03/22/2027 09:00:00 AM,45\n"
ROWS = "zoom_name,zoom_id,zoom_email,account,calendar_url\nAnna Lindqvist,,anna@example.org,ana,\n"
pytestmark = pytest.mark.slow


@dataclass
class Cloud:
    """A site with many meetings of one host, and the server on which her calendar is."""

    site: Path
    runtime: Path
    server: NextcloudTalk
    occ: OccProgram

    def run(self, *words: str | Path) -> Result:
        return run("--site", self.site, *words)

    def plan(self) -> Result:
        return self.run("plan", self.site / "upcoming.csv", *ZONE)

    def configure(self, url: str) -> None:
        """Write the settings, with the calendars at a URL."""
        table = SETTINGS.format(url=url, program=json.dumps(self.occ.words), user=getpass.getuser())
        settings = (self.site / "migrate.toml").read_text().partition("\n[calendars.caldav]")[0]
        settings = re.sub(r"(?m)^#? ?calendar = .*$", 'calendar = "caldav"', settings)
        (self.site / "migrate.toml").write_text(settings + table)

    @property
    def imports(self) -> int:
        return sum(command[0] == "calendar:import" for command in self.occ.commands)

    @property
    def puts(self) -> int:
        return sum(one.method == "PUT" for one in self.server.exchanges())

    @property
    def events(self) -> int:
        return len(self.server.store.objects("ana", "personal"))


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    site, runtime = tmp_path / "site", tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    for name in ("XDG_RUNTIME_DIR", "TMPDIR", "HOME"):
        monkeypatch.setenv(name, str(runtime))
    assert run("init", "--site", site, "--server", "meet.example.org").code == 0
    (site / "upcoming.csv").write_text(HEADER + "".join(ROW.format(number=1000 + one) for one in range(LEAST)))
    (site / "hosts.csv").write_text(ROWS)
    local = f"cloud.example.org ansible_connection=local ansible_python_interpreter={sys.executable}"
    (site / "inventory.ini").write_text(f"[nextcloud]\n{local}\n")
    with nextcloud_talk() as server, occ_program(server) as program:
        (site / "credentials.csv").write_text(f"account,password\nana,{server.users['ana']}\n", "utf-8")
        (site / "credentials.csv").chmod(0o600)
        found = Cloud(site, runtime, server, program)
        found.configure(f"{server.url}remote.php/dav/calendars/{{account}}/personal/")
        yield found


def test_one_call_on_the_server_writes_all(cloud: Cloud) -> None:
    assert cloud.plan().code in (0, 6)
    assert cloud.occ.commands == [], "a plan writes nothing"
    done = cloud.run("apply", cloud.site / "plan.json", "--partial")
    assert done.code in (0, 6), done.err
    assert (cloud.imports, cloud.puts, cloud.events) == (1, 0, LEAST)
    assert f"{LEAST} events changed" in done.out
    assert "bulk" not in done.out
    assert not cloud.server.mails
    left = [path for path in cloud.runtime.rglob("*") if path.is_file() and b"SUMMARY" in path.read_bytes()]
    assert left == []
    assert "Nothing to do" in cloud.plan().out
    assert cloud.run("undo", "last").code in (0, 6)
    assert cloud.events == 0


def test_killed_right_after_it_nothing_is_written_again(cloud: Cloud) -> None:
    assert cloud.plan().code in (0, 6)
    words = [sys.executable, "-m", "migrate.cli", "--site", str(cloud.site), "apply", str(cloud.site / "plan.json")]
    process = subprocess.Popen([*words, "--partial"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    cloud.occ.after = lambda command: process.kill() if command[0] == "calendar:import" else None
    assert process.wait(120) == -signal.SIGKILL
    process.communicate()
    assert (cloud.imports, cloud.puts, cloud.events) == (1, 0, LEAST)
    done = cloud.run("apply", cloud.site / "plan.json", "--partial")
    assert done.code in (0, 6), done.err
    assert (cloud.imports, cloud.puts, cloud.events) == (1, 0, LEAST)
    assert "Nothing to do" in cloud.plan().out
    assert cloud.run("undo", "last").code in (0, 6)
    assert cloud.events == 0


def test_a_site_that_cannot_do_it_is_refused_with_words(cloud: Cloud) -> None:
    (cloud.site / "inventory.ini").write_text("[jitsi_meet]\nmeet.example.org\n")
    refused = cloud.plan()
    assert refused.code == 3
    assert "no host in the group nextcloud" in refused.err
    cloud.configure("https://calendar.example.org/anna/")
    refused = cloud.plan()
    assert refused.code == 3
    assert "calendars.caldav.bulk: only a Nextcloud can do that" in refused.err
