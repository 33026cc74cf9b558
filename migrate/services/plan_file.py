"""The plan as a file: indented for people, guarded by a checksum."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from migrate import __version__
from migrate.core.errors import InputError, RefusedError
from migrate.core.plan import FORMAT, VERSION, Plan, from_json, to_json


@dataclass(frozen=True, slots=True)
class Sealed:
    """A plan, its document as JSON values, and the checksum in it."""

    plan: Plan
    document: Mapping[str, Any]
    checksum: str


def seal(plan: Plan) -> Sealed:
    """Make the document of a plan, with its checksum."""
    document = to_json(plan)
    digest = checksum(document)
    return Sealed(plan, {**document, "checksum": digest}, digest)


def dump(sealed: Sealed) -> bytes:
    """Return the file: JSON, indented by two, so that two plans can be compared with diff."""
    return orjson.dumps(sealed.document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def load(data: bytes, path: str) -> Sealed:
    """Read a plan file.

    Raises InputError if it is no plan, RefusedError if it was changed by hand or made by another version.
    """
    try:
        document = orjson.loads(data)
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise InputError(f"{path} is not a plan", hint="Give the file that jitsi-migrate plan wrote.")
        _check_version(document, path)
        if document.get("checksum") != checksum(document):
            raise RefusedError(
                f"{path} was changed since it was planned: its checksum does not fit",
                hint="Change the input, not the plan, and plan again.",
            )
        return Sealed(from_json(document), document, document["checksum"])
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as error:
        raise InputError(f"{path} is not a readable plan: {error}", hint="Plan again.") from error


def checksum(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical plan: without when it was made, and without how its files were called."""
    canonical = {name: value for name, value in document.items() if name not in ("created", "checksum", "changes")}
    paths = [item["path"] for item in document["inputs"]]
    canonical["inputs"] = [{**item, "path": ""} for item in document["inputs"]]
    canonical["problems"] = [_without(paths, item) for item in document["problems"]]
    canonical["limit"] = {**document["limit"], "emptied": [paths.index(path) for path in document["limit"]["emptied"]]}
    digest = hashlib.sha256(orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS))
    # One by one: the canonical text of all changes at once would be as large as the plan.
    for change in document["changes"]:
        nameless = {**change, "meeting": {**change["meeting"], "sources": []}}
        digest.update(orjson.dumps(nameless, option=orjson.OPT_SORT_KEYS))
    return digest.hexdigest()


def _without(paths: Iterable[str], problem: Mapping[str, Any]) -> dict[str, Any]:
    """Return a problem without the names of files; in messages they stand before a line, as `name.csv:4`."""
    message = problem["message"]
    for path in paths:
        if path in message:
            message = re.sub(rf"(?<!\w){re.escape(path)}(?=:\d)", "", message)
    return {**problem, "path": "", "message": message}


def _check_version(document: Mapping[str, Any], path: str) -> None:
    if document.get("version") != VERSION or document.get("product") != __version__:
        raise RefusedError(
            f"{path} was made by jitsi-migrate {document.get('product')}, this is {__version__}",
            hint="Plan again with this version.",
        )
