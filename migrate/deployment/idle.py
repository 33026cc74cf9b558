"""Settings that change nothing beside the others: whoever wrote one expects something that will not be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from migrate.core.bundle import Fault

Topology = TypeVar("Topology")


@dataclass(frozen=True, slots=True)
class Needed(Generic[Topology]):
    """What a setting, or each of a table, needs to have an effect: `met` tells whether it is there, `words` what."""

    path: tuple[str, ...]
    met: Callable[[Topology], bool]
    words: str


def idle(topology: Topology, settings: BaseModel, every: Iterable[Needed[Topology]]) -> Iterator[Fault]:
    """Yield each setting that differs from its default and lacks what it needs."""
    unlike = dict(_unlike_default(settings, ()))
    for needed in every:
        if not needed.met(topology):
            for path in unlike:
                if path[: len(needed.path)] == needed.path:
                    yield Fault(path, f"changes nothing unless {needed.words}", "Take it out, or see to that.")


def _unlike_default(model: BaseModel, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _unlike_default(value, (*path, name))
        elif value != field.get_default(call_default_factory=True):
            yield (*path, name), value
