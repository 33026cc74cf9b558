from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Event

from migrate.shared.content_lines import conference_line, rule_line, text_line, uri

# The library takes a byte order mark at the beginning of a text away.
written_text = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=300) | st.text(
    alphabet='\\;,:\nNn"^ä😀 a', max_size=200
)


def allowed(value: str) -> str:
    breaks = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in breaks if char in "\n\t" or unicodedata.category(char) != "Cc")


@given(written_text)
def test_text_reads_back_as_it_was_less_what_icalendar_forbids(value: str) -> None:
    event = Event.from_ical(f"BEGIN:VEVENT\r\n{text_line('SUMMARY', value)}END:VEVENT\r\n")
    assert str(event["summary"]) == allowed(value)
    assert len(event) == 1


@given(st.text(max_size=200))
def test_no_line_is_longer_than_75_octets(value: str) -> None:
    assert all(len(line.encode()) <= 75 for line in text_line("SUMMARY", value).split("\r\n"))


def test_a_backslash_before_an_n_is_no_line_break() -> None:
    assert text_line("SUMMARY", r"C:\New\\N") == "SUMMARY:C:\\\\New\\\\\\\\N\r\n"


def test_a_lone_surrogate_is_dropped() -> None:
    assert text_line("SUMMARY", "a\ud800b") == "SUMMARY:ab\r\n"


@given(st.text(max_size=100))
def test_a_uri_stays_in_its_line(value: str) -> None:
    line = conference_line(uri(value)).replace("\r\n ", "")
    assert line.count("\n") == 1
    assert line.endswith("\r\n")


def test_a_plain_uri_stays_as_it_is() -> None:
    assert uri("https://meet.example.org/a?b=c#d") == "https://meet.example.org/a?b=c#d"


def test_what_is_no_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="DAILY"):
        rule_line("FREQ=DAILY\r\nATTENDEE:mailto:x@example.org")
