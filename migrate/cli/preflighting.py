"""What the command preflight does, before it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex

from migrate.cli.command import AskReach
from migrate.cli.ending import Ending
from migrate.cli.reaching import ask_hosts, concerned, invocation, masking
from migrate.cli.servers import chosen_hosts, open_products, read_hosts
from migrate.cli.session import Session
from migrate.cli.show_preflight import show_preflight
from migrate.cli.site import Site
from migrate.deployment.preflight.judging import judge
from migrate.deployment.preflight.resolving import resolve
from migrate.services.playbooks import Outcome
from migrate.services.preflighting import Request, preflight, summary, to_json

ACTION = "preflight"
VANTAGE = "vantage"
"""The group of hosts to look from, beside this machine."""


def look_at(session: Session, wanted: Sequence[str], ask_reach: AskReach) -> Ending:
    """Look at the hosts that were named, or at all."""
    site = Site.open(session)
    products = open_products(site)
    asked = concerned(products, chosen_hosts(products, wanted), ACTION)
    reach = ask_reach()
    places = read_hosts(site).hosts(VANTAGE)
    looks: list[tuple[Request, Outcome]] = []
    for product, own in asked:
        needs = [product.needs(host) for host in own]
        names = resolve(name for one in needs for name in one.names)
        # Whoever sees the packets of another look can answer those only.
        request = Request(needs, names, places, token_hex(8))
        look = invocation(site, product, ACTION, reach, rendered=False, extra=request.variables())
        looks.append((request, ask_hosts(session, masking((), reach), [look])))
    done = preflight(looks, judge)
    return Ending(done.exit_code, to_json(done), lambda output: show_preflight(output, done), summary(done))
