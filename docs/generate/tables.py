"""The tables of the reference, one function each, made from what the program itself goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import click
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from migrate import registry
from migrate.cli.app import cli
from migrate.cli.session import global_options
from migrate.config import Secrets, SiteSettings
from migrate.core.features import FEATURES, unsupported
from migrate.core.ports import Calendar, Target
from migrate.shared.columns import MAPPABLE
from migrate.shared.resources import data_text


def commands() -> str:
    """Every command: its help, its usage, its options."""
    context = click.Context(cli, info_name="jitsi-migrate")
    found = [(name, cli.get_command(context, name)) for name in cli.list_commands(context)]
    return "\n\n".join(_command(click.Context(command, context, name)) for name, command in found if command)


def global_flags() -> str:
    """The options that every command takes."""
    return _options([*global_options(), *(option for option in cli.params if option.name == "version")])


def settings() -> str:
    """Every setting of migrate.toml."""
    return "\n\n".join(_sections())


def secrets() -> str:
    """Every setting of secrets.toml."""
    return _fields(Secrets)


def headers() -> str:
    """The names by which each column of an export is known."""
    rows = [line.split("\t") for line in data_text("columns.tsv").splitlines()[1:]]
    return _table(
        ("field", "headers"),
        ((f"`{field}`", _joined(f"`{row[2]}`" for row in rows if row[0] == field)) for field in (*MAPPABLE, "start_date")),
    )


def history() -> str:
    """The headers that tell a list of what already happened."""
    rows = (line.split("\t") for line in data_text("columns.tsv").splitlines()[1:])
    return _joined(f"`{row[2]}`" for row in rows if row[0] == "history")


def losses() -> str:
    """What each target does not keep, and what to do about it."""
    return "\n\n".join(_losses(target) for target in registry.adapters(Target).values())


TABLES: Mapping[str, Callable[[], str]] = {
    "commands": commands,
    "global-options": global_flags,
    "settings": settings,
    "secrets": secrets,
    "headers": headers,
    "history": history,
    "losses": losses,
}
"""Name in a page -> what writes it."""


def _command(context: click.Context) -> str:
    command = context.command
    arguments = [" ".join(param.make_metavar(context).split()) for param in command.params if isinstance(param, click.Argument)]
    usage = " ".join([context.command_path, "[OPTIONS]", *arguments])
    options = [param for param in command.params if isinstance(param, click.Option) and not param.hidden]
    parts = [f"## {context.info_name}", f"    {usage}", _paragraphs(command.help or "")]
    return "\n\n".join([*parts, *([_options(options)] if options else [])])


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _options(options: Iterable[click.Parameter]) -> str:
    rows = ((_spelling(option), _meaning(option)) for option in options if isinstance(option, click.Option))
    return _table(("option", "meaning"), rows)


def _spelling(option: click.Option) -> str:
    metavar = "" if option.is_flag or option.count else f" {option.make_metavar(click.Context(cli))}"
    return ", ".join(f"`{name}{metavar}`" for name in sorted(option.opts, key=len))


def _meaning(option: click.Option) -> str:
    default = f" (default: {option.default})" if option.show_default else ""
    return (option.help or "").removesuffix(".") + default


def _sections() -> Iterator[str]:
    chosen = {"target": ("the system that meetings move to", Target), "calendar": ("how events leave", Calendar)}
    rows = ((f"`{name}`", _joined(f"`{key}`" for key in registry.adapters(port)), text) for name, (text, port) in chosen.items())
    yield "### Above all tables\n\n" + _table(("setting", "one of", "meaning"), rows)
    yield "### [site]\n\n" + _fields(SiteSettings)
    for section, port in (("targets", Target), ("calendars", Calendar)):
        for name, adapter in registry.adapters(port).items():
            if hasattr(adapter, "Settings"):
                yield f"### [{section}.{name}]\n\n{_fields(adapter.Settings)}"


def _fields(model: type[BaseModel]) -> str:
    rows = ((f"`{name}`", _type(field.annotation), _default(field), field.description or "") for name, field in _all(model))
    return _table(("setting", "type", "default", "meaning"), rows)


def _all(model: type[BaseModel]) -> Iterable[tuple[str, FieldInfo]]:
    return model.model_fields.items()


def _type(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    kinds = [kind for kind in get_args(annotation) or (annotation,) if kind is not NoneType]
    return " or ".join("text" if kind in (str, SecretStr) else kind.__name__.replace("HttpUrl", "URL").lower() for kind in kinds)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return "none" if field.default is None else f"`{field.default}`"


def _losses(target: type[Target]) -> str:
    lost = unsupported(target.supports, target.words, target.label)
    rows = ((f"`{code}`", FEATURES[code], loss.message, loss.hint) for code, loss in lost.items())
    return f"### {target.label}\n\n" + _table(("code", "in Zoom", "what the plan says", "what to do"), rows)


def _joined(items: Iterable[str]) -> str:
    return ", ".join(items)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
