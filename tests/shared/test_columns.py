from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.errors import InputError, UsageError
from migrate.shared.columns import (
    MAPPABLE,
    check_mapping,
    guess,
    language_of,
    listed,
    locate,
    map_options,
    missing,
    normalise,
    synonyms,
)
from migrate.shared.resources import data_text

GERMAN = ["Betreff", "Nummer", "Veranstalter", "Adresse", "Beginn"]
ROWS = [
    ["Jour fixe", "800 0000 0271", "Jörg Weiß", "joerg.weiss@example.org", "01.03.2027 14:00"],
    ["", "8,00000E+10", "", "", "08.03.2027 14:00"],
    ["Jour fixe", "80000000271", "Jörg Weiß", "", "15.03.2027 14:00"],
]


@pytest.mark.parametrize(
    ("header", "same"),
    [
        ("Start Time", "start time"),
        ("\ufeffTopic", "topic"),
        ("start_time", "START-TIME"),
        ("Duration(Minutes)", "Duration (minutes)"),
        ("Host\u00a0 name ", "host name"),
        ("Nom de l\u2019h\u00f4te", "nom de l'hôte"),
        ("\uff34\uff4f\uff50\uff49\uff43", "Topic"),
    ],
)
def test_headers_that_differ_only_in_form_are_the_same(header: str, same: str):
    assert normalise(header) == normalise(same)


@given(st.text())
def test_a_normal_header_stays_as_it_is(header: str):
    assert normalise(normalise(header)) == normalise(header)


def test_a_header_is_known_once_in_a_language_and_means_one_thing_in_all():
    rows = [line.split("\t") for line in data_text("columns.tsv").splitlines()]
    assert {len(row) for row in rows} == {4}
    known = [(normalise(header), language) for _, language, header, _ in rows[1:]]
    assert len(known) == len(set(known))
    assert {synonyms()[normalise(header)] == field for field, _, header, _ in rows[1:]} == {True}


def test_every_certainty_is_a_word_of_the_table():
    certainties = {line.split("\t")[3] for line in data_text("columns.tsv").splitlines()[1:]}
    assert certainties <= {"bytes", "code", "documented", "reported", "weak", "inferred", "own"}


def test_there_are_synonyms_for_every_field_that_a_user_can_name():
    assert set(MAPPABLE) <= set(synonyms().values())


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (["Tópico", "ID", "Anfitrião", "Duração (minutos)"], "pt"),
        (["トピック", "ミーティング ID", "Notes"], "ja"),
        (["Tema", "ID de reunión"], "es"),
        (["Topic", "Meeting ID"], "en"),
        (["Topic", "Thema"], None),
        (["Host", "Meeting-ID"], None),
        (["What", "When"], None),
    ],
)
def test_labels_tell_their_language_if_all_agree_on_one(header: list[str], language: str | None):
    assert language_of(header) == language


def test_of_two_columns_with_one_name_the_first_is_taken():
    assert locate(["Topic", "User Email", "Topic", "User Email"], {}) == {"topic": 0, "host_email": 1}


def test_of_two_columns_of_one_field_the_better_header_is_taken():
    assert locate(["Duration", "Duration (minutes)"], {})["duration"] == 1


def test_a_header_that_the_user_chose_wins():
    places = locate(["Topic", "Title", "ID"], {"topic": "TITLE"})
    assert places == {"topic": 1, "number": 2}


def test_a_column_that_the_user_gave_to_one_field_is_not_taken_for_another():
    assert locate(["Topic", "Host"], {"topic": "Host"}) == {"topic": 1}


def test_a_mapping_to_what_is_not_there_is_refused_with_what_is_there():
    with pytest.raises(InputError) as refused:
        check_mapping("a.csv", ["Topic", "Start\x1b"], {"topic": "Betreff"})
    assert refused.value.message == 'a.csv: there is no column "Betreff"'
    assert refused.value.details == ("the columns are: \"Topic\", 'Start\\x1b'",)


def test_a_mapping_of_an_unknown_field_is_refused_with_the_fields():
    with pytest.raises(UsageError) as refused:
        check_mapping("a.csv", ["Topic"], {"subject": "Topic"})
    assert "topic, number, uuid" in refused.value.hint


def test_a_start_and_a_name_are_what_a_schedule_needs():
    assert missing(locate(["Host"], {})) == ["topic", "start"]
    assert missing(locate(["Meeting ID", "Date"], {})) == []


def test_columns_are_guessed_by_what_their_cells_look_like():
    assert guess(GERMAN, ROWS, {}) == {"topic": "Betreff", "number": "Nummer", "start": "Beginn"}
    assert guess(GERMAN, ROWS, {"topic": 0, "number": 1}) == {"start": "Beginn"}
    assert guess([], [], {}) == guess(GERMAN, [], {}) == {}


def test_the_options_can_be_pasted_into_a_shell():
    assert map_options({"topic": "Betreff", "start": "Beginn am"}) == '--map topic="Betreff" --map start="Beginn am"'
    assert map_options({"topic": "a'$(rm)"}) == "--map topic='a'\\''$(rm)'"


def test_of_many_columns_the_first_are_listed():
    assert listed(map(str, range(1000))).endswith('"39" and 960 more')


def test_what_is_listed_stays_on_its_line():
    assert listed(["Topic", "", "a\nb", "x" * 100]) == f'"Topic", \'a\\nb\', "{"x" * 60}"'
