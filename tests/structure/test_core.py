"""The core is pure in what import-linter cannot see: other people's packages, the clock, files."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "migrate" / "core").rglob("*.py"))
ALLOWED = {*sys.stdlib_module_names, "dateutil", "migrate"}
IMPURE = re.compile(r"now|utcnow|today|open|(read|write)_(text|bytes)|input|uuid[14]")


def names(tree):
    """Yield the top-level package of each import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def calls(tree):
    """Yield the last name of each thing called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", ""))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_core_uses_the_standard_library_and_dateutil_only(path):
    assert set(names(ast.parse(path.read_text("utf-8")))) <= ALLOWED


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_core_asks_no_clock_and_opens_no_file(path):
    assert not list(filter(IMPURE.fullmatch, calls(ast.parse(path.read_text("utf-8")))))
