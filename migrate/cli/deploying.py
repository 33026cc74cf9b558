"""What the command deploy does, before it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.cli.becoming import sudo_password
from migrate.cli.deploy import STEPS
from migrate.cli.ending import Ending
from migrate.cli.live import watched
from migrate.cli.servers import bundles, chosen_hosts, open_products
from migrate.cli.session import Session
from migrate.cli.show_deploy import show_deploy
from migrate.cli.site import LOCK, RUNS, Site, now
from migrate.core.bundle import Bundle, Product
from migrate.core.errors import Exit, UsageError
from migrate.core.playbook import Invocation
from migrate.deployment.failures import explain
from migrate.deployment.inventory import FILE
from migrate.deployment.runner import AnsibleRunner
from migrate.deployment.unfit import leaves
from migrate.services.deploying import Deployed, deploy, refuse_other_bundles, summary, to_json
from migrate.services.rendering import BUILD, VARIABLES, Workshop
from migrate.services.run_log import RunLog
from migrate.shared.masking import Masking
from migrate.shared.resources import project_path
from migrate.state.lock import SiteLock

PLAYBOOKS = "playbooks"


@dataclass(frozen=True)
class Wish:
    """What was asked for; no `hosts`: all."""

    hosts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    check: bool = False
    diff: bool = False
    accept_new_host_keys: bool = False
    adopt: bool = False
    ask_become_pass: bool = False
    detailed_exitcode: bool = False


def deploy_hosts(session: Session, wish: Wish) -> Ending:
    """Deploy the hosts that were named, or all."""
    if unknown := [tag for tag in wish.tags if tag not in STEPS]:
        raise UsageError(f"no step is called {', '.join(unknown)}", hint=f"There are: {', '.join(STEPS)}.")
    if wish.detailed_exitcode and not wish.check:
        raise UsageError("--detailed-exitcode belongs to --check", hint="A deployment itself changes what it finds.")
    site = Site.open(session)
    products = open_products(site)
    hosts = chosen_hosts(products, wish.hosts)
    made = bundles(site, products, hosts)
    _refuse_other(site, products, made)
    extra = _extra(session, wish, products)
    runner = AnsibleRunner(Masking.of(_secrets(products, extra), made))
    with SiteLock(site.path / LOCK, "deploy", now()):
        directory = site.new_directory(RUNS, "deploy")
        with RunLog.opened(directory, now) as log, watched(session, hosts) as tell:
            done = deploy(runner, _invocations(site, products, hosts, wish, extra), explain, log, tell)
    if done.interrupted:
        raise KeyboardInterrupt
    return _ending(done, wish, directory)


def _refuse_other(site: Site, products: Sequence[Product], made: Sequence[Bundle]) -> None:
    workshop = Workshop(site.path, site.files)
    variables = workshop.compare_variables("".join(product.variables().text for product in products))
    refuse_other_bundles([workshop.compare(bundle) for bundle in made], variables)


def _invocations(
    site: Site, products: Sequence[Product], hosts: Sequence[str], wish: Wish, extra: Mapping[str, Any]
) -> Iterator[Invocation]:
    for product in products:
        own = tuple(host for host in product.hosts() if host in hosts)
        if own:
            yield Invocation(
                playbook=project_path(PLAYBOOKS) / f"{product.name}_deploy.yml",
                inventory=site.path / FILE,
                variables=site.path / BUILD / VARIABLES,
                hosts=own if wish.hosts else (),
                tags=wish.tags,
                check=wish.check,
                diff=wish.diff,
                accept_new_host_keys=wish.accept_new_host_keys,
                extra=extra,
            )


def _extra(session: Session, wish: Wish, products: Sequence[Product]) -> Mapping[str, Any]:
    """Return variables beside those that were rendered."""
    adopted = {f"{product.name}_adopt": True for product in products if wish.adopt}
    return {**adopted, **sudo_password(session, asked=wish.ask_become_pass)}


def _secrets(products: Sequence[Product], extra: Mapping[str, Any]) -> Iterator[str]:
    values = [value for product in products for _, value in leaves(product.secrets)]
    yield from (value for value in (*values, extra.get("ansible_become_password")) if isinstance(value, str))


def _ending(done: Deployed, wish: Wish, directory: Path) -> Ending:
    code = done.exit_code
    if code is Exit.OK and wish.detailed_exitcode and done.changed:
        code = Exit.CHANGES_PENDING
    data = {**to_json(done), "log": str(directory)}
    return Ending(code, data, lambda output: show_deploy(output, done, directory, diff=wish.diff), summary(done))
