"""What a shell completes beyond options: nothing that fails is told there, for nobody reads it."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from migrate.cli.session import Session


def hosts(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    """Return the hosts of inventory.ini that begin so and are not named yet."""
    from migrate.core.errors import MigrateError
    from migrate.deployment.inventory import FILE, read_inventory

    path = ctx.ensure_object(Session).site / FILE
    try:
        known = read_inventory(path.read_text(encoding="utf-8"), str(path)).groups
    except (OSError, UnicodeDecodeError, MigrateError):
        return []
    left = {host for members in known.values() for host in members} - {*(ctx.params.get("hosts") or ())}
    return [CompletionItem(host) for host in sorted(left) if host.startswith(incomplete)]


def products(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    """Return what servers can be made to be."""
    from migrate import registry

    return [CompletionItem(name) for name in registry.products() if name.startswith(incomplete)]


def targets(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    """Return the systems that meetings can move to."""
    from migrate import registry
    from migrate.core.rooms import Target

    return [CompletionItem(name) for name in registry.adapters(Target) if name.startswith(incomplete)]
