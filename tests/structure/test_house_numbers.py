"""Code stays small: the numbers that CONTRIBUTING.md names, held."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

PACKAGE = Path(__file__).parents[2] / "migrate"
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
SHORT = 25


def functions():
    """Yield (name, lines) of every function, docstrings included."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_no_module_is_too_long():
    lengths = {str(path.relative_to(PACKAGE)): path.read_text("utf-8").count("\n") for path in PACKAGE.rglob("*.py")}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE}


def test_no_function_is_too_long():
    assert not [(name, lines) for name, lines in functions() if lines > LONGEST_FUNCTION]


def test_most_functions_are_short():
    lengths = [lines for _, lines in functions()]
    assert median(lengths) <= 12
    assert sum(lines <= SHORT for lines in lengths) >= 0.88 * len(lengths)
