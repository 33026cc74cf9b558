"""Playbooks that a command runs on the hosts of a site: how they are reached, and where it is written down."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from migrate.cli.live import watched
from migrate.cli.session import Session
from migrate.cli.site import RUNS, Site, now
from migrate.core.bundle import Bundle, Product
from migrate.core.errors import ConfigurationError, UsageError
from migrate.core.playbook import Event, Invocation, Tell
from migrate.deployment.failures import explain
from migrate.deployment.inventory import FILE
from migrate.deployment.runner import AnsibleRunner
from migrate.deployment.unfit import leaves
from migrate.services.playbooks import Outcome, run_playbooks
from migrate.services.rendering import BUILD, VARIABLES
from migrate.services.run_log import RunLog
from migrate.shared.masking import Masking
from migrate.shared.resources import project_path

PLAYBOOKS = "playbooks"
_PASSWORD = "ansible_become_password"  # noqa: S105 - the name of a variable


@dataclass(frozen=True)
class Reach:
    """How hosts are reached: whether those that were never met are believed, and the password for sudo there."""

    accept_new_host_keys: bool = False
    password: str | None = None

    @classmethod
    def asked(cls, session: Session, *, accept_new_host_keys: bool, ask_become_pass: bool) -> Reach:
        """Return it as the options say, and ask for the password if one of them wants that."""
        if not ask_become_pass:
            return cls(accept_new_host_keys)
        if not session.may_ask:
            raise UsageError("--ask-become-pass needs a terminal to ask on", hint="Let sudo ask for no password.")
        password = click.prompt("Password for sudo on the hosts", hide_input=True, err=True)
        return cls(accept_new_host_keys, password)

    @property
    def variables(self) -> Mapping[str, str]:
        """What Ansible needs to know of it."""
        return {_PASSWORD: self.password} if self.password else {}


def invocation(
    site: Site, play: str, reach: Reach, *, rendered: bool = True, extra: Mapping[str, Any] | None = None, **more: Any
) -> Invocation:
    """Return the invocation of a play on hosts of the site; `rendered`: with what render wrote for it."""
    return Invocation(
        playbook=project_path(PLAYBOOKS) / f"{play}.yml",
        inventory=site.path / FILE,
        variables=site.path / BUILD / VARIABLES if rendered else None,
        accept_new_host_keys=reach.accept_new_host_keys,
        extra={**reach.variables, **(extra or {})},
        **more,
    )


def by_product(products: Iterable[Product], hosts: Collection[str]) -> Iterator[tuple[Product, tuple[str, ...]]]:
    """Yield each product that is on any of the hosts, and on which."""
    for product in products:
        own = tuple(host for host in product.hosts() if host in hosts)
        if own:
            yield product, own


def masking(products: Iterable[Product], reach: Reach, bundles: Iterable[Bundle] = ()) -> Masking:
    """Return the masking of all that a run on the products' hosts knows."""
    known = (value for product in products for _, value in leaves(product.secrets) if isinstance(value, str))
    return Masking.of((*known, *reach.variables.values()), bundles)


def refuse_unrendered(site: Site, hint: str) -> None:
    """Raise ConfigurationError if the playbooks would not find what render writes for them."""
    if not (site.path / BUILD / VARIABLES).exists():
        raise ConfigurationError("nothing is rendered yet", hint=f"{hint}: jitsi-migrate render")


def run_logged(
    session: Session,
    site: Site,
    masks: Masking,
    invocations: Iterable[Invocation],
    *,
    hosts: Sequence[str] = (),
    listen: Tell = lambda _event: None,
) -> tuple[Outcome, Path]:
    """Run playbooks with a log, and return what came of it and where the log is. The site must be locked."""
    directory = site.new_directory(RUNS, session.command)
    with RunLog.opened(directory, now) as log, watched(session, hosts) as show:

        def tell(event: Event) -> None:
            listen(event)
            show(event)

        done = run_playbooks(AnsibleRunner(masks), invocations, explain, log, tell)
    if done.interrupted:
        raise KeyboardInterrupt
    return done, directory
