"""JSON, JavaScript, HOCON, TOML and YAML hold any text."""

from __future__ import annotations

import json
import tomllib

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate.shared.quoting import NOTATIONS
from tests.hostile import NASTY, NUMBERS, TEXTS
from tests.readers import by_node, by_ruby_hocon

SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans())
VALUES = st.lists(st.one_of(SCALARS, st.lists(SCALARS, max_size=3)), max_size=60)
NAMES = ("json", "javascript", "hocon", "toml", "yaml")


def table(name, values, between=": ", end=",\n"):
    return "".join(f"k{number}{between}{NOTATIONS[name](value)}{end}" for number, value in enumerate(values))


def expected(values):
    return {f"k{number}": value for number, value in enumerate(values)}


@given(VALUES)
@example([*NASTY, NASTY])
@settings(deadline=None)
def test_python_reads_json_back(values):
    assert json.loads(NOTATIONS["json"](values[0]) if values else "0") == (values[0] if values else 0)
    assert json.loads(f"[{','.join(map(NOTATIONS['json'], values))}]") == values


@given(VALUES)
@example([*NASTY, NASTY])
@settings(deadline=None)
def test_toml_is_read_back(values):
    assert tomllib.loads(table("toml", values, " = ", "\n")) == expected(values)


@given(VALUES)
@example([*NASTY, NASTY])
@settings(deadline=None)
def test_yaml_is_read_back(values):
    assert (yaml.safe_load(table("yaml", values, ": ", "\n")) or {}) == expected(values)
    assert yaml.safe_load(f"[{', '.join(map(NOTATIONS['yaml'], values))}]") == values


@pytest.mark.slow
@given(VALUES)
@example([*NASTY, NASTY])
@settings(max_examples=12, deadline=None)
def test_node_reads_json_back(values):
    assert by_node(f"[{','.join(map(NOTATIONS['json'], values))}]", as_json=True) == values


@pytest.mark.slow
@given(VALUES)
@example([*NASTY, NASTY])
@settings(max_examples=12, deadline=None)
def test_javascript_is_read_back_in_an_empty_sandbox(values):
    assert by_node(f"var config = {{\n{table('javascript', values)}}};\nconfig") == expected(values)


@pytest.mark.slow
@given(VALUES)
@example([*NASTY, NASTY])
@settings(max_examples=8, deadline=None)
def test_hocon_is_read_back_by_the_parser_of_the_packages(values):
    assert by_ruby_hocon("y = changed\n" + table("hocon", values, " = ", "\n")) == {"y": "changed", **expected(values)}


@pytest.mark.parametrize("name", NAMES)
def test_no_text_ends_a_script_or_hides_what_it_says(name):
    text = NOTATIONS[name]("</script>\u202e\u2028")
    assert text == '"\\u003c/script>\\u202e\\u2028"'


@pytest.mark.parametrize("name", NAMES)
def test_a_list_is_written_for_people_too(name):
    assert NOTATIONS[name](["Zoë", 1, True]) == '["Zoë", 1, true]'
