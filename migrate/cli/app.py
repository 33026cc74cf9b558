"""The program: its commands, loaded when used, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

from migrate import __version__
from migrate.cli.command import global_options
from migrate.cli.session import Session
from migrate.cli.streams import Streams

COMMANDS = (
    *("init", "render", "preflight", "deploy", "accounts", "certificates", "destroy"),
    *("plan", "apply", "status", "undo", "playbooks", "completion"),
)
BUG = 1
INTERRUPTED = 130


class Program(click.Group):
    """The group of all commands. A command lives in a module of its name and is imported when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the commands in the order in which people use them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, importing it."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = getattr(import_module(f"migrate.cli.{cmd_name}"), cmd_name)
        return found


@click.group(
    cls=Program,
    params=global_options(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: jitsi-migrate init --server meet.example.org",
)
@click.version_option(__version__, prog_name="jitsi-migrate")
def cli() -> None:
    """Leave Zoom: turn its exports into rooms and calendar events on servers of your own.

    Nothing is written before a plan that you can read, and every run can be undone.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program with the words after its name, and exit with its code (docs/reference/exit-codes.md)."""
    streams = None
    if arguments is None:
        arguments = sys.argv[1:]
        streams = Streams()
        # A process lives for seconds and makes millions of objects, hardly any in cycles: looking for those takes a
        # fifth of the time.
        gc.disable()
    words = [*arguments]
    session = Session(words=words)
    try:
        code = cli.main(words, "jitsi-migrate", obj=session, standalone_mode=False)
        if streams:
            streams.check(session)
    except BaseException as error:  # noqa: BLE001 - the one boundary
        code = _explain(error, session)
    sys.exit(code if isinstance(code, int) else 0)


def _explain(error: BaseException, session: Session) -> int:
    """Say what went wrong in words, and return the exit code."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else BUG
    if isinstance(error, click.ClickException) and "--json" not in session.words:
        error.show()
        return error.exit_code
    from migrate.cli.failure import explain

    return explain(error, session)
