"""The tables of the reference, one function each, made from what the program itself goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

import click
from pydantic import BaseModel, HttpUrl, SecretStr
from pydantic.fields import FieldInfo

from docs.generate.markdown import table
from docs.generate.servers import failures, plays, roles
from docs.generate.talk import features as talk
from migrate import registry
from migrate.cli.app import cli
from migrate.cli.command import global_options
from migrate.config import OccSettings, Secrets, SiteSettings
from migrate.core.features import FEATURES, Loss, unsupported
from migrate.core.ports import Calendar
from migrate.core.rooms import Target
from migrate.shared.columns import MAPPABLE, normalise
from migrate.shared.kinds import USERS, FileKind
from migrate.shared.kinds import kinds as known_kinds
from migrate.shared.links import LINKS
from migrate.shared.resources import data_text
from migrate.shared.settings_page import named_tables, submodel, written


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
    own = (f"### [{name}]\n\n{_fields(registry.product(name).Secrets)}" for name in registry.products())
    return "\n\n".join([_fields(Secrets), *own])


def headers() -> str:
    """The names by which each column of an export is known."""
    return table(("field", "headers"), ((f"`{field}`", _known(field)) for field in (*MAPPABLE, "start_date")))


def languages() -> str:
    """What is known of each language, and how much of it nobody has seen."""
    return table(("language", "names of columns", "names of months", "AM and PM"), map(_language, _LANGUAGES))


def kinds() -> str:
    """The kinds of file that are known, and what those hold that are no schedule."""
    unique = {kind.name: kind for kind in known_kinds()}.values()
    return table(("kind", "file", "it"), ((f"`{kind.name}`", kind.label, _nature(kind)) for kind in unique))


def losses() -> str:
    """What each target does not keep, and what to do about it."""
    return "\n\n".join(_losses(target) for target in registry.adapters(Target).values())


def link_shapes() -> str:
    """What links to Zoom look like, and where each leads."""
    rows = ((f"`{row['pattern']}`{_doubt(row)}", row["what"], row["meaning"]) for row in _links(*LINKS, "ignored"))
    return table(("shape", "kind", "it is"), rows)


def link_hosts() -> str:
    """The hosts that are Zoom's."""
    return table(("host", "it is"), ((f"`{row['pattern']}`{_doubt(row)}", row["meaning"]) for row in _links("host")))


def link_wrappers() -> str:
    """The links that programs wrap around others, and which can be undone."""
    rows = (
        (row["name"], f"`{row['host']}`{_doubt(row)}", "no" if row["target"] == "-" else "yes")
        for row in _data("link-wrappers.tsv")
    )
    return table(("name", "host", "is read"), dict.fromkeys(rows))


def number_labels() -> str:
    """The words behind which the number of a meeting stands."""
    labels = ((f"`{row['pattern']}`{_doubt(row)}", row["meaning"]) for row in _links("label"))
    return table(("words", "language"), labels)


TABLES: Mapping[str, Callable[[], str]] = {
    "commands": commands,
    "global-options": global_flags,
    "settings": settings,
    "secrets": secrets,
    "headers": headers,
    "languages": languages,
    "kinds": kinds,
    "link-hosts": link_hosts,
    "link-shapes": link_shapes,
    "link-wrappers": link_wrappers,
    "number-labels": number_labels,
    "losses": losses,
    "talk": talk,
    "failures": failures,
    "plays": plays,
    "roles": roles,
}
"""Name in a page -> what writes it."""

_LANGUAGES = {
    "en": "English",
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "pt": "Portuguese",
    "zh": "Chinese",
}
_MONTHS = 12

_TYPES: Mapping[type[Any], str] = {
    str: "text",
    SecretStr: "text",
    int: "number",
    bool: "true or false",
    HttpUrl: "URL",
    Path: "path",
    UUID: "UUID",
}


def _command(context: click.Context) -> str:
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    options = [param for param in command.params if isinstance(param, click.Option) and not param.hidden]
    parts = [f"## {context.info_name}", f"    {usage}", _paragraphs(command.help or "")]
    return "\n\n".join([*parts, *([_options(options)] if options else [])])


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def _options(options: Iterable[click.Parameter]) -> str:
    rows = ((_spelling(option), _meaning(option)) for option in options if isinstance(option, click.Option))
    return table(("option", "meaning"), rows)


def _spelling(option: click.Option) -> str:
    metavar = "" if option.is_flag or option.count else f" {option.make_metavar(click.Context(cli))}"
    return ", ".join(f"`{name}{metavar}`" for name in sorted(option.opts, key=len))


def _meaning(option: click.Option) -> str:
    default = f" (default: {option.default})" if option.show_default else ""
    return (option.help or "").removesuffix(".") + default


