"""What the command destroy does, before it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from migrate.cli.command import AskReach
from migrate.cli.ending import Ending
from migrate.cli.reaching import Concerned, concerned, invocation, masking, refuse_unrendered, run_logged
from migrate.cli.servers import bundles, chosen_hosts, open_products
from migrate.cli.session import Session
from migrate.cli.show_destroy import show_destroy
from migrate.cli.site import RUNS, Site
from migrate.core.bundle import Product
from migrate.core.errors import RefusedError, UsageError
from migrate.core.playbook import Invocation, Reach
from migrate.services.destroying import remains_of
from migrate.services.playbooks import summary, to_json

ACTION = "destroy"


@dataclass(frozen=True)
class Wish:
    """What was asked for; no `hosts`: all."""

    hosts: tuple[str, ...] = ()
    confirm: str | None = None
    check: bool = False
    diff: bool = False
    with_certificates: bool = False


def destroy_hosts(session: Session, wish: Wish, ask_reach: AskReach) -> Ending:
    """Remove what was deployed from the hosts that were named, or from all."""
    site = Site.open(session)
    products = open_products(site)
    hosts = chosen_hosts(products, wish.hosts)
    refuse_unrendered(site, "What is to go is told by")
    wanted = concerned(products, hosts, ACTION)
    if not wish.check:
        _confirm(session, wish, [product for product, _ in wanted], hosts)
    reach = ask_reach()
    masks = masking(products, reach, bundles(site, products, hosts))
    with site.lock(session.command):
        directory = site.new_directory(RUNS, session.command)
        done = run_logged(session, directory, masks, _invocations(site, wanted, wish, reach), hosts=hosts)
    left = remains_of(done)
    # What others still have to be told, if they are others.
    rest = [host for product, _ in wanted for host in product.hosts() if host not in hosts]
    data = {**to_json(done), "remains": [one.to_json() for one in left], "log": str(directory)}
    return Ending(
        done.exit_code,
        data,
        lambda output: show_destroy(output, done, left, rest, directory, diff=wish.diff),
        summary(done),
    )


def _confirm(session: Session, wish: Wish, products: Sequence[Product], hosts: Sequence[str]) -> None:
    domains = [product.domain for product in products]
    typed = wish.confirm
    if typed is None:
        if not session.may_ask:
            raise UsageError(
                "to remove a server is to be confirmed", hint=f"Give its domain: --confirm {' '.join(domains)}"
            )
        click.echo(f"What was deployed goes from: {', '.join(hosts)}", err=True)
        typed = click.prompt(f"To go on type {' '.join(domains)}", default="", show_default=False, err=True)
    if typed.split() != domains:
        raise RefusedError(
            f"{typed or 'nothing'} was typed and not {' '.join(domains)}, so nothing was removed",
            hint="See first what would go: jitsi-migrate destroy --check",
        )


def _invocations(site: Site, wanted: Sequence[Concerned], wish: Wish, reach: Reach) -> Iterator[Invocation]:
    for product, own in wanted:
        meant = {
            f"{product.name}_destroy": product.domain,
            f"{product.name}_destroy_certificates": wish.with_certificates,
        }
        diff = wish.diff or wish.check
        yield invocation(site, product, ACTION, reach, hosts=own, check=wish.check, diff=diff, extra=meant)
