"""What the command certificates does, before it is shown."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.cli.command import AskReach
from migrate.cli.ending import Ending
from migrate.cli.reaching import ask_hosts, concerned, invocation, masking, refuse_unrendered
from migrate.cli.servers import chosen_hosts, open_products
from migrate.cli.session import Session
from migrate.cli.show_certificates import show_certificates
from migrate.cli.site import Site
from migrate.services.certificates import certificates_of, summary, to_json

ACTION = "certificates"


def read_certificates(session: Session, wanted: Sequence[str], days: int, ask_reach: AskReach) -> Ending:
    """Ask the hosts that were named, or all."""
    site = Site.open(session)
    products = open_products(site)
    asked = concerned(products, chosen_hosts(products, wanted), ACTION)
    refuse_unrendered(site, "Render and deploy first")
    reach = ask_reach()
    invocations = [invocation(site, product, ACTION, reach, hosts=own) for product, own in asked]
    read = certificates_of(ask_hosts(session, masking((), reach), invocations), days)
    return Ending(read.exit_code, to_json(read), lambda output: show_certificates(output, read), summary(read))
