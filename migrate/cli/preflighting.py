"""What the command preflight does, before it is shown."""

from __future__ import annotations

import time
from collections.abc import Sequence
from secrets import token_hex

from migrate.cli.ending import Ending
from migrate.cli.live import watched
from migrate.cli.reaching import Reach, invocation, masking
from migrate.cli.servers import chosen_hosts, open_products, read_hosts
from migrate.cli.session import Session
from migrate.cli.show_preflight import show_preflight
from migrate.cli.site import Site
from migrate.core.bundle import Product
from migrate.core.check import Needs
from migrate.core.playbook import Ended, Event, Tell
from migrate.deployment.failures import explain
from migrate.deployment.preflight.judging import judge
from migrate.deployment.preflight.resolving import resolve
from migrate.deployment.runner import AnsibleRunner
from migrate.services.preflighting import Request, preflight, summary, to_json

VANTAGE = "vantage"
"""The group of hosts to look from, beside this machine."""


def look_at(session: Session, wanted: Sequence[str], **options: bool) -> Ending:
    """Look at the hosts that were named, or at all."""
    site = Site.open(session)
    products = open_products(site)
    needs = _needs(products, chosen_hosts(products, wanted))
    reach = Reach.asked(session, **options)
    places = read_hosts(site).hosts(VANTAGE)
    names = resolve(name for one in needs for name in one.names)
    # Whoever sees the packets of another look can answer those only.
    request = Request(needs, names, places, token_hex(8))
    look = invocation(site, "jitsi_meet_preflight", reach, rendered=False, extra=request.variables())
    runner = AnsibleRunner(masking((), reach))
    with watched(session) as show:

        def run(take: Tell) -> Ended:
            def tell(event: Event) -> None:
                show(event)
                take(event)

            return runner.run(look, tell)

        done = preflight(request, run, judge, explain, time.time)
    if done.interrupted:
        raise KeyboardInterrupt
    return Ending(done.exit_code, to_json(done), lambda output: show_preflight(output, done), summary(done))


def _needs(products: Sequence[Product], hosts: Sequence[str]) -> list[Needs]:
    return [product.needs(host) for product in products for host in product.hosts() if host in hosts]
