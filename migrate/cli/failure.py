"""Errors as people and programs read them."""

from __future__ import annotations

import json
import os
import traceback
from typing import Any

import click

from migrate.cli.session import Session
from migrate.cli.text import visible
from migrate.core.errors import Exit, MigrateError, UsageError


def explain(error: BaseException, session: Session) -> int:
    """Report an error: what happened, where, what to do next. Return the exit code; no traceback without --debug."""
    failure: MigrateError
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        failure = _Interrupted(session)
    elif isinstance(error, click.ClickException):
        session.json = True
        failure = UsageError(error.format_message(), hint="jitsi-migrate COMMAND --help lists what there is.")
    elif isinstance(error, MigrateError):
        failure = error
    else:
        failure = _Bug(error)
    if session.debug:
        traceback.print_exception(error)
    _report(failure, session)
    return int(failure.exit_code)


class _Interrupted(MigrateError):
    exit_code = Exit.INTERRUPTED

    def __init__(self, session: Session) -> None:
        writes = session.command in ("accounts", "apply", "deploy", "destroy", "render", "undo")
        super().__init__("interrupted", hint=f"The same command completes the rest: {session.again}" if writes else "")


class _Bug(MigrateError):
    def __init__(self, error: BaseException) -> None:
        super().__init__(
            f"unexpected {type(error).__name__}: {error}",
            hint="This is a bug, and nothing you did. Run again with --debug and report what it prints.",
        )


def _report(failure: MigrateError, session: Session) -> None:
    if session.json:
        document = {
            "format": "jitsi-migrate/result",
            "version": 1,
            "command": session.command,
            "status": "error",
            "exit_code": int(failure.exit_code),
            "error": failure.to_json(),
        }
        click.echo(json.dumps(document, indent=2))
        return
    click.echo(_styled("error: ", fg="red", bold=True) + visible(failure.message), err=True)
    for detail in failure.details:
        click.echo(f"  - {visible(detail)}", err=True)
    if failure.hint:
        click.echo(_styled("hint: ", fg="cyan") + visible(failure.hint), err=True)


def _styled(text: str, **style: Any) -> str:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if plain else click.style(text, **style)
