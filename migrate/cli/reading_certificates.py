"""What the command certificates does, before it is shown."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.cli.ending import Ending
from migrate.cli.live import watched
from migrate.cli.reaching import Reach, by_product, invocation, masking, refuse_unrendered
from migrate.cli.servers import chosen_hosts, open_products
from migrate.cli.session import Session
from migrate.cli.show_certificates import show_certificates
from migrate.cli.site import Site
from migrate.deployment.failures import explain
from migrate.deployment.runner import AnsibleRunner
from migrate.services.certificates import read_certificates, summary, to_json


def ask_hosts(session: Session, wanted: Sequence[str], days: int, **options: bool) -> Ending:
    """Ask the hosts that were named, or all."""
    site = Site.open(session)
    products = open_products(site)
    hosts = chosen_hosts(products, wanted)
    refuse_unrendered(site, "Render and deploy first")
    reach = Reach.asked(session, **options)
    asked = by_product(products, hosts)
    invocations = (invocation(site, f"{product.name}_certificates", reach, hosts=own) for product, own in asked)
    with watched(session) as tell:
        read = read_certificates(AnsibleRunner(masking((), reach)), invocations, explain, days, tell)
    if read.interrupted:
        raise KeyboardInterrupt
    return Ending(read.exit_code, to_json(read), lambda output: show_certificates(output, read), summary(read))
