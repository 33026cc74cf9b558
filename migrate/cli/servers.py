"""The servers of a site directory: its products, checked, ready to be rendered."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from migrate import registry
from migrate.cli.site import SECRETS, SETTINGS, Site
from migrate.config import load_secrets, refuse
from migrate.core.bundle import Bundle, Fault, Inventory, Product
from migrate.core.errors import ConfigurationError, UsageError
from migrate.deployment.inventory import FILE, read_inventory
from migrate.deployment.unfit import UnfitSettings
from migrate.services.applying import Progress


def open_products(site: Site) -> list[Product]:
    """Return the products that migrate.toml has tables of.

    Raises ConfigurationError if there is none, and with every contradiction of one.
    """
    names = [name for name in registry.products() if hasattr(site.settings, name)]
    if not names:
        raise ConfigurationError(
            f"{site.path / SETTINGS} has no server yet", hint="Add one: jitsi-migrate init meet.example.org"
        )
    inventory = read_hosts(site)
    products = [_open(site, name, inventory) for name in names]
    for one, other in combinations(products, 2):
        _refuse_shared(one, other, str(site.path / FILE))
    return products


def _refuse_shared(one: Product, other: Product, inventory: str) -> None:
    """Raise ConfigurationError if two products have a host in common: they have different files in the same places."""
    if shared := [host for host in one.hosts() if host in other.hosts()]:
        raise ConfigurationError(
            f"{inventory}: {', '.join(shared)} would be {one.label} and {other.label} at once",
            hint="They have different files in the same places: make a site directory for each.",
        )


def chosen_hosts(products: Sequence[Product], wanted: Sequence[str]) -> list[str]:
    """Return the hosts that were named, or all. Raises UsageError for each that is not in the inventory."""
    known = list(dict.fromkeys(host for product in products for host in product.hosts()))
    unknown = [host for host in wanted if host not in known]
    if unknown:
        raise UsageError(
            f"{FILE} does not have {', '.join(unknown)} in a group of servers", hint=f"It has: {', '.join(known)}."
        )
    return [host for host in known if host in wanted] if wanted else known


def bundles(
    site: Site, products: Sequence[Product], hosts: Sequence[str], tick: Progress = lambda _done, _total: None
) -> list[Bundle]:
    """Return the bundles of hosts. Raises ConfigurationError with every setting that a file cannot hold."""
    chosen = set(hosts)
    wanted = [(product, host) for product in products for host in product.hosts() if host in chosen]
    made: list[Bundle] = []
    faults: dict[Fault, None] = {}
    for product, host in wanted:
        try:
            made.append(product.bundle(host))
        except UnfitSettings as error:
            faults.update(dict.fromkeys(error.faults))
        tick(len(made), len(wanted))
    refuse(site.path / SETTINGS, list(faults))
    return made


def _open(site: Site, name: str, inventory: Inventory) -> Product:
    own = getattr(load_secrets(site.path / SECRETS, name, may_ask=site.session.may_ask), name)
    product = registry.product(name).open(getattr(site.settings, name), own, inventory, site.path)
    refuse(site.path / SETTINGS, product.faults())
    return product


def read_hosts(site: Site) -> Inventory:
    """Return the hosts of inventory.ini."""
    path = site.path / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path} is not there", hint="Make it with: jitsi-migrate init meet.example.org"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(f"{path} cannot be read ({reason})") from error
    return read_inventory(text, str(path))
