"""Files -> readings, by the one source that knows each."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from migrate.core.errors import InputError
from migrate.core.ports import Document, Reading, ReadOptions, Source
from migrate.services.reading import Reader, options_of_each
from tests.builders import reading

OPTIONS = ReadOptions(timezone="Europe/Berlin")


class Marked(Source):
    """Reads files that begin with its mark."""

    label = "marked"
    kind = "marked"
    rank = 1

    def __init__(self, mark: bytes, label: str = "marked") -> None:
        self.mark = mark
        self.label = label

    def identify(self, document: Document, options: ReadOptions) -> bool:
        return document.data.startswith(self.mark)

    def read(self, document: Document, options: ReadOptions) -> Reading:
        return replace(reading(path=document.path), label=self.label, timezone=options.timezone)


READER = Reader(
    [Marked(b"a", "first"), Marked(b"b", "second"), Marked(b"ab", "third")],
    lambda document, options: InputError(f"{document.path}: nobody reads this in {options.timezone}"),
)


def test_each_file_is_read_by_the_source_that_knows_it() -> None:
    inputs = READER.read([Document("one.csv", b"a1"), Document("two.csv", b"b1")], OPTIONS)
    assert [(each.path, each.reading.label) for each in inputs] == [("one.csv", "first"), ("two.csv", "second")]
    assert [each.sha256 for each in inputs] == [sha256(data).hexdigest() for data in (b"a1", b"b1")]
    assert {each.reading.timezone for each in inputs} == {"Europe/Berlin"}


def test_a_file_that_no_source_knows_gets_advice() -> None:
    with pytest.raises(InputError, match=r"^x\.csv: nobody reads this in Europe/Berlin$"):
        READER.read([Document("one.csv", b"a"), Document("x.csv", b"x")], OPTIONS)


def test_a_file_that_two_sources_know_is_not_guessed() -> None:
    with pytest.raises(InputError, match=r"^x\.csv: could be first and third$") as caught:
        READER.read([Document("x.csv", b"ab")], OPTIONS)
    assert caught.value.hint


def test_a_column_that_is_mapped_for_one_file_is_not_asked_of_the_others() -> None:
    english = Document("en.csv", b"Topic,Meeting ID,Start time\nW,80000000301,03/16/2027 09:00\n")
    own = Document("own.csv", b"Betreff,Beginn\nK,2027-04-06 09:00\n")
    options = replace(OPTIONS, columns={"topic": "betreff", "start": "Beginn", "number": "Kennung"})
    first, second = options_of_each([english, own], options)
    assert (first.columns, second.columns) == ({"number": "Kennung"}, options.columns), "no file has the last"
    assert options_of_each([english], options) == [options]
    assert options_of_each([english, own], OPTIONS) == [OPTIONS, OPTIONS]
