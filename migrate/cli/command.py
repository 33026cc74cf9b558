"""Commands of this program: they take the global options too, before the command or after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, wraps
from pathlib import Path
from typing import Any

import click

from migrate.cli.ending import Ending
from migrate.cli.session import Session
from migrate.core.errors import UsageError
from migrate.core.playbook import Reach

AskReach = Callable[[], Reach]


class SessionCommand(click.Command):
    """A command that takes the global options too and hands its Ending to the output layer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += global_options(hidden=True)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and show how it ended."""
        session = ctx.ensure_object(Session)
        session.command = ctx.info_name or ""
        ending = super().invoke(ctx)
        if isinstance(ending, Ending):
            ending = ending.but(session.shortfall)
            ending.tell(session)
            ctx.exit(ending.exit_code)
        return ending


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Declare a command that takes the global options too."""
    return click.command(name, cls=SessionCommand, context_settings={"help_option_names": ["-h", "--help"]})


def reaches_hosts(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of all commands that reach hosts. The function gets `ask_reach`, which asks what is to be asked.

    So a person is asked when all that can be refused before was.
    """

    @wraps(function)
    def told(session: Session, /, *, accept_new_host_keys: bool, ask_become_pass: bool, **given: Any) -> Any:
        def ask_reach() -> Reach:
            return Reach(accept_new_host_keys, _password(session) if ask_become_pass else None)

        return function(session, ask_reach=ask_reach, **given)

    believe = click.option("--accept-new-host-keys", is_flag=True, help="Believe hosts that were never met from here.")
    ask = click.option(
        "-K", "--ask-become-pass", is_flag=True, help="Ask for the password that sudo wants on the hosts."
    )
    return believe(ask(told))


def may_reach_hosts(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the same options to a command that reaches hosts in some sites only; there its session knows how."""

    @wraps(function)
    def told(session: Session, /, *given: Any, ask_reach: AskReach, **named: Any) -> Any:
        # Several playbooks may be run, and a person is asked once.
        session.ask_reach = cache(ask_reach)
        return function(session, *given, **named)

    return reaches_hosts(told)


def _password(session: Session) -> str:
    if not session.may_ask:
        raise UsageError("--ask-become-pass needs a terminal to ask on", hint="Let sudo ask for no password.")
    return str(click.prompt("Password for sudo on the hosts", hide_input=True, err=True))


def global_options(*, hidden: bool = False) -> list[click.Parameter]:
    """Return the options that every command takes; hidden where they would only repeat the help of the group."""

    def option(
        names: Sequence[str], text: str, remember: Callable[[Session, Any], None], **kwargs: Any
    ) -> click.Option:
        def callback(ctx: click.Context, _: click.Parameter, value: Any) -> None:
            if value not in (None, False, 0):
                remember(ctx.ensure_object(Session), value)

        return click.Option(names, help=text, callback=callback, expose_value=False, hidden=hidden, **kwargs)

    return [
        option(
            ["--site"],
            "The site directory (default: the current one, or $JITSI_MIGRATE_SITE).",
            _name_site,
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
        ),
        option(["--json"], "Print one JSON document.", _set("json"), is_flag=True),
        option(["-v", "--verbose"], "Show more.", _louder, count=True),
        option(["-q", "--quiet"], "Show errors and the last line only.", _quieter, is_flag=True),
        option(["--no-input"], "Never ask; fail instead.", _set("no_input"), is_flag=True),
        option(["--debug"], "Show the traceback of an unexpected error.", _set("debug"), is_flag=True),
    ]


def _name_site(session: Session, value: Path) -> None:
    session.site, session.site_named = value, True


def _set(name: str) -> Callable[[Session, Any], None]:
    return lambda session, _: setattr(session, name, True)


def _louder(session: Session, value: int) -> None:
    session.verbosity = max(session.verbosity, 0) + value


def _quieter(session: Session, _: bool) -> None:
    session.verbosity = -1
