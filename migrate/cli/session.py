"""What holds for every command: what was asked for beside it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrate.core.errors import MigrateError
from migrate.core.playbook import Reach


@dataclass
class Session:
    """The global options of one invocation, and the words it was called with.

    `ask_reach` tells how hosts are reached. `shortfall`: what a command left behind though it did its work.
    """

    words: Sequence[str] = ()
    site: Path = field(default_factory=lambda: Path(os.environ.get("JITSI_MIGRATE_SITE") or "."))
    json: bool = False
    verbosity: int = 0
    no_input: bool = False
    debug: bool = False
    command: str = ""
    site_named: bool = False
    ask_reach: Callable[[], Reach] = Reach
    shortfall: MigrateError | None = None

    @property
    def may_ask(self) -> bool:
        """Tell whether a person is there to answer."""
        return not self.no_input and not self.json and sys.stdin.isatty()

    @property
    def again(self) -> str:
        """The command that was given, to be given once more."""
        return shlex.join(["jitsi-migrate", *self.words])

    def command_line(self, *words: str) -> str:
        """Return a command of this program to type next, with the site directory if it was named in this one."""
        site = ["--site", str(self.site)] if self.site_named else []
        return shlex.join(["jitsi-migrate", *site, *words])
