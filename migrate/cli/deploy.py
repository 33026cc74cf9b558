"""The command deploy: the hosts become what render described."""

from __future__ import annotations

import click

from migrate.cli import completing
from migrate.cli.command import AskReach, command, reaches_hosts
from migrate.cli.ending import Ending
from migrate.cli.session import Session

STEPS = ("packages", "certificates", "files", "firewall", "services")
"""The steps that can be done alone, by the tags that plays have for them."""


@command("deploy")
@click.argument("hosts", nargs=-1, metavar="[HOST]...", shell_complete=completing.hosts)
@click.option("--check", is_flag=True, help="Show what would change on the hosts, and change nothing.")
@click.option("--diff", is_flag=True, help="Show the changes line by line. Secrets are not shown.")
@click.option("--limit", metavar="HOST,...", default="", help="The same as to name hosts, as Ansible has it.")
@click.option("--tags", metavar="STEP,...", default="", help=f"Do only some of the steps {', '.join(STEPS)}.")
@click.option("--adopt", is_flag=True, help="Take over what others set up on the hosts; it is saved first.")
@click.option("--detailed-exitcode", is_flag=True, help="With --check: exit with 10 if anything would change.")
@click.pass_obj
@reaches_hosts
def deploy(
    session: Session, /, hosts: tuple[str, ...], limit: str, tags: str, *, ask_reach: AskReach, **options: bool
) -> Ending:
    """Install what the hosts of inventory.ini need, put their files in place and start the services.

    What is deployed is what `render` wrote last. A run that broke off is completed by the same command, and one that
    finds everything in place changes nothing. The log is in runs/.
    """
    from migrate.cli.deploying import Wish, deploy_hosts

    wanted = (*hosts, *filter(None, limit.split(",")))
    return deploy_hosts(session, Wish(wanted, tuple(filter(None, tags.split(","))), **options), ask_reach)
