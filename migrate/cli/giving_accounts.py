"""What the command accounts does, before it is shown."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from migrate.cli.command import AskReach
from migrate.cli.ending import Ending
from migrate.cli.reaching import Concerned, concerned, invocation, masking, refuse_unrendered, run_logged
from migrate.cli.servers import open_products
from migrate.cli.session import Session
from migrate.cli.show_accounts import show_accounts
from migrate.cli.site import RUNS, Site
from migrate.core.errors import ConfigurationError, Exit
from migrate.services.logins import Given, give_logins, plan_logins, read_logins
from migrate.services.playbooks import summary
from migrate.shared.logins import FILE

ACTION = "accounts"


def give_accounts(
    session: Session, reset: Collection[str], ask_reach: AskReach, *, prune: bool, dry_run: bool
) -> Ending:
    """Bring logins.csv up to hosts.csv, and the server up to logins.csv."""
    site = Site.open(session)
    asked = _with_logins(site)
    path = site.path / FILE
    if dry_run:
        plan = plan_logins(site.hosts(), read_logins(path), reset=reset, prune=prune)
        return _ending(Given(plan), None)
    refuse_unrendered(site, "Render and deploy first")
    reach = ask_reach()
    with site.lock(session.command):
        plan = plan_logins(site.hosts(), read_logins(path), reset=reset, prune=prune)
        masks = masking((), reach, passwords=[login.password for login in plan.after])
        directory = site.new_directory(RUNS, session.command)
        plays = [invocation(site, product, ACTION, reach) for product, _ in asked]
        given = give_logins(plan, path, site.files, lambda: run_logged(session, directory, masks, plays))
    return _ending(given, directory)


def _with_logins(site: Site) -> list[Concerned]:
    """Return the products that have logins of their own. Raises ConfigurationError if none has."""
    products = open_products(site)
    able = [product for product in products if not product.way_to_logins]
    if not able:
        hint = " ".join(product.way_to_logins for product in products)
        raise ConfigurationError("the server of this site has no logins of its own", hint=hint)
    return concerned(able, [host for product in able for host in product.hosts()], ACTION)


def _ending(given: Given, directory: Path | None) -> Ending:
    data = {**given.to_json(), "log": str(directory) if directory else None}
    code, error = (given.done.exit_code, summary(given.done)) if given.done else (Exit.OK, None)
    return Ending(code, data, lambda output: show_accounts(output, given, directory), error)
