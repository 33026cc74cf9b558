"""A MariaDB that runs where hosts have theirs, for modules under test only, and the stub of Nextcloud beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.playbooks.modules import PLAYBOOKS, RUNNER
from tests.readers import program

STUB = Path(__file__).parents[1] / "cloud" / "stub_nextcloud"
PASSWORD, ADMIN = "database-password", "admin-password"
# A run directory of its own: the socket is where clients look for it, and another server's is out of the way.
SERVER = """
mkdir -p /run/mysqld && mount -t tmpfs tmpfs /run/mysqld
mariadb-install-db --no-defaults --user=root --datadir="$0" --auth-root-authentication-method=socket >"$0.log" 2>&1
exec mariadbd --no-defaults --user=root --datadir="$0" --skip-networking \\
    --socket=/run/mysqld/mysqld.sock >>"$0.log" 2>&1
"""


@dataclass(frozen=True)
class Nextcloud:
    """What modules find on a host."""

    pid: int
    here: Path

    def inside(self, *command: str, text: str = "", **environment: str) -> str:
        """Run a program where that server is."""
        entered = ["nsenter", "--target", str(self.pid), "--mount", "--", *command]
        done = subprocess.run(
            entered, input=text, capture_output=True, text=True, env={**os.environ, **environment}, check=False
        )
        return done.stdout + done.stderr

    def asked(self, statements: str) -> str:
        """Return what MariaDB answers its administrator."""
        return self.inside("mariadb", "--no-defaults", "--batch", "--skip-column-names", text=statements).strip()

    def module(self, name: str, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """Return what a module answers."""
        given = {**arguments, "_ansible_check_mode": check, "_ansible_diff": True}
        answer = self.here / "answer"
        runner = (sys.executable, "-c", RUNNER, str(PLAYBOOKS), name, str(answer))
        self.inside(*runner, text=json.dumps([{"ANSIBLE_MODULE_ARGS": given}, 0]) + "\n")
        said = answer.read_text()
        assert PASSWORD not in said
        assert ADMIN not in said
        found: dict[str, Any] = json.loads(said)
        return found

    def database(self, **options: Any) -> dict[str, Any]:
        """Make the database."""
        return self.module("database", file=str(self.here / "accounts.json"), **options)

    def install(self, **options: Any) -> dict[str, Any]:
        """Install, and enable the apps."""
        files = {"file": str(self.here / "accounts.json"), "record": str(self.here / "record.json")}
        places = {"directory": str(self.here / "tree"), "data": str(self.here / "data")}
        apps = ["spreed", "calendar"]
        return self.module("nextcloud_installation", php="php", apps=apps, **places, **files, **options)

    def settle(self, settings: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        """Give Talk its settings."""
        file = self.here / "apps.json"
        file.write_text(json.dumps({"apps": {"spreed": settings}}))
        directory = str(self.here / "tree")
        return self.module("nextcloud_settings", php="php", directory=directory, file=str(file), **options)

    def occ(self, *words: str) -> str:
        """Return what occ prints, run as whom it belongs to."""
        user = ("setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups")
        return self.inside(*user, "php", str(self.here / "tree" / "occ"), *words)


@contextmanager
def nextcloud() -> Iterator[Nextcloud]:
    """Run MariaDB; Nextcloud is unpacked and not installed."""
    program("mariadbd", "mariadb-server")
    program("php", "php-cli")
    if os.geteuid():
        pytest.skip("root only: modules become www-data, and ask MariaDB as its administrator")
    with TemporaryDirectory() as name:
        here = Path(name)
        here.chmod(0o755)
        _unpack(here)
        with subprocess.Popen(["unshare", "--mount", "sh", "-ec", SERVER, str(here / "mariadb")]) as process:
            try:
                found = Nextcloud(process.pid, here)
                _wait(found)
                yield found
            finally:
                process.terminate()


def _unpack(here: Path) -> None:
    shutil.copytree(STUB, here / "tree")
    (here / "data").mkdir()
    (here / "mariadb").mkdir()
    for path in (here / "data", *(here / "tree").rglob("*"), here / "tree"):
        shutil.chown(path, "www-data", "www-data")
    # As on hosts, where this file of the bundle wins over what the installation writes.
    (here / "tree" / "config" / "jitsi-migrate.config.php").write_text(
        f"<?php\n$CONFIG = ['dbpassword' => '{PASSWORD}'];\n"
    )
    accounts = {
        "database": {"name": "nextcloud", "user": "nextcloud", "password": PASSWORD},
        "admin": {"name": "admin", "password": ADMIN},
    }
    (here / "accounts.json").write_text(json.dumps(accounts))


def _wait(server: Nextcloud) -> None:
    deadline = time.monotonic() + 60
    while server.asked("SELECT 1") != "1":
        assert time.monotonic() < deadline, (server.here / "mariadb.log").read_text()[-1000:]
        time.sleep(0.1)
