"""What is wrong with a setting, in the words of the file that it stands in, and never with its value."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from migrate.shared.settings_page import named_tables, submodel, written

Path = tuple[str | int, ...]

# What pydantic finds, and what to write instead.
_WANTED = {
    "bool_parsing": "must be true or false, without quotes",
    "bool_type": "must be true or false, without quotes",
    "dict_type": "must be a table",
    "greater_than_equal": "must be {ge} or more",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number, without quotes",
    "int_type": "must be a whole number, without quotes",
    "less_than_equal": "must be {le} or less",
    "model_type": "must be a table",
    "path_type": "must be a text in quotes",
    "string_too_long": "must have a length of at most {max_length}",
    "string_too_short": "must have a length of at least {min_length}",
    "string_type": "must be a text in quotes",
    "too_long": "must have at most {max_length} values",
    "too_short": "must have at least {min_length} values",
    "tuple_type": "must be a list in brackets",
    "url_parsing": "must be a link such as https://meet.example.org",
    "url_scheme": "must be a link such as https://meet.example.org",
    "url_type": "must be a link in quotes",
    "uuid_parsing": "must be a UUID, such as the one that init made",
    "uuid_type": "must be a UUID in quotes, such as the one that init made",
}


def fault_path(error: Mapping[str, Any]) -> Path:
    """Return where an error of pydantic stands in the file."""
    return tuple(part for part in error["loc"] if part != "[key]")


def fault_words(error: Mapping[str, Any], model: type[BaseModel], tables: Collection[str] = ()) -> str:
    """Return what is wrong and what to do. `tables` are those there could be beside the model's own."""
    path, kind = fault_path(error), error["type"]
    if kind == "extra_forbidden":
        return ". ".join(["there is no such setting", *_suggestion(path, model, tables)])
    field = _field(model, path)
    if kind == "missing":
        return _missing(path, field)
    if kind == "literal_error":
        return _choice(error)
    if kind not in _WANTED:
        return str(error["msg"]).removeprefix("Value error, ")
    known = error.get("ctx", {})
    # A secret is not called a text there.
    words = _WANTED[f"string_{kind}" if known.get("field_type") == "Value" else kind].format(**known)
    return words + (_such_as(field) if kind.endswith("_type") else "")


def _missing(path: Path, field: FieldInfo | None) -> str:
    if field is None:
        return "a value is missing"
    if _table(field.annotation):
        return f"the table [{'.'.join(map(str, path))}] is missing"
    return f"must be set: {field.description}" if field.description else "must be set"


def _choice(error: Mapping[str, Any]) -> str:
    expected = str(error["ctx"]["expected"]).replace("'", '"')
    known = expected.replace(" or ", ", ").split(", ")
    meant = _closest(written(error["input"]), known) if isinstance(error["input"], str | int) else []
    return ". ".join([f"must be {'one of ' if len(known) > 1 else ''}{expected}", *meant])


def _such_as(field: FieldInfo | None) -> str:
    """Give an example of a value, where there is one."""
    if field is None or _table(field.annotation):
        return ""
    known = [*(field.examples or ()), field.default]
    return f", such as {written(known[0])}" if isinstance(known[0], str | int | list | tuple) and known[0] else ""


def _suggestion(path: Path, model: type[BaseModel], tables: Collection[str]) -> list[str]:
    *above, name = path
    inside = _model(model, above)
    if inside is None:
        return []
    elsewhere = [".".join(found) for found in _every(model, ()) if found[0] == path[0] and found[-1] == name]
    if elsewhere:
        return [f"It belongs elsewhere: {' or '.join(elsewhere)}."]
    return _closest(str(name), [*inside.model_fields, *(() if above else tables)])


def _closest(name: str, known: Sequence[str]) -> list[str]:
    return [f"Did you mean {found}?" for found in difflib.get_close_matches(name, known, n=1)]


def _every(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        yield (*above, name)
        if inner := submodel(_present(field.annotation)):
            yield from _every(inner, (*above, name))


def _field(model: type[BaseModel], path: Sequence[str | int]) -> FieldInfo | None:
    """Return the setting at a path; none for what is inside of a list."""
    found = _model(model, path[:-1])
    return found.model_fields.get(str(path[-1])) if found and path else None


def _model(model: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel] | None:
    """Return the model of the table at a path."""
    found: Any = model
    for step in path:
        if found_model := submodel(found):
            field = found_model.model_fields.get(str(step))
            found = _present(field.annotation) if field else None
        else:
            # The name of a table, or the place in a list.
            found = named_tables(found) or next(iter(get_args(found)), None)
    return submodel(found)


def _table(annotation: Any) -> bool:
    return bool(submodel(_present(annotation)) or named_tables(annotation))


def _present(annotation: Any) -> Any:
    """Return the type of a setting without "or none"."""
    known = [part for part in get_args(annotation) if part is not type(None)]
    return known[0] if type(None) in get_args(annotation) else annotation
