"""Finds adapters: a file in the folder is an adapter, and so is an entry point of another package."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import migrate.calendars
import migrate.deployment
import migrate.sources
import migrate.targets
from migrate.core.bundle import Product
from migrate.core.errors import ConfigurationError
from migrate.core.ports import Calendar, Source
from migrate.core.rooms import Target

Port = TypeVar("Port")

_PORTS: Mapping[str, tuple[type[Any], ModuleType]] = {
    "Source": (Source, migrate.sources),
    "Target": (Target, migrate.targets),
    "Calendar": (Calendar, migrate.calendars),
}


def adapters(port: type[Port]) -> Mapping[str, type[Port]]:
    """Return all adapters of a port by name (a source's is its kind), in order of the names."""
    return dict(sorted(_found(port.__name__).items()))


def adapter(port: type[Port], name: str) -> type[Port]:
    """Return one adapter; raise ConfigurationError naming those there are."""
    known = adapters(port)
    if name not in known:
        raise ConfigurationError(
            f"there is no {port.__name__.lower()} called {name!r}", hint=f"There are: {', '.join(known)}."
        )
    return known[name]


@cache
def products() -> tuple[str, ...]:
    """Return the names of all products that are deployed, without importing them."""
    folders = (Path(path) for path in migrate.deployment.__path__)
    return tuple(sorted(module.parent.name for folder in folders for module in folder.glob("*/product.py")))


def product(name: str) -> type[Product]:
    """Return one product."""
    module = import_module(f"migrate.deployment.{name}.product")
    found: type[Product] = next(one for one in vars(module).values() if _is_adapter(one, Product, module.__name__))
    return found


@cache
def _found(name: str) -> dict[str, type[Any]]:
    port, folder = _PORTS[name]
    group = folder.__name__.replace("migrate.", "jitsi_migrate.")
    modules = [import_module(f"{folder.__name__}.{found.name}") for found in pkgutil.iter_modules(folder.__path__)]
    own = [found for module in modules for found in vars(module).values() if _is_adapter(found, port, module.__name__)]
    others = [point.load() for point in entry_points(group=group)]
    return {_name(member): member for member in (*own, *others)}


def _is_adapter(member: object, port: type[Any], module: str) -> bool:
    return (
        inspect.isclass(member)
        and issubclass(member, port)
        and not inspect.isabstract(member)
        and member.__module__ == module
    )


def _name(adapter: type[Any]) -> str:
    return str(getattr(adapter, "kind", None) or adapter.name)
