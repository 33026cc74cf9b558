"""nginx holds text in one line without a dollar."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate.shared.quoting import Unquotable
from migrate.shared.quoting.nginx import nginx
from tests.hostile import NASTY, NUMBERS, TEXTS
from tests.readers import by_nginx


def quoted(values):
    for value in values:
        try:
            yield value, nginx(value)
        except Unquotable:
            assert "$" in value or not value.isprintable()


@pytest.mark.slow
@given(st.lists(TEXTS, min_size=1, max_size=60))
@example(NASTY)
@example(["x" * 4000, '"' * 1999])
@settings(max_examples=10, deadline=None)
def test_nginx_serves_every_value_as_it_is(values):
    pairs = list(quoted(values))
    assert by_nginx([text for _, text in pairs]) == [value for value, _ in pairs]


@given(NUMBERS)
def test_a_number_is_itself(number):
    assert nginx(number) == str(number)


def test_names_need_no_quotes_and_a_list_is_many_parameters():
    assert nginx(["meet.example.org", "[::]:443", "a b", 443]) == 'meet.example.org "[::]:443" "a b" 443'
    assert (nginx(True), nginx(False), nginx("")) == ("on", "off", '""')


def test_a_line_break_would_be_one_more_header():
    with pytest.raises(Unquotable, match="a carriage return"):
        nginx("a\r\nSet-Cookie: b")
