"""The source that CONTRIBUTING.md builds is one: it reads its own sample."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from migrate.core.ports import Document, ReadOptions, Source

GUIDE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")
OPTIONS = ReadOptions()


def block(language):
    (found,) = re.findall(rf"^ *```{language}\n(.+?)^ *```", GUIDE, re.MULTILINE | re.DOTALL)
    return dedent(found)


@pytest.fixture(scope="module")
def source():
    names = {"__name__": "room_list"}
    exec(block("python"), names)  # our own text
    (found,) = (thing for thing in names.values() if isinstance(thing, type) and thing.__module__ == "room_list")
    assert issubclass(found, Source)
    return found()


def test_the_guide_reads_its_sample(source):
    document = Document("rooms.txt", block("text").encode())
    assert source.identify(document, OPTIONS)
    reading = source.read(document, OPTIONS)
    assert [meeting.number for meeting in reading.meetings] == ["80000000201", "80000000202"]
    assert [problem.line for problem in reading.problems] == [4]
    assert reading.rows.read == reading.rows.header + reading.rows.problems + len(reading.meetings)


def test_the_guide_claims_no_other_file(source):
    assert not source.identify(Document("upcoming.csv", b"Topic,Start time\r\n"), OPTIONS)
