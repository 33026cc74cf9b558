"""Janus reads a string in double quotes as it was."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate.shared.quoting import Unquotable
from migrate.shared.quoting.libconfig import libconfig
from tests.cloud_readers import by_janus
from tests.hostile import NASTY, TEXTS

LARGEST = 2**31 - 1


def quoted(values):
    for value in values:
        try:
            yield value, libconfig(value)
        except Unquotable:
            assert not value.isprintable()


@pytest.mark.slow
@given(st.lists(TEXTS, min_size=1, max_size=60))
@example(NASTY)
@settings(max_examples=15, deadline=None)
def test_janus_reads_every_value_back(values):
    # What says "{" and nothing else looks like a section in what the program tells.
    pairs = [(value, text) for value, text in quoted(values) if value != "{"]
    lines = "".join(f"    k{place} = {text}\n" for place, (_, text) in enumerate(pairs))
    found = by_janus(f"general: {{\n{lines}    last = true\n}}\n")["general"]
    assert found == {**{f"k{place}": value for place, (value, _) in enumerate(pairs)}, "last": "true"}


def test_janus_reads_numbers_and_switches_back():
    text = f"general: {{\n    a = {libconfig(LARGEST)}\n    b = {libconfig(False)}\n}}\n"
    assert by_janus(text) == {"general": {"a": str(LARGEST), "b": "false"}}
