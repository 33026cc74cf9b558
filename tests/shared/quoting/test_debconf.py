"""An answer for debconf is one line that does not end in a backslash."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate.shared.quoting import Unquotable
from migrate.shared.quoting.debconf import debconf
from tests.hostile import NASTY, TEXTS
from tests.readers import by_debconf


def quoted(values):
    for value in values:
        try:
            yield value, debconf(value)
        except Unquotable:
            assert value.endswith("\\") or not value.isprintable()


@pytest.mark.slow
@given(st.lists(TEXTS, min_size=1, max_size=60))
@example(NASTY)
@settings(max_examples=10, deadline=None)
def test_debconf_holds_every_answer_as_it_is(values):
    pairs = list(quoted([*values, "last"]))
    lines = [f"product product/q{number} string {text}" for number, (_, text) in enumerate(pairs)]
    assert by_debconf(lines) == {f"product/q{number}": value for number, (value, _) in enumerate(pairs)}


def test_switches_are_words():
    assert (debconf(True), debconf(False), debconf(5)) == ("true", "false", "5")
