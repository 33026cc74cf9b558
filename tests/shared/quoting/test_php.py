"""PHP reads a string in single quotes as it was."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate.shared.quoting import Unquotable
from migrate.shared.quoting.php import php
from tests.cloud_readers import by_php
from tests.hostile import NASTY, NUMBERS, TEXTS


def quoted(values):
    for value in values:
        try:
            yield value, php(value)
        except Unquotable:
            assert not str(value).isprintable()


@pytest.mark.slow
@given(st.lists(st.one_of(TEXTS, NUMBERS, st.booleans()), min_size=1, max_size=60))
@example(NASTY)
@settings(max_examples=15, deadline=None)
def test_php_reads_every_value_back(values):
    pairs = list(quoted(values))
    text = f"<?php\n$CONFIG = {php([])};\n" + "".join(f"$CONFIG[] = {text};\n" for _, text in pairs)
    assert by_php(text) == [value for value, _ in pairs]


def test_a_list_is_a_list():
    assert by_php(f"<?php\n$CONFIG = {php(['a b', 'it’s', 5, True])};\n") == ["a b", "it’s", 5, True]


def test_a_name_of_a_class_keeps_its_backslashes():
    assert php("\\OC\\Memcache\\Redis") == r"'\\OC\\Memcache\\Redis'"
