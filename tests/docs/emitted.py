"""The codes of problems and losses that the package can emit, found in its syntax."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "migrate"

_METHODS = {"error": "error", "warn": "warning", "note": "info"}
_CODE = re.compile(r"[a-z]+(?:-[a-z]+)+")


def problems(trees: Mapping[str, ast.Module]) -> dict[str, tuple[set[str], set[str]]]:
    """Return code -> (severities it has, severities it may have), for each Problem made and each call of Faults."""
    found: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for name, tree in trees.items():
        for call in _calls(tree):
            severities = _severities(call)
            if severities and call.args:
                certain, possible = _values(call.args[0], name, trees)
                for code in certain:
                    found[code][0].update(severities)
                for code in (*certain, *possible):
                    found[code][1].update(severities)
    return found


def losses(trees: Mapping[str, ast.Module]) -> set[str]:
    """Return the codes of losses that are written out."""
    calls = (call for tree in trees.values() for call in _calls(tree) if _name(call.func) == "Loss" and call.args)
    return {str(call.args[0].value) for call in calls if isinstance(call.args[0], ast.Constant)}


def modules() -> dict[str, ast.Module]:
    """Parse the whole package: dotted name -> tree."""
    paths = sorted(PACKAGE.rglob("*.py"))
    names = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in paths]
    return {name: ast.parse(path.read_text("utf-8")) for name, path in zip(names, paths, strict=True)}


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _severities(call: ast.Call) -> set[str]:
    """Return the severities of a call that reports something, none for any other call."""
    name = _name(call.func)
    if name == "Problem":
        return {named.lower() for named in re.findall(r"\bSeverity\.([A-Z]+)", ast.unparse(call))}
    return {_METHODS[name]} if isinstance(call.func, ast.Attribute) and name in _METHODS else set()


def _values(node: ast.expr, module: str, trees: Mapping[str, ast.Module]) -> tuple[list[str], list[str]]:
    """Return the codes that an argument is, and those that it can be: of a variable, all constants around."""
    if isinstance(node, ast.Constant):
        return [str(node.value)], []
    constants = dict(pair for tree in _near(module, trees) for pair in _constants(tree))
    if isinstance(node, ast.Name) and node.id in constants:
        return [constants[node.id]], []
    return [], list(constants.values()) if isinstance(node, ast.Name) else []


def _near(module: str, trees: Mapping[str, ast.Module]) -> Iterator[ast.Module]:
    """Yield a module and those it takes names from."""
    yield trees[module]
    for node in ast.walk(trees[module]):
        if isinstance(node, ast.ImportFrom) and node.module and node.module in trees:
            yield trees[node.module]


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        value = node.value if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.Assign) and isinstance(value, ast.Constant) and _CODE.fullmatch(str(value.value)):
            yield _name(node.targets[0]), str(value.value)


def _name(node: ast.expr) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))
