"""Nextcloud on this host: its accounts as render wrote them, and its own program, occ."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ansible.module_utils.jitsi_migrate_files import gid_of
from ansible.module_utils.jitsi_migrate_mariadb import Database
from ansible.module_utils.jitsi_migrate_programs import ENVIRONMENT
from ansible.module_utils.jitsi_migrate_refused import Refused

USER = "www-data"
# Below an error occ tells how the command is written, which was right.
_THROWN = re.compile(r"^In \S+ line \d+:\n((?: .*\n)+)", re.MULTILINE)
PATIENCE = 900  # seconds: an installation makes some hundred tables, and a check reads each of thousands of files


class Admin(NamedTuple):
    """The first account."""

    name: str
    password: str


class Accounts(NamedTuple):
    """By what Nextcloud's parts know each other."""

    database: Database
    admin: Admin


def accounts_of(path: Path) -> Accounts:
    """Read the accounts that a file on the server names."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return Accounts(Database(**found["database"]).checked(), Admin(**found["admin"]))
    except (ValueError, KeyError, TypeError):
        raise Refused(f"{path} is not what render makes: deploy again") from None


def passing() -> str:
    """Return a password that is good for a moment."""
    return secrets.token_hex(32)


class Done(NamedTuple):
    """How a command of occ ended."""

    code: int
    output: str
    errors: str

    @property
    def said(self) -> str:
        """What went wrong, or else the last line of what it said."""
        thrown = _THROWN.search(self.errors) or _THROWN.search(self.output)
        if thrown:
            # A block, which is cut wherever it is as wide as a terminal.
            return " ".join("".join(line[2:-2] for line in thrown[1].splitlines()).split())
        return (f"{self.errors}\n{self.output}".strip().splitlines() or [f"it ended with code {self.code}"])[-1].strip()


class Occ(NamedTuple):
    """Nextcloud's program, run as the user whom it belongs to."""

    php: str
    directory: str

    def tried(self, *words: str, environment: Mapping[str, str] = {}, given: Path | None = None) -> Done:
        """Run a command that may fail. What it is `given` to read is opened before it becomes that user."""
        command = [self.php, f"{self.directory}/occ", *words, "--no-interaction", "--no-ansi"]
        # A file and no pipe: occ reads without waiting, and would find nothing in a pipe that is filled too late.
        with (given or Path(os.devnull)).open("rb") as stream:
            try:
                done = subprocess.run(  # noqa: S603 - a list of words, without a shell
                    command,
                    stdin=stream,
                    capture_output=True,
                    encoding="utf-8",
                    errors="replace",
                    env={**ENVIRONMENT, "HOME": "/nonexistent", **environment},
                    timeout=PATIENCE,
                    check=False,
                    user=USER,
                    group=USER,
                    extra_groups=groups(),
                    cwd=self.directory,
                )
            except subprocess.TimeoutExpired:
                raise Refused(f"occ {words[0]} has not ended after {PATIENCE} seconds") from None
            except OSError as error:
                raise Refused(f"{self.php} {self.directory}/occ cannot be run ({error.strerror})") from None
        return Done(done.returncode, done.stdout, done.stderr)

    def run(self, *words: str, environment: Mapping[str, str] = {}, given: Path | None = None) -> str:
        """Return what a command prints that must not fail."""
        done = self.tried(*words, environment=environment, given=given)
        if done.code:
            raise Refused(f"occ {words[0]}: {done.said}")
        return done.output

    def told(self, *words: str) -> Any:
        """Return what a command prints as JSON."""
        text = self.run(*words, "--output=json")
        try:
            # Warnings of PHP may stand before it.
            return json.loads(text.strip().splitlines()[-1])
        except (ValueError, IndexError):
            raise Refused(f"occ {words[0]} prints something else than JSON: {text.strip()[:200]}") from None


def looked_at(occ: Occ) -> State | None:
    """Return what Nextcloud says of itself, None where it cannot: what it needs may be there after the run only."""
    try:
        return state_of(occ)
    except Refused:
        return None


def groups() -> list[int]:
    """Return the groups of that user, among them the one that may come to the cache."""
    return os.getgrouplist(USER, gid) if (gid := gid_of(USER)) is not None else []


class State(NamedTuple):
    """What Nextcloud says of itself."""

    installed: bool
    maintenance: bool
    needs_upgrade: bool


def state_of(occ: Occ) -> State:
    """Return what Nextcloud says of itself."""
    found = occ.told("status")
    return State(bool(found.get("installed")), bool(found.get("maintenance")), bool(found.get("needsDbUpgrade")))
