"""How a command ends, for a person or for a program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from migrate.cli.session import Session
from migrate.core.errors import Exit, MigrateError

if TYPE_CHECKING:
    from migrate.cli.output import Output

RESULT_FORMAT = "jitsi-migrate/result"
RESULT_VERSION = 1
_STATUS = {Exit.OK: "success", Exit.CHANGES_PENDING: "success", Exit.PARTIAL: "partial"}


@dataclass(frozen=True)
class Ending:
    """The exit code of a command, the data for --json, and how to show it to a person.

    `error` sums up for programs what went wrong; to a person `show` tells it.
    """

    exit_code: int
    data: Mapping[str, Any]
    show: Callable[[Output], None]
    error: MigrateError | None = None

    def but(self, shortfall: MigrateError | None) -> Ending:
        """Return how it ends if something was left behind that only a person or a later command can put right."""
        if shortfall is None or self.exit_code not in (Exit.OK, Exit.CHANGES_PENDING):
            return self
        return replace(self, exit_code=Exit.PARTIAL, error=shortfall)

    def tell(self, session: Session) -> None:
        """Print it as text or as the JSON envelope."""
        if not session.json:
            from migrate.cli.output import Output

            self.show(Output(session))
            return
        import orjson

        envelope = {
            "format": RESULT_FORMAT,
            "version": RESULT_VERSION,
            "command": session.command,
            "status": _STATUS.get(Exit(self.exit_code), "error"),
            "exit_code": int(self.exit_code),
            "data": self.data,
            **({"error": self.error.to_json()} if self.error else {}),
        }
        sys.stdout.write(orjson.dumps(envelope, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())
