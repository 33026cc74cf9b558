"""Lua holds any text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate.shared.quoting.lua import lua
from tests.hostile import NASTY, NUMBERS, TEXTS
from tests.readers import by_lua


@pytest.mark.slow
@given(st.lists(st.one_of(TEXTS, NUMBERS, st.booleans()), max_size=100))
@example(NASTY)
@settings(max_examples=50, deadline=None)
def test_lua_reads_every_value_back(values):
    found = by_lua([lua(value) for value in values])
    assert [(type(value), value) for value in found] == [(type(value), value) for value in values]


def test_a_list_is_a_table():
    assert lua(["a", 1, False]) == '{ "a", 1, false }'


def test_what_cannot_be_seen_is_written_as_bytes():
    assert lua("Zoë\n\u202e") == r'"Zoë\010\226\128\174"'
