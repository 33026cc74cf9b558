"""The command playbooks: where they are, for who runs Ansible without this program."""

from __future__ import annotations

import click

from migrate.cli.command import command
from migrate.cli.ending import Ending


@command("playbooks")
@click.option("--path", "path_only", is_flag=True, help="Print only the directory.")
def playbooks(*, path_only: bool) -> Ending:
    """Show where the playbooks are, to run them by ansible-playbook.

    They do the same then: what they need to know is in inventory.ini and build/.
    """
    from migrate.cli.output import Output
    from migrate.core.errors import Exit
    from migrate.shared.resources import project_path

    directory = project_path("playbooks")
    plays = sorted(path.name for path in directory.glob("*.yml"))

    def show(output: Output) -> None:
        if path_only:
            output.raw(f"{directory}\n")
            return
        output.unwrapped(str(directory))
        output.table([[name] for name in plays])
        output.line("In the site directory, after render:")
        words = f"ansible-playbook -i inventory.ini -e @build/vars.yml {directory}/PLAYBOOK"
        output.unwrapped((words, "bold"), indent=2)

    return Ending(Exit.OK, {"path": str(directory), "playbooks": plays}, show)
