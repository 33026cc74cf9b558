"""Terminal sessions in pages, run again: what a page shows is what the program printed.

In a page, a block marked `console` holds commands after "$ " and what they print. All blocks of a page are one session
in a new folder. A block marked with a file name, such as `csv export.csv`, makes that file. Commands in a comment that
begins with `<!-- setup` run unseen, and `<!-- files: PAGE -->` makes the files of another page.

`<!-- server: NAME at ADDRESS -->` starts a server of the tests, `tests/caldav/NAME.py` or the Nextcloud with Talk of
`tests/talk/nextcloud.py`, `nextcloud_talk`, with the accounts that credentials.csv has. In the page it has that address
in place of its own. `, NAME is new` before the end: that account never logged in.

A block marked `console on servers` needs servers that are there: only a terminal that has some runs it, else it stays
as it is. `<!-- people: NAME, … -->` lets people have accounts there.
"""

from __future__ import annotations

import csv
import os
import re
import shlex
import subprocess
import sys
from base64 import b32encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, chdir
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar
from uuid import UUID

from click.testing import CliRunner

from migrate.cli.app import main

ROOT = Path(__file__).parents[2]
WIDTH = 88

_BLOCK = re.compile(
    r"^```console(?P<servers> on servers)?\n(?P<console>.*?)^```$"
    r"|^```\w+ (?P<name>[\w./-]+)\n(?P<content>.*?)^```$"
    r"|^<!-- setup\n(?P<setup>.*?)^-->$"
    r"|^<!-- files: (?P<page>[\w./-]+) -->$"
    r"|^<!-- people: (?P<people>[\w, ]+) -->$"
    r"|^<!-- server: (?P<server>\w+) at (?P<address>[^\s,]+)(?:, (?P<newcomer>\w+) is new)? -->$",
    re.MULTILINE | re.DOTALL,
)
_MODULES = {"nextcloud_talk": "tests.talk.nextcloud"}
# A run's name says what it was, if that was no plan.
_KIND = re.compile(r"-[a-z]+$")
# What differs from run to run.
_MOMENT = re.compile(r"(?<=DTSTAMP:)\d{8}T\d{6}Z|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
_ROOM = re.compile(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b")
_TOKEN = re.compile(r"(?<=/call/)[a-z0-9]{8}\b")
_PASSWORD = re.compile(r"\b[A-Za-z2-9]{4}(?:-[A-Za-z2-9]{4}){5}\b")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_MASK = re.compile(r"(?<=‹secret:)[0-9a-f]{8}(?=›)")


def rerun(text: str) -> str:
    """Return a page with its commands run again, in order, and their output in place of what was there."""
    if "```console" not in text:
        return text
    with TemporaryDirectory() as name, ExitStack() as servers:
        return rerun_at(Terminal(Path(name).resolve(), servers=servers), text)


def rerun_at(terminal: Terminal, text: str) -> str:
    """Do that where other pages may have been run before."""
    return _BLOCK.sub(lambda match: _renewed(match, terminal), text)


def _renewed(block: re.Match[str], terminal: Terminal) -> str:
    if block["page"]:
        for other in _BLOCK.finditer((ROOT / block["page"]).read_text("utf-8")):
            terminal.make(other)
    elif block["setup"]:
        for command in _commands(block["setup"]):
            terminal.run(command)
    elif block["people"]:
        terminal.greet(block["people"].split(", "))
    elif block["server"]:
        terminal.start(block["server"], block["address"], block["newcomer"])
    elif block["console"]:
        if block["servers"] and not terminal.has_servers:
            return block[0]
        shown = (f"$ {command}\n{terminal.run(command)}" for command in _commands(block["console"]))
        return f"```console{block['servers'] or ''}\n{''.join(shown)}```"
    terminal.make(block)
    return block[0]


def _commands(text: str) -> list[str]:
    return [line[2:] for line in text.splitlines() if line.startswith("$ ")]


@dataclass
class Terminal:
    """Runs one command after the other in a folder, and shows what they print in a way that is always the same."""

    has_servers: ClassVar[bool] = False

    folder: Path
    here: Path = field(init=False)
    exit_code: int = 0
    names: dict[str, str] = field(default_factory=dict)
    servers: ExitStack = field(default_factory=ExitStack)
    addresses: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.here = self.folder

    def make(self, block: re.Match[str]) -> None:
        """Make the file that a block holds, if it holds one."""
        if block["name"]:
            (self.here / block["name"]).write_text(self._real(block["content"]), "utf-8")

    def start(self, server: str, address: str, newcomer: str | None = None) -> None:
        """Start a server, which stays until `servers` are closed."""
        with (self.here / "credentials.csv").open(encoding="utf-8", newline="") as stream:
            users = {row["account"]: row["password"] for row in csv.DictReader(stream)}
        serve = getattr(import_module(_MODULES.get(server, f"tests.caldav.{server}")), server)
        started = self.servers.enter_context(serve(users, newcomers=(newcomer,)) if newcomer else serve(users))
        self.addresses[started.url.rstrip("/")] = address

    def greet(self, people: list[str]) -> None:
        """Let people have accounts on a server that is there; here is none."""

    def run(self, command: str) -> str:
        """Run a command as a page shows it, and return what it prints."""
        command = self._real(command)
        program, _, rest = command.partition(" ")
        if program == "cd":
            self.here = self.here / rest
            return ""
        return self._settled(self._own(rest) if program == "jitsi-migrate" else self._shell(command))

    def _real(self, text: str) -> str:
        """Return what a page shows with what was replaced in it."""
        for real, shown in (self.names | self.addresses).items():
            text = text.replace(shown, real)
        return text

    def _own(self, arguments: str) -> str:
        environment = {"COLUMNS": str(WIDTH), "NO_COLOR": "1", "JITSI_MIGRATE_SITE": None}
        with chdir(self.here), CliRunner().isolation(env=environment) as (_, _, printed):
            try:
                main(list(_expanded(self.here, shlex.split(arguments))))
            except SystemExit as end:
                self.exit_code = int(end.code or 0)
            sys.stdout.flush()
        return printed.getvalue().decode()

    def _shell(self, command: str) -> str:
        # The number of the last exit code is not the shell's own.
        script = f"(exit {self.exit_code})\n{command}"
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(["sh", "-c", script], cwd=self.here, env=environment, capture_output=True, check=False)  # noqa: S603, S607
        self.exit_code = done.returncode
        return (done.stdout + done.stderr).decode("utf-8-sig").replace("\r\n", "\n")

    def _settled(self, printed: str) -> str:
        """Replace what differs from run to run by something that looks like it."""
        for real, shown in self.addresses.items():
            printed = _at_home(printed, real, shown)
        for number, run in enumerate(sorted(path.name for path in self.folder.glob("**/runs/*"))):
            # A second run in the same second has a longer name, and so has its column.
            kind = "".join(_KIND.findall(run))
            name = self.names.setdefault(run, f"20270105T09{number:02}00Z{kind}")
            printed = re.sub(rf"{run}(?![-\d])(?:(  ) +)?", rf"{name}\g<1>", printed)
        printed = _MOMENT.sub(_same_moment, printed.replace(str(self.folder), "/srv"))
        printed = _TOKEN.sub(lambda match: self._name(match[0], _token), printed)
        printed = _PASSWORD.sub(lambda match: self._name(match[0], _password), printed)
        printed = _ROOM.sub(lambda match: self._name(match[0], _room), printed)
        printed = _UUID.sub(lambda match: self._name(match[0], _uuid), printed)
        printed = _MASK.sub(lambda match: self._name(match[0], lambda digest: digest[:8]), printed)
        return _DIGEST.sub(lambda match: self._name(match[0], str), printed)

    def _name(self, found: str, like: Callable[[str], str]) -> str:
        return self.names.setdefault(found, like(sha256(str(len(self.names)).encode()).hexdigest()))


def _at_home(printed: str, real: str, shown: str) -> str:
    """Replace a server's address, with or without a user in it."""
    (scheme, host), (other, name) = real.split("://"), shown.split("://")
    return re.sub(rf"{scheme}://([^@/\s]+@)?{re.escape(host)}", rf"{other}://\g<1>{name}", printed)


def _same_moment(match: re.Match[str]) -> str:
    return "2027-01-05T09:00:00+00:00" if "-" in match[0] else "20270105T090000Z"


def _room(digest: str) -> str:
    return _groups(b32encode(bytes.fromhex(digest)).decode().lower(), 4)


def _password(digest: str) -> str:
    letters = b32encode(bytes.fromhex(digest)).decode()
    return _groups("".join(letter.lower() if at % 3 else letter for at, letter in enumerate(letters)), 6)


def _token(digest: str) -> str:
    return b32encode(bytes.fromhex(digest)).decode().lower()[:8]


def _groups(letters: str, count: int) -> str:
    return "-".join(letters[at : at + 4] for at in range(0, 4 * count, 4))


def _uuid(digest: str) -> str:
    return str(UUID(digest[:32], version=4))


def _expanded(folder: Path, arguments: list[str]) -> Iterator[str]:
    for argument in arguments:
        found = sorted(str(path.relative_to(folder)) for path in folder.glob(argument)) if "*" in argument else []
        yield from found or [argument]
