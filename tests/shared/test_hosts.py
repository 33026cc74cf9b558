"""hosts.csv: read, joined, completed, written."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.errors import ConfigurationError
from migrate.core.meeting import Person
from migrate.shared.hosts import COLUMNS, HostBook, dump, load, read
from tests.builders import ANNA, BEN

HEADER = "zoom_name,zoom_id,zoom_email,account,calendar_url\n"


def book(*lines: str) -> HostBook:
    return load(HEADER + "".join(f"{line}\n" for line in lines), "hosts.csv")


def test_a_person_is_known_by_address_in_any_case() -> None:
    known = book("Anna Meier,,Anna@Example.org,anna,")
    assert known.join(ANNA) == replace(ANNA, account="anna")
    assert known.join(Person("A. Meier", "anna@example.org")) == Person("A. Meier", "anna@example.org", "anna")


def test_a_person_without_an_address_is_known_by_name() -> None:
    known = book("Anna Meier,,anna@example.org,anna,")
    assert known.join(Person("anna  MEIER")) == Person("anna  MEIER", "anna@example.org", "anna")


def test_an_address_that_is_not_known_is_somebody_else_of_the_same_name() -> None:
    other = Person("Anna Meier", "anna.meier@example.org")
    assert book("Anna Meier,,anna@example.org,anna,").join(other) == other


def test_a_name_that_two_rows_have_is_not_guessed() -> None:
    known = book("Anna Meier,,anna@example.org,a1,", "Anna Meier,,anna.meier@example.org,a2,")
    assert known.join(Person("Anna Meier")) == Person("Anna Meier")
    assert known.join(ANNA).account == "a1"


def test_what_the_export_says_goes_before_the_file() -> None:
    person = Person("Anna Meier", "anna@example.org", "other")
    assert book("Anna,,anna@example.org,anna,").join(person) == person


def test_nobody_is_nobody() -> None:
    assert book(",,,ghost,").join(Person()) == Person()


def test_people_who_are_not_known_are_added_once() -> None:
    known = book("Anna Meier,,anna@example.org,anna,")
    assert known.add([ANNA, BEN, BEN, Person("Ben Okafor"), Person("Chi"), Person("chi"), Person()]) == 2
    assert dump(known) == (f"{HEADER}Anna Meier,,anna@example.org,anna,\nBen Okafor,,ben@example.org,,\nChi,,,,\n")
    assert load(dump(known), "hosts.csv").add([BEN, Person("Chi")]) == 0


def test_a_name_that_is_known_twice_is_not_added_again() -> None:
    known = book("Anna Meier,,anna@example.org,,", "Anna Meier,,anna.meier@example.org,,")
    assert known.add([Person("Anna Meier")]) == 0


def test_a_name_or_an_address_alone_is_that_of_who_has_both() -> None:
    known = book()
    assert known.add([Person("Ben Okafor"), Person("", "ben@example.org"), BEN]) == 1
    assert known.join(Person("Ben Okafor")) == known.join(Person("", "ben@example.org")) == BEN


def test_white_space_alone_is_no_name() -> None:
    assert book().add([Person(" \u3000")]) == 0


def test_an_account_alone_is_no_row() -> None:
    assert book().add([Person(account="anna")]) == 0


def test_a_name_on_two_lines_is_written_on_one_and_known_again() -> None:
    torn = Person("Anna\r\nMeier")
    known = book()
    known.add([torn])
    again = load(dump(known), "hosts.csv")
    assert dump(again) == f"{HEADER}Anna Meier,,,,\n"
    assert again.add([torn]) == 0


def test_columns_of_people_and_their_order_stay() -> None:
    text = "notes,zoom_email,account,zoom_name,zoom_id,calendar_url\nleaves in May,anna@example.org,anna,Anna,7,\n"
    known = load(text, "hosts.csv")
    assert dump(known) == text
    known.add([BEN])
    assert dump(known) == f"{text},ben@example.org,,Ben Okafor,,\n"


@pytest.mark.parametrize(
    "written", ["\ufeff" + HEADER + "Anna,,a@example.org,a,\r\n", HEADER + "Anna,,a@example.org,a,\n\n"]
)
def test_what_a_spreadsheet_saves_is_read(written: str) -> None:
    assert load(written, "hosts.csv").join(Person(email="a@example.org")).account == "a"


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_what_a_spreadsheet_of_another_country_saves_is_read_and_written_so(delimiter: str, mark: str) -> None:
    columns = HEADER.strip().split(",")
    text = f"{mark}{delimiter.join(columns)}\n{delimiter.join(['Jörg, Dr.', '', 'joerg@example.org', 'j', ''])}\n"
    known = read(text.replace("\n", "\r\n").encode(), "hosts.csv")
    assert known.join(Person(email="joerg@example.org")).account == "j"
    assert dump(known) == text
    known.add([Person(f"B{delimiter}n", "ben@example.org")])
    assert read(dump(known).encode(), "hosts.csv").rows == known.rows


@pytest.mark.parametrize(
    ("encoding", "message"),
    [("utf-16", "is UTF-16, not"), ("utf-16-le", "is UTF-16, not"), ("cp1252", ":2: is not UTF-8")],
)
def test_another_encoding_is_told_with_what_to_do(encoding: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        read(f"{HEADER}Jörg,,,,\n".encode(encoding), "hosts.csv")
    assert "CSV UTF-8" in caught.value.hint


def test_a_formula_is_text_in_a_spreadsheet_and_itself_when_read_back() -> None:
    evil = HostBook()
    evil.add([Person('=HYPERLINK("https://example.org")', "@a"), Person("'tis")])
    text = dump(evil)
    assert "\"'=HYPERLINK" in text
    assert ",'@a," in text
    assert load(text, "hosts.csv").rows == evil.rows


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20)


@given(st.lists(st.builds(dict, **dict.fromkeys(COLUMNS, TEXT)), max_size=4))
def test_what_is_written_is_read_back(rows) -> None:
    known = load(dump(HostBook(rows)), "hosts.csv")
    assert known.rows == rows
    assert dump(known) == dump(HostBook(rows))


@pytest.mark.parametrize(
    ("text", "message", "details"),
    [
        ("", "columns are missing: zoom_name, zoom_id, zoom_email, account, calendar_url", ()),
        ("zoom_name,zoom_email\n", "columns are missing: zoom_id, account, calendar_url", ()),
        (f"{HEADER}a,b,c,d,e,f\nx,,,,\n1,2,3,4,5,6,7\n", "is not valid",
         ("hosts.csv:2: more cells than columns", "hosts.csv:4: more cells than columns")),
        (f'{HEADER}"open,,,,\n', "is not valid", ("hosts.csv:2: unexpected end of data",)),
    ],
)  # fmt: skip
def test_all_faults_are_told_at_once(text: str, message: str, details: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(text, "hosts.csv")
    assert message in caught.value.message
    assert caught.value.details == details


@given(st.binary(max_size=40))
def test_no_bytes_are_a_crash(data: bytes) -> None:
    with suppress(ConfigurationError):
        read(data, "hosts.csv")


@given(TEXT)
def test_no_text_is_a_crash(text: str) -> None:
    for content in (text, HEADER + text):
        with suppress(ConfigurationError):
            load(content, "hosts.csv")


def test_an_address_completes_the_only_row_of_its_name() -> None:
    known = book("Ben Okafor,,,ben,")
    assert known.add([BEN]) == 0
    assert dump(known) == f"{HEADER}Ben Okafor,,ben@example.org,ben,\n"


def test_a_name_completes_the_row_of_its_address() -> None:
    known = book(",,ben@example.org,ben,")
    assert (known.add([BEN]), known.join(Person("Ben Okafor")).account) == (0, "ben")


def test_of_two_people_of_one_name_neither_completes_a_row() -> None:
    known = book("Ben Okafor,,,ben,")
    other = Person("Ben Okafor", "b.okafor@example.org")
    assert known.add([BEN, other]) == 2
    assert known.join(Person("Ben Okafor")).email == ""
    assert set(known.namesakes(Person("Ben Okafor"))) == {"", "ben@example.org", "b.okafor@example.org"}
    assert known.namesakes(BEN) == []


def test_what_people_wrote_is_never_overwritten() -> None:
    known = book("Benjamin,,ben@example.org,ben,")
    known.add([BEN, ANNA])
    assert dump(known).splitlines()[1] == "Benjamin,,ben@example.org,ben,"
