"""What the command destroy does, before it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from migrate.cli.becoming import sudo_password
from migrate.cli.ending import Ending
from migrate.cli.live import watched
from migrate.cli.servers import bundles, chosen_hosts, open_products
from migrate.cli.session import Session
from migrate.cli.show_destroy import show_destroy
from migrate.cli.site import LOCK, RUNS, Site, now
from migrate.core.bundle import Product
from migrate.core.errors import ConfigurationError, RefusedError, UsageError
from migrate.core.playbook import Invocation
from migrate.deployment.failures import explain
from migrate.deployment.inventory import FILE
from migrate.deployment.runner import AnsibleRunner
from migrate.deployment.unfit import leaves
from migrate.services.deploying import deploy, summary, to_json
from migrate.services.destroying import remains_of
from migrate.services.rendering import BUILD, VARIABLES
from migrate.services.run_log import RunLog
from migrate.shared.masking import Masking
from migrate.shared.resources import project_path
from migrate.state.lock import SiteLock


@dataclass(frozen=True)
class Wish:
    """What was asked for; no `hosts`: all."""

    hosts: tuple[str, ...] = ()
    confirm: str | None = None
    check: bool = False
    diff: bool = False
    with_certificates: bool = False
    accept_new_host_keys: bool = False
    ask_become_pass: bool = False


def destroy_hosts(session: Session, wish: Wish) -> Ending:
    """Remove what was deployed from the hosts that were named, or from all."""
    site = Site.open(session)
    products = open_products(site)
    hosts = chosen_hosts(products, wish.hosts)
    if not (site.path / BUILD / VARIABLES).exists():
        raise ConfigurationError("nothing is rendered yet", hint="What is to go is told by: jitsi-migrate render")
    wanted = [product for product in products if set(product.hosts()) & set(hosts)]
    if not wish.check:
        _confirm(session, wish, wanted, hosts)
    extra = sudo_password(session, asked=wish.ask_become_pass)
    secrets = (value for product in products for _, value in leaves(product.secrets) if isinstance(value, str))
    runner = AnsibleRunner(Masking.of((*secrets, *extra.values()), bundles(site, products, hosts)))
    with SiteLock(site.path / LOCK, "destroy", now()):
        directory = site.new_directory(RUNS, "destroy")
        with RunLog.opened(directory, now) as log, watched(session, hosts) as tell:
            done = deploy(runner, _invocations(site, wanted, hosts, wish, extra), explain, log, tell)
    if done.interrupted:
        raise KeyboardInterrupt
    left = remains_of(done)
    # What others still have to be told, if they are others.
    rest = [host for product in wanted for host in product.hosts() if host not in hosts]
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


def _invocations(
    site: Site, products: Sequence[Product], hosts: Sequence[str], wish: Wish, extra: Mapping[str, Any]
) -> Iterator[Invocation]:
    for product in products:
        meant = {
            f"{product.name}_destroy": product.domain,
            f"{product.name}_destroy_certificates": wish.with_certificates,
        }
        yield Invocation(
            playbook=project_path("playbooks") / f"{product.name}_destroy.yml",
            inventory=site.path / FILE,
            variables=site.path / BUILD / VARIABLES,
            hosts=tuple(host for host in product.hosts() if host in hosts),
            check=wish.check,
            diff=wish.diff or wish.check,
            accept_new_host_keys=wish.accept_new_host_keys,
            extra={**extra, **meant},
        )
