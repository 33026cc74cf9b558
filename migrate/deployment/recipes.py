"""Which files a host gets, from which template, and how they stand there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Generic, TypeVar

from migrate.core.bundle import Placement, ServerFile
from migrate.shared.quoting import Unquotable
from migrate.shared.templates import render

TEMPLATES = "templates/"

Host = TypeVar("Host")
Topology = TypeVar("Topology")


@dataclass(frozen=True, slots=True)
class Recipe(Generic[Host, Topology]):
    """A file: its template, and where on which hosts it stands. Names in braces in the placement become settings."""

    template: str
    placement: Placement
    wanted: Callable[[Host, Topology], bool]


def drop_in(unit: str) -> str:
    """Return where systemd finds what is added to the unit of a package."""
    return f"/etc/systemd/system/{unit}.service.d/jitsi-migrate.conf"


def rendered(
    recipes: Iterable[Recipe[Any, Any]],
    context: Mapping[str, Any],
    names: Mapping[str, str],
    unfit: Callable[[Unquotable, str], Exception],
) -> Iterator[ServerFile]:
    """Yield the files of recipes. `names` stand for what is in braces; raises what `unfit` makes of an odd setting."""
    for recipe in recipes:
        placement = _placed(recipe.placement, names)
        try:
            content = render(TEMPLATES + recipe.template, **context)
        except Unquotable as error:
            raise unfit(error, placement.path) from error
        yield ServerFile(placement, content)


def _placed(placement: Placement, names: Mapping[str, str]) -> Placement:
    def filled(text: str) -> str:
        return reduce(lambda found, name: found.replace(f"{{{name}}}", names[name]), names, text)

    return replace(
        placement,
        path=filled(placement.path),
        check=tuple(map(filled, placement.check)),
        restart=tuple(map(filled, placement.restart)),
    )
