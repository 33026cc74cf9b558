"""Jinja2 as this product uses it: an undefined name is an error, and a value passes through a quoting filter.

The first line of a template tells its format: {# format: lua -#}. From there on every {{ … }} must end in a filter of
that format; whatever could write text past the filters (macros, filter blocks) is refused when the template is loaded,
whichever branches are taken. A template that does not tell a format holds no values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping
from functools import cache
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateAssertionError, Undefined, nodes
from pydantic import SecretStr

from migrate.core.bundle import Content
from migrate.shared.masking import mask
from migrate.shared.placing import mark, settle
from migrate.shared.quoting import FORMATS, NOTATIONS, Format
from migrate.shared.quoting.notation import Notation, Value
from migrate.shared.resources import data_text, project_text

_FORMAT = re.compile(r"\{#-? format: (\w+) -?#\}")
_NO_FORMAT = Format("plain text", ())
_STATEMENTS = (nodes.Assign, nodes.Block, nodes.Extends, nodes.For, nodes.If, nodes.Include, nodes.Output, nodes.With)


class Templates:
    """Renders templates, which `read` finds by name."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read = cache(read)
        # What is rendered is text that a filter wrote; escaping it once more would change it.
        self._jinja = Environment(
            loader=_Loader(read),
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            # A line that only steers leaves no hole.
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # noqa: S701
        )
        self._jinja.filters.update({name: _marking(notation) for name, notation in NOTATIONS.items()})

    def render(self, name: str, **values: Any) -> Content:
        """Render a template. Raises Unquotable if its format cannot hold one of the values.

        A value may be a pydantic SecretStr; what comes back knows where it stands.
        """
        template = self._jinja.get_template(name)
        return settle(template.render(values), name, _format(self._read(name), name))


def render(name: str, **values: Any) -> Content:
    """Render a template of migrate/data, or one whose name begins with templates/."""
    return _shipped().render(name, **values)


@cache
def _shipped() -> Templates:
    return Templates(lambda name: project_text(name) if name.startswith("templates/") else data_text(name))


class _Loader(BaseLoader):
    """Looks at a template's tree before it becomes code."""

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002
    ) -> Template:
        source = self._read(name)
        tree = environment.parse(source, name)
        _refuse_unquoted(tree, name, _format(source, name))
        code = environment.compile(tree, name, name)
        return environment.template_class.from_code(environment, code, globals or {})


def _marking(notation: Notation) -> Callable[[Value | SecretStr], str]:
    def quoted(value: Value | SecretStr) -> str:
        if isinstance(value, Undefined):
            str(value)  # raises, and names what is missing
        if isinstance(value, SecretStr):
            secret = value.get_secret_value()
            return mark(notation.name, notation(secret), mask(secret))
        return mark(notation.name, notation(value))

    return quoted


def _format(source: str, name: str) -> Format:
    found = _FORMAT.match(source)
    if not found:
        return _NO_FORMAT
    if found[1] not in FORMATS:
        raise TemplateAssertionError(f"there is no format {found[1]}", 1, name)
    return FORMATS[found[1]]


def _refuse_unquoted(tree: nodes.Template, name: str, known: Format) -> None:
    for statement in tree.find_all(nodes.Stmt):
        if not isinstance(statement, _STATEMENTS):
            what = type(statement).__name__
            raise TemplateAssertionError(f"{what} could write what no filter has quoted", statement.lineno, name)
    outermost = list(_expressions(tree))
    for expression in outermost:
        if not isinstance(expression, nodes.Filter) or expression.name not in known.by_name:
            expected = " or ".join(known.by_name) or "none, for its first line tells no format"
            raise TemplateAssertionError(f"a value needs a last filter: {expected}", expression.lineno, name)
    for inner in tree.find_all(nodes.Filter):
        if inner.name in NOTATIONS and not any(inner is expression for expression in outermost):
            raise TemplateAssertionError(f"{inner.name} quotes what is not written yet", inner.lineno, name)


def _expressions(tree: nodes.Template) -> Iterator[nodes.Expr]:
    for output in tree.find_all(nodes.Output):
        yield from (node for node in output.nodes if not isinstance(node, nodes.TemplateData))
