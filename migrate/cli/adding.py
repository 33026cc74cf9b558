"""What init adds: the settings of a system with what they do, secrets made at random, a place in an inventory."""

from __future__ import annotations

import secrets

from pydantic import ValidationError

from migrate import registry
from migrate.core.errors import UsageError
from migrate.core.rooms import Target
from migrate.deployment.inventory import with_host
from migrate.services.initialising import NewServer, NewTarget, check_name
from migrate.shared.settings_page import settings_page


def new_server(name: str, host: str) -> NewServer:
    """Return a server of a product. Raises UsageError if there is no such product, or if it is not a host name."""
    if name not in registry.products():
        raise UsageError(f"there is no product called {name!r}", hint=f"There are: {', '.join(registry.products())}.")
    product = registry.product(name)
    try:
        domain = product.Settings(domain=host).domain
    except ValidationError as error:
        raise UsageError(
            f"{host!r} is not a full host name", hint="Give the name alone: jitsi-migrate init meet.example.org"
        ) from error
    # Hexadecimal digits mean nothing in any of the formats that they are written into.
    passwords = {name: secrets.token_hex(32) for name in product.Secrets.model_fields}
    return NewServer(
        table=name,
        others=tuple(other for other in registry.products() if other != name),
        label=product.label,
        domain=domain,
        settings=settings_page(product.Settings, name, {"domain": domain, "hosts": domain}),
        secrets=settings_page(product.Secrets, name, passwords),
        listed=lambda text, path: with_host(text, path, domain, product.groups),
    )


def target_of(product: str, domain: str) -> NewTarget | None:
    """Return the system that meetings move to with a new server, None for the one of every new site."""
    return new_target(product, domain) if product in registry.adapters(Target) else None


def new_target(name: str, server: str) -> NewTarget:
    """Return the system that meetings move to, on a server that exists. Raises UsageError for a name that is none."""
    check_name(server)
    adapter = registry.adapters(Target).get(name)
    if adapter is None:
        raise UsageError(
            f"there is no system called {name!r}", hint=f"There are: {', '.join(registry.adapters(Target))}."
        )
    url = f"https://{server.lower()}"
    calendars = f"{url}/{adapter.calendars}" if adapter.calendars else ""
    return NewTarget(name, settings_page(adapter.Settings, f"targets.{name}", {"url": url}), calendars)
