"""The tables of what runs on servers: playbooks, roles with their options, and failures."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from docs.generate.markdown import table
from migrate.core.errors import Exit
from migrate.shared.resources import data_text

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"

_SECTION = re.compile(r"^# --- (.+?) -+$", re.MULTILINE)
_MACRO = re.compile(r"\b[COV]\(([^)]*)\)")
_OWN_WORDS = "in the words of the step that failed"


def failures() -> str:
    """Every failure that is known by name."""
    _, *parts = _SECTION.split(data_text("failures.toml"))
    titles, texts = parts[::2], parts[1::2]
    return "\n\n".join(f"## {title}\n\n{_failures(text)}" for title, text in zip(titles, texts, strict=True))


def plays() -> str:
    """Every playbook, and what it says of itself."""
    paths = sorted(PLAYBOOKS.glob("*.yml"))
    return table(("playbook", "what it does"), ((f"`{path.name}`", _first_comment(path)) for path in paths))


def roles() -> str:
    """Every role, its entry points and their options."""
    return "\n\n".join(_role(path) for path in sorted(PLAYBOOKS.glob("roles/*/meta/argument_specs.yml")))


def _failures(text: str) -> str:
    rows = (
        (f"`{entry['code']}`", _words(entry.get("message", _OWN_WORDS)), _words(entry.get("hint", "")), _exit(entry))
        for entry in tomllib.loads(text)["failure"]
    )
    return table(("code", "what happened", "what to do", "exit code"), rows)


def _words(text: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: match[1].upper(), text)


def _exit(entry: Mapping[str, str]) -> str:
    return str(Exit[entry["exit"].upper()].value)


def _first_comment(path: Path) -> str:
    lines = path.read_text("utf-8").removeprefix("---\n").splitlines()
    comment = [line[2:] for line in lines[: next(at for at, line in enumerate(lines) if not line.startswith("# "))]]
    return " ".join(comment)


def _role(path: Path) -> str:
    points = yaml.safe_load(path.read_text("utf-8"))["argument_specs"]
    name = path.parents[1].name
    return "\n\n".join([f"### {name}", *(_point(point, found) for point, found in points.items())])


def _point(name: str, point: Mapping[str, Any]) -> str:
    begin = "" if name == "main" else f"`tasks_from: {name}`: "
    parts = [f"{begin}{point['short_description']}.", *(_plain(text) for text in point.get("description", ()))]
    options = list(_options(point.get("options", {})))
    rows = table(("option", "type", "default", "meaning"), options) if options else ""
    return "\n\n".join(filter(None, (" ".join(parts), rows)))


def _options(options: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str, str, str]]:
    for name, option in options.items():
        kind = f"list of {option['elements']}" if "elements" in option else option["type"]
        yield f"`{above}{name}`", kind, _default(option, above), _plain(option["description"])
        yield from _options(option.get("options", {}), f"{above}{name}.")


def _default(option: Mapping[str, Any], above: str) -> str:
    if option.get("required"):
        return "required"
    if "default" not in option:
        return "" if above else "none"
    found = option["default"]
    return f"`{str(found).lower()}`" if isinstance(found, bool) else "none" if found in ("", [], {}) else f"`{found}`"


def _plain(text: str) -> str:
    return _MACRO.sub(lambda match: f"`{match[1]}`", " ".join(str(text).split()))
