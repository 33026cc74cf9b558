"""Playbooks that a command runs on the hosts of a site: which, with what, and where it is written down."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from migrate.cli.live import watched
from migrate.cli.session import Session
from migrate.cli.site import Site, now
from migrate.core.bundle import Bundle, Product
from migrate.core.errors import ConfigurationError, UsageError
from migrate.core.playbook import Event, Invocation, Reach
from migrate.deployment.failures import explain
from migrate.deployment.inventory import FILE
from migrate.deployment.runner import AnsibleRunner
from migrate.deployment.unfit import leaves
from migrate.services.playbooks import Outcome, run_playbooks
from migrate.services.rendering import BUILD, VARIABLES
from migrate.services.run_log import RunLog
from migrate.shared.masking import Masking
from migrate.shared.resources import project_path

Concerned = tuple[Product, tuple[str, ...]]
"""A product, and on which of its hosts something is to be done."""


def concerned(products: Iterable[Product], hosts: Collection[str], action: str) -> list[Concerned]:
    """Return each product that is on any of the hosts. Raises UsageError if one has no playbook for the action."""
    own = [(product, tuple(host for host in product.hosts() if host in hosts)) for product in products]
    found = [(product, hosts) for product, hosts in own if hosts]
    for product, _ in found:
        if action not in (known := _actions(product)):
            raise UsageError(f"{product.label} has no {action}", hint=f"It has: {', '.join(known)}.")
    return found


def invocation(
    site: Site, product: Product, action: str, reach: Reach, *, rendered: bool = True, **more: Any
) -> Invocation:
    """Return the invocation of a playbook; `rendered`: with what render wrote for it."""
    return Invocation(
        _playbook(product, action),
        site.path / FILE,
        site.path / BUILD / VARIABLES if rendered else None,
        reach=reach,
        **more,
    )


def masking(
    products: Iterable[Product], reach: Reach, bundles: Iterable[Bundle] = (), passwords: Iterable[str] = ()
) -> Masking:
    """Return the masking of all that a run on the products' hosts knows."""
    known = (value for product in products for _, value in leaves(product.secrets) if isinstance(value, str))
    return Masking.of((*known, *passwords, *filter(None, [reach.password])), bundles)


def refuse_unrendered(site: Site, hint: str) -> None:
    """Raise ConfigurationError if the playbooks would not find what render writes for them."""
    if not (site.path / BUILD / VARIABLES).exists():
        raise ConfigurationError("nothing is rendered yet", hint=f"{hint}: jitsi-migrate render")


def ask_hosts(session: Session, masks: Masking, invocations: Iterable[Invocation], *, shows: bool = True) -> Outcome:
    """Run playbooks that only look, all of them, and return what came of it.

    `shows`: what happens is shown; not where a bar of progress is shown already.
    """
    with watched(session) if shows else nullcontext(_unseen) as show:
        done = run_playbooks(AnsibleRunner(masks), invocations, explain, show, go_on=True)
    return _uninterrupted(done)


def run_logged(
    session: Session, directory: Path, masks: Masking, invocations: Iterable[Invocation], *, hosts: Sequence[str] = ()
) -> Outcome:
    """Run playbooks with a log in a directory, and return what came of it. The site must be locked."""
    with RunLog.opened(directory, now) as log, watched(session, hosts) as show:
        done = run_playbooks(AnsibleRunner(masks), invocations, explain, log.event, show)
        for ended in done.endings:
            log.ended(ended)
    return _uninterrupted(done)


def _unseen(_event: Event) -> None:
    """Show nobody what happens."""


def _uninterrupted(done: Outcome) -> Outcome:
    if done.interrupted:
        raise KeyboardInterrupt
    return done


def _playbooks() -> Path:
    return project_path("playbooks")


def _playbook(product: Product, action: str) -> Path:
    """Return the product's own, or that of all products."""
    own = _playbooks() / f"{product.name}_{action}.yml"
    return own if own.exists() else _playbooks() / f"{action}.yml"


def _actions(product: Product) -> list[str]:
    shared = [path.stem for path in _playbooks().glob("*.yml") if "_" not in path.stem]
    own = [path.stem.removeprefix(f"{product.name}_") for path in _playbooks().glob(f"{product.name}_*.yml")]
    return sorted({*shared, *own})
