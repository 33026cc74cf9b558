"""systemd's units hold text in one line: words any, a whole line what has no blanks or backslash at its end."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate.shared.quoting import Unquotable
from migrate.shared.quoting.systemd import argument, line, word
from tests.hostile import NASTY, TEXTS
from tests.readers import by_systemd

UNIT = "[Unit]\nDescription={}\n[Service]\nEnvironment={} LAST=1\nExecStart=/bin/echo {} last\n"


def written(notation, value, otherwise):
    try:
        return value, notation(value)
    except Unquotable:
        return otherwise, notation(otherwise)


def unit(value):
    """Write a value three times; return what each is, and the unit."""
    values, texts = zip(
        written(line, value, "x"), written(word, f"V={value}", "V=x"), written(argument, value, "x"), strict=True
    )
    return values, UNIT.format(*texts)


def arguments(shown):
    """Undo the shell's quotes, in which systemd shows a command before it replaces variables."""
    found = re.findall(r'"((?:\\.|[^"\\])*)"|([^ ]+)', shown)
    return [bare or re.sub(r"\\(.)", r"\1", quoted) for quoted, bare in found]


@pytest.mark.slow
@given(st.lists(TEXTS, min_size=1, max_size=60))
@example(NASTY)
@settings(max_examples=8, deadline=None)
def test_systemd_reads_every_value_back(values):
    pairs = [unit(value) for value in values]
    for ((whole, variable, given_argument), _), told in zip(
        pairs, by_systemd([text for _, text in pairs]), strict=True
    ):
        description, *environment, command = told
        assert description == ("Description", whole)
        assert environment == [("Environment", variable), ("Environment", "LAST=1")]
        # $$ is made $ only when the command starts.
        assert arguments(command[1]) == ["/bin/echo", given_argument.replace("$", "$$"), "last"]


@pytest.mark.parametrize("value", ["", " a", "a ", "a\\", "\\", " "])
def test_a_whole_line_that_would_read_differently_is_refused(value):
    with pytest.raises(Unquotable, match="blanks at an end, or a backslash"):
        line(value)


def test_numbers_words_and_switches():
    assert (line(65000), line(True), line(False), word(["A=1 2", "B=%"])) == ("65000", "yes", "no", '"A=1 2" "B=%%"')
