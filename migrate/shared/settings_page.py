"""A model of settings as a page of TOML: each setting with what it does, below a comment unless it must be set.

A line that is commented out holds the default, or an example where there is none: it is valid as it stands.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from migrate.shared.quoting.json_like import toml

_WIDTH = 120
_LEGEND = "What is commented out is the default, or an example where it says so."


def settings_page(model: type[BaseModel], name: str, given: Mapping[str, Any]) -> str:
    """Return the table `name` with all that is in it, in the model's order.

    `given` are values by the names of settings: those of required ones, and examples of others.
    """
    head, *settings = _table(model, name, given)
    parts = [[*head[:-1], *_comment(_LEGEND), head[-1]], *settings]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def written(value: Any) -> str:
    """Write a value as it stands in TOML, lists and inline tables too."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {written(member)}" for key, member in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    return toml(str(value) if isinstance(value, Path) else value)


def submodel(annotation: Any) -> type[BaseModel] | None:
    """Return the model of a table, and None if a setting is a value."""
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def named_tables(annotation: Any) -> type[BaseModel] | None:
    """Return the model of tables that have names of their own, such as [jitsi_meet.hosts.NAME]."""
    return submodel(get_args(annotation)[1]) if get_origin(annotation) is dict else None


def choices(annotation: Any) -> tuple[Any, ...]:
    """Return what a setting can be chosen from, where it is a choice."""
    return tuple(choice for part in (annotation, *get_args(annotation)) for choice in _literal(part))


def _literal(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _table(model: type[BaseModel], name: str, given: Mapping[str, Any]) -> Iterator[list[str]]:
    fields = model.model_fields.items()
    yield [*_comment(_sentence(model)), f"[{name}]"]
    for key, field in fields:
        if not submodel(field.annotation) and not named_tables(field.annotation):
            yield _setting(key, field, given)
    for key, field in fields:
        if inner := submodel(field.annotation):
            yield from _table(inner, f"{name}.{key}", {})
        elif inner := named_tables(field.annotation):
            yield from _named(inner, f"{name}.{key}.{toml(_example(key, field, given))}", field)


def _named(model: type[BaseModel], name: str, field: FieldInfo) -> Iterator[list[str]]:
    """Yield a table that is an example itself: its lines are worth nothing without its header."""
    yield [*_comment(f"{field.description}. Begin with this line:"), f"# [{name}]"]
    for key, each in model.model_fields.items():
        yield _setting(key, each, {})


def _setting(key: str, field: FieldInfo, given: Mapping[str, Any]) -> list[str]:
    without = field.default in (None, ())
    description = f"{field.description}{_choices(field)}"
    comment = _comment(f"{description}. For example:" if without else description)
    value = _example(key, field, given) if without or field.is_required() else field.default
    return [*comment, f"{'' if field.is_required() else '# '}{key} = {written(value)}"]


def _choices(field: FieldInfo) -> str:
    """Tell what there is to choose from, where the description does not."""
    known = choices(field.annotation)
    told = len(known) == 1 or all(str(choice) in (field.description or "") for choice in known)
    return "" if told else f"; one of {', '.join(map(written, known))}"


def _example(key: str, field: FieldInfo, given: Mapping[str, Any]) -> Any:
    return given[key] if key in given else (field.examples or [])[0]


def _sentence(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False, break_on_hyphens=False
    )
