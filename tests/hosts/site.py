"""A site directory as a user makes it, for hosts of the bed, and Ansible run with it."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.hosts.acme import CA_BUNDLE, DIRECTORY
from tests.hosts.bed import JITSI, Bed, inventory
from tests.hosts.jitsi import KEY
from tests.readers import program

DOMAIN = "meet.example.org"
# With a certificate from the bed's own ACME server.
ACME_SETTINGS = f"""
certificate.server = "{DIRECTORY}"
certificate.ca_bundle = "{CA_BUNDLE}"
"""
# Seconds for the first run, which installs everything.
PATIENCE = 300
_ROOT = Path(__file__).parents[2]
_NUMBERS = count()


@dataclass(frozen=True)
class Outcome:
    """How a task ended on a host: ok, changed, skipped, ignored, failed or unreachable."""

    host: str
    task: str
    status: str
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Play:
    """A run of a playbook."""

    returncode: int
    text: str
    outcomes: tuple[Outcome, ...]

    @property
    def changed(self) -> list[tuple[str, str]]:
        """Return what has changed something, and where."""
        return [(one.host, one.task) for one in self.outcomes if one.status == "changed"]

    @property
    def message(self) -> str:
        """Return what the one task said that failed."""
        (failed,) = (one for one in self.outcomes if one.status == "failed")
        return failed.result["msg"]

    def succeeded(self) -> Play:
        """Return itself, unless it failed."""
        assert self.returncode == 0, self.text
        return self


@dataclass(frozen=True)
class Site:
    """A site directory, and who the hosts of it are."""

    bed: Bed
    path: Path

    def tried(self, *arguments: object, within: float = PATIENCE) -> subprocess.CompletedProcess[str]:
        """Run our command there, where hosts are reached."""
        command = (sys.executable, "-m", "migrate.cli", "--site", self.path, "--no-input", *arguments)
        return self.bed.place.tried(*command, within=within, env=self._environment())

    def run(self, *arguments: object, within: float = PATIENCE) -> str:
        """Run our command, which must succeed, and return what it prints."""
        done = self.tried(*arguments, within=within)
        assert done.returncode == 0, f"{arguments}: {done.stderr}{done.stdout}"
        return done.stdout

    def write(self, settings: str, groups: Mapping[str, tuple[str, ...]]) -> None:
        """Edit the settings of the server, and the inventory, and render."""
        path = self.path / "migrate.toml"
        others, _, _ = path.read_text().partition("[jitsi_meet]\n")
        table = f'[jitsi_meet]\ndomain = "{DOMAIN}"\nrepositories.jitsi = "{JITSI}"\n'
        (self.path / "jitsi.asc").write_text((self.bed.path / "jitsi" / KEY).read_text())
        table += 'repositories.jitsi_key = "jitsi.asc"\n'
        if len({name for members in groups.values() for name in members}) > 1:
            for bridge in (self.bed.hosts[name] for name in groups["jitsi_videobridge"]):
                table += f'hosts."{bridge.name}".addresses = ["{bridge.v4}", "{bridge.v6}"]\n'
        path.write_text(others + table + settings)
        (self.path / "inventory.ini").write_text(inventory(self.bed, groups))
        self.run("render")

    def write_hosts(self, *logins: str) -> None:
        """Write hosts.csv: who shall have a login."""
        rows = "".join(f"Name of {login},,,{login},\n" for login in logins)
        (self.path / "hosts.csv").write_text(f"zoom_name,zoom_id,zoom_email,account,calendar_url\n{rows}")

    def logins(self) -> dict[str, str]:
        """Return who has a login, with the password that was given."""
        with (self.path / "logins.csv").open() as file:
            return {row["login"]: row["password"] for row in csv.DictReader(file)}

    def secrets(self) -> set[str]:
        """Return all that nobody else may read: of the services and of people."""
        found = re.findall(r'^\w+ = "([^"]+)"$', (self.path / "secrets.toml").read_text(), re.MULTILINE)
        return {*found, *self.logins().values()}

    def play(self, playbook: str, *options: object, until: int | str = "", within: float = PATIENCE) -> Play:
        """Run one of our playbooks by plain Ansible; `until` kills it when so many tasks, or that one, have ended."""
        here = self.bed.path / f"play-{next(_NUMBERS)}"
        here.mkdir()
        recorded = here / "recorded.jsonl"
        recorded.touch()
        # No connection outlives its play: the next may find another host behind the same address.
        more = {"RECORDED": recorded, "RECORDED_UNTIL": until, "ANSIBLE_SSH_CONTROL_PATH_DIR": here}
        command = (
            *("setsid", "--wait", program("ansible-playbook", "ansible-core"), "-i", self.path / "inventory.ini"),
            *("-e", f"@{self.path / 'build/vars.yml'}", _ROOT / "playbooks" / playbook, *options),
        )
        done = self.bed.place.tried(*command, within=within, env=self._environment(more), cwd=self.path)
        outcomes = tuple(Outcome(**json.loads(line)) for line in recorded.read_text().splitlines())
        return Play(done.returncode, done.stdout + done.stderr, outcomes)

    def play_killed_after_each_task(self, playbook: str) -> None:
        """Run a playbook again and again, each time a task further, until one run comes to its end."""
        for number in count(1):
            if not self.play(playbook, until=number).returncode:
                return

    def _environment(self, more: Mapping[str, object] | None = None) -> dict[str, str]:
        return {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(_ROOT),
            "ANSIBLE_HOME": str(self.bed.path / "ansible"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).with_name("callbacks")),
            "ANSIBLE_CALLBACKS_ENABLED": "recorded",
            **{name: str(value) for name, value in (more or {}).items()},
        }


def make_site(bed: Bed, path: Path, groups: Mapping[str, tuple[str, ...]], settings: str = ACME_SETTINGS) -> Site:
    """Make a site directory for hosts of the bed, with these settings of [jitsi_meet], and render."""
    site = Site(bed, path)
    site.run("init", DOMAIN)
    site.write(settings, groups)
    return site
