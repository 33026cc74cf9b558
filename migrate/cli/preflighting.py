"""What the command preflight does, before it is shown."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

from migrate.cli.becoming import sudo_password
from migrate.cli.ending import Ending
from migrate.cli.live import watched
from migrate.cli.servers import chosen_hosts, open_products, read_hosts
from migrate.cli.session import Session
from migrate.cli.show_preflight import show_preflight
from migrate.cli.site import Site
from migrate.core.bundle import Product
from migrate.core.check import Needs, Verdict
from migrate.core.playbook import Ended, Event, Invocation
from migrate.deployment.failures import explain
from migrate.deployment.inventory import FILE
from migrate.deployment.preflight.judging import judge
from migrate.deployment.preflight.resolving import resolve
from migrate.deployment.runner import AnsibleRunner
from migrate.services.preflighting import Preflight, Request, Tell, preflight, summary
from migrate.shared.masking import Masking
from migrate.shared.resources import project_path

PLAYBOOK = "playbooks/jitsi_meet_preflight.yml"
VANTAGE = "vantage"
"""The group of hosts to look from, beside this machine."""


def look_at(session: Session, wanted: Sequence[str], *, accept_new_host_keys: bool, ask_become_pass: bool) -> Ending:
    """Look at the hosts that were named, or at all."""
    site = Site.open(session)
    products = open_products(site)
    needs = _needs(products, chosen_hosts(products, wanted))
    places = read_hosts(site).hosts(VANTAGE)
    password = sudo_password(session, asked=ask_become_pass)
    names = resolve(name for one in needs for name in one.names)
    # Whoever sees the packets of another look can answer those only.
    request = Request(needs, names, places, token_hex(8))
    invocation = Invocation(
        playbook=project_path(PLAYBOOK),
        inventory=site.path / FILE,
        accept_new_host_keys=accept_new_host_keys,
        extra={**request.variables(), **password},
    )
    runner = AnsibleRunner(Masking.of(password.values()))
    with watched(session) as show:

        def run(take: Tell) -> Ended:
            def tell(event: Event) -> None:
                show(event)
                take(event)

            return runner.run(invocation, tell)

        done = preflight(request, run, judge, explain, time.time)
    if done.interrupted:
        raise KeyboardInterrupt
    return Ending(done.exit_code, to_json(done), lambda output: show_preflight(output, done), summary(done))


def _needs(products: Sequence[Product], hosts: Sequence[str]) -> list[Needs]:
    return [product.needs(host) for product in products for host in product.hosts() if host in hosts]


def to_json(done: Preflight) -> Mapping[str, Any]:
    """Return it for --json."""
    return {
        "hosts": [
            {
                "host": host,
                "findings": [
                    {"code": one.code, "verdict": one.verdict.value, "message": one.message, "hint": one.hint}
                    for one in findings
                ],
            }
            for host, findings in done.hosts.items()
        ],
        "unreachable": [
            {"host": host, "code": failure.code, "message": failure.message, "hint": failure.hint}
            for host, failure in done.unreachable.items()
        ],
        "complaints": list(done.complaints),
        "summary": {verdict.value: done.count(verdict) for verdict in Verdict},
    }
