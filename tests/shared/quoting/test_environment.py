"""An environment file holds text in one line, and shells and systemd read the same."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate.shared.quoting import Unquotable
from migrate.shared.quoting.environment import environment
from tests.hostile import NASTY, TEXTS
from tests.readers import by_shell, by_systemd_environment


def quoted(values):
    found = {}
    for value in values:
        try:
            found[f"K{len(found)}"] = (value, environment(value))
        except Unquotable:
            assert not value.isprintable()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["dash", "bash"])
@given(values=st.lists(TEXTS, max_size=100))
@example(values=NASTY)
@settings(max_examples=25, deadline=None)
def test_a_shell_reads_every_value_back(shell, values):
    found = quoted(values)
    text = "".join(f"{name}={text}\n" for name, (_, text) in found.items())
    assert by_shell(shell, text) == {name: value for name, (value, _) in found.items()}


@pytest.mark.slow
@given(st.lists(TEXTS, max_size=20))
@example(NASTY)
@settings(max_examples=15, deadline=None)
def test_systemd_reads_every_value_back(values):
    found = quoted(value for value in values if value)
    assert by_systemd_environment([text for _, text in found.values()]) == [value for value, _ in found.values()]


def test_a_number_needs_no_quotes():
    assert (environment(443), environment("443"), environment("")) == ("443", '"443"', '""')
