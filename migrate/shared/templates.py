"""Jinja2 as this product uses it: an undefined name is an error, and values pass through a quoting filter."""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Environment, StrictUndefined

from migrate.shared.resources import data_text


def render(name: str, **values: Any) -> str:
    """Render a template of migrate/data."""
    text: str = _environment().from_string(data_text(name)).render(values)
    return text


def quote_toml(value: str) -> str:
    """Write a value as a TOML basic string."""
    # JSON's escapes are TOML's, but for DEL, which JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _environment() -> Environment:
    # Nothing that is rendered here is HTML.
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701
    environment.filters["toml"] = quote_toml
    return environment
