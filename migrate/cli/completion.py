"""The command completion: the completion script of a shell."""

from __future__ import annotations

import click

from migrate.cli.command import command
from migrate.cli.ending import Ending
from migrate.cli.session import Session


@command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_obj
def completion(session: Session, shell: str) -> Ending:  # noqa: ARG001
    """Print the completion script of a shell.

    \b
    For bash:
      jitsi-migrate completion bash > ~/.local/share/bash-completion/completions/jitsi-migrate
    """  # noqa: D301
    from click.shell_completion import get_completion_class

    from migrate.cli.app import cli

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"there is no completion for {shell}")
    script = found(cli, {}, "jitsi-migrate", "_JITSI_MIGRATE_COMPLETE").source()
    return Ending(0, {"shell": shell, "script": script}, lambda output: output.raw(script))
