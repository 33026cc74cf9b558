"""Names that stay: keys, aliases and room names."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.meeting import Person
from migrate.core.naming import (
    ROOM_NAME_MAX,
    aliases_of,
    is_personal,
    key_of,
    normalise,
    opaque_name,
    personal_base,
    personal_key,
    room_key,
    slug,
    slug_name,
)
from tests.builders import ANNA, NUMBER, PERSONAL, UUID, row

KEY = b"0123456789abcdef0123456789abcdef"


def test_a_number_goes_before_a_uuid_and_a_uuid_before_host_and_topic() -> None:
    meeting = row("2027-03-01 09:00", "Stand-up", uuid=UUID)
    assert key_of(meeting) == f"number:{NUMBER}"
    assert key_of(replace(meeting, number=None)) == f"uuid:{UUID}"
    assert key_of(replace(meeting, number=None, uuid=None)) == "topic:anna@example.org|stand-up"


@pytest.mark.parametrize("number", [NUMBER, None])
def test_the_time_is_no_part_of_the_key(number: str | None) -> None:
    early, late = (row(start, number=number) for start in ("2027-03-01 09:00", "2027-04-07 16:30"))
    assert key_of(early) == key_of(late)


def test_a_host_without_an_address_is_known_by_name() -> None:
    assert key_of(row("2027-03-01 09:00", number=None, host=Person("Anna Meier"))) == "topic:anna meier|standup"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("  Stand  up ", "stand up"), ("STRASSE", "straße"), ("\uff33tand\u3000up", "stand up"), ("ΐ", "\u0390")],
)
def test_spellings_that_mean_the_same_are_one(written: str, meant: str) -> None:
    assert normalise(written) == normalise(meant)


@given(st.text())
def test_what_is_normal_stays_as_it_is(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_aliases_are_all_weaker_names() -> None:
    by_mail, by_name = "topic:anna@example.org|standup", "topic:anna meier|standup"
    meeting = row("2027-03-01 09:00", uuid=UUID)
    assert aliases_of(meeting) == (f"uuid:{UUID}", by_mail, by_name)
    assert aliases_of(replace(meeting, number=None)) == (by_mail, by_name)
    assert aliases_of(replace(meeting, number=None, uuid=None)) == (by_name,)
    assert aliases_of(replace(meeting, number=None, uuid=None, host=Person("Anna Meier"))) == ()


def test_a_meeting_without_a_host_has_an_alias_too() -> None:
    assert aliases_of(row("2027-03-01 09:00", host=Person())) == ("topic:|standup",)


@pytest.mark.parametrize(
    ("number", "personal"), [("123456789", False), (PERSONAL, True), (NUMBER, False), (None, False)]
)
def test_ten_digits_are_a_personal_room(number: str | None, personal: bool) -> None:
    assert is_personal(number) is personal


def test_meetings_in_a_personal_room_share_the_key_of_the_room() -> None:
    standup = personal_key(PERSONAL, "Stand-up", "weekly-mo-0900")
    assert standup == f"number:{PERSONAL}#stand-up#weekly-mo-0900"
    assert room_key(standup) == room_key(personal_key(PERSONAL, "Review")) == f"number:{PERSONAL}"
    assert personal_base(standup) == personal_key(PERSONAL, "Stand-up")


@given(st.text("ab #\uff03"), st.text("ab-09"), st.text("ab #\uff03"), st.text("ab-09"))
def test_no_topic_can_pass_for_another_topic_and_pattern(one: str, here: str, other: str, there: str) -> None:
    first, second = personal_key(PERSONAL, one, f"weekly-{here}"), personal_key(PERSONAL, other, f"weekly-{there}")
    assert first.count("#") == 2
    assert (first == second) == (personal_key(PERSONAL, one) == personal_key(PERSONAL, other) and here == there)


def test_a_topic_with_a_hash_is_no_personal_room() -> None:
    key = key_of(row("2027-03-01 09:00", "C# course", number=None))
    assert room_key(key) == key


@given(st.text(max_size=300), st.text(max_size=80))
def test_room_names_are_short_and_plain(topic: str, key: str) -> None:
    for name in (opaque_name(KEY, key, ()), slug_name(KEY, key, topic, ())):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert len(name) <= ROOM_NAME_MAX


def test_room_names_have_64_bits_at_least_that_the_site_key_alone_decides() -> None:
    opaque, readable = opaque_name(KEY, "number:1", ()), slug_name(KEY, "number:1", "Weekly review", ())
    assert re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", opaque)
    assert re.fullmatch(r"weekly-review-[a-z2-7]{13}", readable)
    other = bytes(reversed(KEY))
    assert opaque_name(other, "number:1", ()) != opaque
    assert slug_name(other, "number:1", "Weekly review", ()) != readable


def test_an_opaque_name_tells_nothing_of_the_topic() -> None:
    names = {opaque_name(KEY, key_of(row(None, topic)), ()) for topic in ("Layoffs", "Picnic")}
    assert len(names) == 1


def test_names_are_the_same_again_and_different_for_every_key() -> None:
    keys = [f"number:{number}" for number in range(2000)]
    assert [opaque_name(KEY, key, ()) for key in keys] == [opaque_name(KEY, key, ()) for key in keys]
    assert len({opaque_name(KEY, key, ()) for key in keys}) == len(keys)


@pytest.mark.parametrize("choose", [opaque_name, lambda key, name, taken: slug_name(key, name, "Review", taken)])
def test_where_a_name_is_taken_the_second_choice_is_always_the_same(choose) -> None:
    first = choose(KEY, "number:1", ())
    second = choose(KEY, "number:1", {first})
    third = choose(KEY, "number:1", {first, second})
    assert len({first, second, third}) == 3
    assert choose(KEY, "number:1", {first}) == second


def test_a_topic_that_cannot_be_written_in_ascii_leaves_the_digits() -> None:
    assert slug("会議 😀") == ""
    assert re.fullmatch(r"[a-z2-7]{13}", slug_name(KEY, "number:1", "会議 😀", ()))
    assert slug("Über-Größe: café!") == "uber-groe-cafe"


def test_a_long_topic_is_cut_and_ends_in_the_digits() -> None:
    name = slug_name(KEY, "number:1", "word " * 40, ())
    assert len(name) <= ROOM_NAME_MAX
    assert "--" not in name


def test_hosts_with_one_name_are_told_apart_by_address() -> None:
    other = replace(ANNA, email="anna.meier@example.org")
    one, two = (row("2027-03-01 09:00", number=None, host=host) for host in (ANNA, other))
    assert key_of(one) != key_of(two)
