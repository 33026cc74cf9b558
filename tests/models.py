"""What settings a model has, for tests that must forget none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel


def paths(model: type[BaseModel]) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the path of every setting and whether it can be a text; those of tables in lists and mappings too."""
    for name, field in model.model_fields.items():
        kinds = list(_kinds(field.annotation))
        nested = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not nested:
            yield (name,), str in kinds
        for kind in nested:
            yield from (((name, *path), textual) for path, textual in paths(kind))


def _kinds(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)
