"""Redis reads a word in double quotes as it was."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings

from migrate.shared.quoting import Unquotable
from migrate.shared.quoting.redis import redis
from tests.cloud_readers import by_redis
from tests.hostile import FRAGMENTS, TEXTS


def quoted(value):
    try:
        return redis(value)
    except Unquotable:
        assert not value.isprintable()
        return ""


@pytest.mark.slow
@given(TEXTS)
@example("".join(part for part in FRAGMENTS if part.isprintable()))
@example(' a"\\x41" # b\\')
@settings(max_examples=15, deadline=None)
def test_redis_reads_every_value_back(value):
    text = quoted(value)
    if text:
        assert by_redis([f"masterauth {text}"], ["masterauth"]) == [value]


def test_a_list_is_many_words_and_switches_are_words():
    assert redis(["127.0.0.1", "::1", 5]) == '"127.0.0.1" "::1" 5'
    assert (redis(True), redis(False)) == ("yes", "no")