def _sections() -> Iterator[str]:
    chosen = (("target", Target, "the system that meetings move to"), ("calendar", Calendar, "how events leave"))
    rows = ((f"`{name}`", _codes(registry.adapters(port)), meaning) for name, port, meaning in chosen)
    yield "### Above all tables\n\n" + table(("setting", "one of", "meaning"), rows)
    yield "### [site]\n\n" + _fields(SiteSettings)
    for section, port in (("targets", Target), ("calendars", Calendar)):
        for name, adapter in registry.adapters(port).items():
            if hasattr(adapter, "Settings"):
                yield f"### [{section}.{name}]\n\n{_fields(adapter.Settings)}"
    yield f"### [occ]\n\n{OccSettings.__doc__}\n\n{_fields(OccSettings)}"
    for name in registry.products():
        yield from _tables(registry.product(name).Settings, name)


def _tables(model: type[BaseModel], name: str) -> Iterator[str]:
    """Write the table of a product and those inside of it, in the order of migrate.toml."""
    yield f"### [{name}]\n\n{' '.join((model.__doc__ or '').split())}\n\n{_fields(model)}"
    for key, field in model.model_fields.items():
        if inner := submodel(field.annotation):
            yield from _tables(inner, f"{name}.{key}")
        elif inner := named_tables(field.annotation):
            yield from _tables(inner, f'{name}.{key}."NAME"')


def _fields(model: type[BaseModel]) -> str:
    fields = {name: each for name, each in model.model_fields.items() if not _is_table(each)}
    rows = (
        (f"`{name}`", _type(each.annotation), _default(each), each.description or "") for name, each in fields.items()
    )
    return table(("setting", "type", "default", "meaning"), rows)


def _is_table(field: FieldInfo) -> bool:
    return bool(submodel(field.annotation) or named_tables(field.annotation))


def _type(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return _codes(map(str, get_args(annotation)))
    if get_origin(annotation) is tuple:
        return "list"
    if get_origin(annotation) is Annotated:
        return _type(get_args(annotation)[0])
    if NoneType in get_args(annotation):
        (annotation,) = (kind for kind in get_args(annotation) if kind is not NoneType)
        return _type(annotation)
    return _TYPES[annotation]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default in (None, ()):
        return "none"
    return f"`{written(field.default) if isinstance(field.default, int | tuple) else field.default}`"


def _losses(target: type[Target]) -> str:
    lost = unsupported(target.supports, target.words, target.label)
    found = f"### {target.label}\n\n{_worded(lost.values())}"
    sometimes = [Loss(code, *target.words[code]) for code in sorted(target.supports & target.words.keys())]
    return (
        f"{found}\n\nWhat it keeps of some meetings, or on some servers:\n\n{_worded(sometimes)}"
        if sometimes
        else found
    )


def _worded(losses: Iterable[Loss]) -> str:
    rows = ((f"`{loss.feature}`", FEATURES[loss.feature], loss.message, loss.hint) for loss in losses)
    return table(("code", "in Zoom", "what the plan says", "what to do"), rows)


def _nature(kind: FileKind) -> str:
    return f"is read, but {kind.what}" if kind.name == USERS else kind.what or "is read"


def _known(field: str) -> str:
    """List the headers of a field, the best first, each with its languages unless it is only English."""
    known: dict[str, tuple[str, list[str]]] = {}
    for row in _data("columns.tsv"):
        if row["field"] == field:
            _, tags = known.setdefault(normalise(row["header"]), (row["header"], []))
            tags.append(row["language"] + _doubt(row))
    return ", ".join(f"`{header}`{_tagged(tags)}" for header, tags in known.values())


def _tagged(tags: Sequence[str]) -> str:
    return {("en",): "", ("en?",): "?"}.get(tuple(tags), f" ({', '.join(tags)})")


def _language(code: str) -> Sequence[str]:
    columns, months, halves = (_in(code, _data(table)) for table in ("columns.tsv", "months.tsv", "halves.tsv"))
    seen = {row["month"] for row in months if not _doubt(row)}
    return (
        f"{_LANGUAGES[code]} (`{code}`)",
        _sure(len(columns), sum(map(bool, map(_doubt, columns)))),
        _sure(_MONTHS, _MONTHS - len(seen)) if months else "none",
        ", ".join(f"`{row['words']}`{_doubt(row)}" for row in halves) or "none",
    )


def _sure(count: int, doubtful: int) -> str:
    return f"{count}, {doubtful} of them guessed" if doubtful and count else str(count or "none")


def _doubt(row: Mapping[str, str]) -> str:
    return "?" if row["certainty"] in ("inferred", "weak") else ""


def _in(language: str, rows: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    return [row for row in rows if row["language"] == language]


def _links(*sorts: str) -> list[Mapping[str, str]]:
    return [row for row in _data("links.tsv") if row["what"] in sorts]


def _data(table: str) -> Iterator[Mapping[str, str]]:
    head, *lines = data_text(table).splitlines()
    return (dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines)


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
