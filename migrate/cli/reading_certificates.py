"""What the command certificates does, before it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from migrate.cli.becoming import sudo_password
from migrate.cli.ending import Ending
from migrate.cli.live import watched
from migrate.cli.servers import chosen_hosts, open_products
from migrate.cli.session import Session
from migrate.cli.show_certificates import show_certificates
from migrate.cli.site import Site
from migrate.core.bundle import Product
from migrate.core.errors import ConfigurationError
from migrate.core.playbook import Invocation
from migrate.deployment.failures import explain
from migrate.deployment.inventory import FILE
from migrate.deployment.runner import AnsibleRunner
from migrate.services.certificates import read_certificates, summary, to_json
from migrate.services.rendering import BUILD, VARIABLES
from migrate.shared.masking import Masking
from migrate.shared.resources import project_path


def read_hosts(
    session: Session, wanted: Sequence[str], days: int, *, accept_new_host_keys: bool, ask_become_pass: bool
) -> Ending:
    """Ask the hosts that were named, or all."""
    site = Site.open(session)
    products = open_products(site)
    hosts = chosen_hosts(products, wanted)
    if not (site.path / BUILD / VARIABLES).exists():
        raise ConfigurationError("nothing is rendered yet", hint="Render and deploy first: jitsi-migrate render")
    extra = sudo_password(session, asked=ask_become_pass)
    runner = AnsibleRunner(Masking.of(extra.values()))
    invocations = _invocations(site, products, hosts, extra, accept_new=accept_new_host_keys)
    with watched(session) as tell:
        read = read_certificates(runner, invocations, explain, days, tell)
    if read.interrupted:
        raise KeyboardInterrupt
    return Ending(read.exit_code, to_json(read), lambda output: show_certificates(output, read), summary(read))


def _invocations(
    site: Site, products: Sequence[Product], hosts: Sequence[str], extra: Mapping[str, Any], *, accept_new: bool
) -> Iterator[Invocation]:
    for product in products:
        own = tuple(host for host in product.hosts() if host in hosts)
        if own:
            yield Invocation(
                playbook=project_path("playbooks") / f"{product.name}_certificates.yml",
                inventory=site.path / FILE,
                variables=site.path / BUILD / VARIABLES,
                hosts=own,
                accept_new_host_keys=accept_new,
                extra=extra,
            )
