"""Talk's own description of its answers, and where an answer is not as described."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError, best_match

from tests.caldav.replay import RECORDED
from tests.talk.routes import key_of


@cache
def _described() -> dict[str, Any]:
    return json.loads((RECORDED / "talk-answers.json").read_text("utf-8"))


def _is_object(_: object, found: object) -> bool:
    """PHP writes a map that is empty as an empty list."""
    return isinstance(found, dict) or found == []


Validator = validators.extend(
    Draft202012Validator, type_checker=Draft202012Validator.TYPE_CHECKER.redefine("object", _is_object)
)


def differences(method: str, path: str, status: int, body: str) -> set[str]:
    """Return what is not as described, each as one line: request, status, and what it is."""
    parts = path.partition("?")[0].strip("/").split("/")
    if parts[:5] != ["ocs", "v2.php", "apps", "spreed", "api"]:
        return set()
    key = key_of(method, parts[6:])
    answers = _described()["answers"].get(key, {})
    if str(status) not in answers:
        return {f"{key} {status}: not described"}
    validator = Validator({**answers[str(status)], "$defs": _described()["$defs"]})
    return {_line(key, status, error) for error in validator.iter_errors(json.loads(body)["ocs"]["data"])}


def _line(key: str, status: int, error: ValidationError) -> str:
    error = best_match([error])
    if "avatarVersion" in error.schema.get("required", ()):
        return f"a room: {error.message}"
    place = ".".join(str(part) for part in error.absolute_path if not isinstance(part, int))
    message = "is no key of an error" if error.validator == "enum" else error.message
    return f"{key} {status}: {place or 'all'}: {message}"
