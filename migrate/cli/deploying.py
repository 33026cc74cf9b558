"""What the command deploy does, before it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrate.cli.command import AskReach
from migrate.cli.deploy import STEPS
from migrate.cli.ending import Ending
from migrate.cli.reaching import Concerned, concerned, invocation, masking, run_logged
from migrate.cli.servers import bundles, chosen_hosts, open_products
from migrate.cli.session import Session
from migrate.cli.show_deploy import show_deploy
from migrate.cli.site import RUNS, Site
from migrate.core.bundle import Bundle, Product
from migrate.core.errors import Exit, UsageError
from migrate.core.playbook import Invocation, Reach
from migrate.services.logins import are_due
from migrate.services.playbooks import Outcome, summary, to_json
from migrate.services.rendering import Workshop, refuse_other_bundles
from migrate.shared.logins import FILE as LOGINS

ACTION = "deploy"


@dataclass(frozen=True)
class Wish:
    """What was asked for; no `hosts`: all."""

    hosts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    check: bool = False
    diff: bool = False
    adopt: bool = False
    detailed_exitcode: bool = False


def deploy_hosts(session: Session, wish: Wish, ask_reach: AskReach) -> Ending:
    """Deploy the hosts that were named, or all."""
    if unknown := [tag for tag in wish.tags if tag not in STEPS]:
        raise UsageError(f"no step is called {', '.join(unknown)}", hint=f"There are: {', '.join(STEPS)}.")
    if wish.detailed_exitcode and not wish.check:
        raise UsageError("--detailed-exitcode belongs to --check", hint="A deployment itself changes what it finds.")
    site = Site.open(session)
    products = open_products(site)
    hosts = chosen_hosts(products, wish.hosts)
    wanted = concerned(products, hosts, ACTION)
    made = bundles(site, products, hosts)
    _refuse_other(site, products, made)
    reach = ask_reach()
    masks = masking(products, reach, made)
    with site.lock(session.command):
        directory = site.new_directory(RUNS, session.command)
        done = run_logged(session, directory, masks, _invocations(site, wanted, wish, reach), hosts=hosts)
    return _ending(done, wish, directory, _next(site, wanted) if not wish.tags else "")


def _refuse_other(site: Site, products: Sequence[Product], made: Sequence[Bundle]) -> None:
    workshop = Workshop(site.path, site.files)
    variables = workshop.compare_variables("".join(product.variables().text for product in products))
    refuse_other_bundles([workshop.compare(bundle) for bundle in made], variables)


def _invocations(site: Site, wanted: Sequence[Concerned], wish: Wish, reach: Reach) -> Iterator[Invocation]:
    for product, own in wanted:
        yield invocation(
            site,
            product,
            ACTION,
            reach,
            hosts=own if wish.hosts else (),
            tags=wish.tags,
            check=wish.check,
            diff=wish.diff,
            extra={f"{product.name}_adopt": True} if wish.adopt else {},
        )


def _next(site: Site, deployed: Sequence[Concerned]) -> str:
    own_logins = any(not product.way_to_logins for product, _ in deployed)
    return "accounts" if own_logins and are_due(site.hosts, site.path / LOGINS) else ""


def _ending(done: Outcome, wish: Wish, directory: Path, then: str) -> Ending:
    code = done.exit_code
    if code is Exit.OK and wish.detailed_exitcode and done.changed:
        code = Exit.CHANGES_PENDING
    data = {**to_json(done), "log": str(directory)}
    return Ending(
        code, data, lambda output: show_deploy(output, done, directory, diff=wish.diff, then=then), summary(done)
    )
