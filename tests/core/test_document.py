"""Meetings as JSON and back."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.core.document import dump_meeting, load_meeting, meeting_from_json, meeting_to_json
from migrate.core.meeting import Kind, Meeting, Occurrence, Override, Person
from tests.builders import ANNA, BEN, at, row, series

TEXT = st.text(max_size=12)
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"])
PEOPLE = st.builds(Person, TEXT, TEXT, TEXT)


@st.composite
def meetings(draw) -> Meeting:
    zone = draw(ZONES)
    moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(
        lambda moment: datetime.fromtimestamp(moment.replace(tzinfo=ZoneInfo("UTC")).timestamp(), ZoneInfo(zone))
    )
    minutes = st.none() | st.integers(0, 9999)
    words = st.lists(TEXT, max_size=2).map(tuple)
    return draw(
        st.builds(
            Meeting,
            topic=TEXT,
            kind=st.sampled_from(Kind),
            number=st.none() | TEXT,
            uuid=st.none() | TEXT,
            host=PEOPLE,
            alternative_hosts=st.lists(PEOPLE, max_size=2).map(tuple),
            timezone=st.just(zone),
            start=st.none() | moments,
            duration_minutes=minutes,
            rrule=st.none() | TEXT,
            exdates=st.lists(moments, max_size=2).map(tuple),
            overrides=st.lists(st.builds(Override, moments, moments, minutes, TEXT), max_size=2).map(tuple),
            singles=st.lists(st.builds(Occurrence, moments, minutes, TEXT), max_size=2).map(tuple),
            old_link=st.none() | TEXT,
            agenda=TEXT,
            features=words,
            attendees=st.lists(PEOPLE, max_size=2).map(tuple),
            assumptions=words,
            sources=words,
        )
    )


@given(meetings())
def test_every_meeting_comes_back_from_json_to_the_instant(meeting: Meeting) -> None:
    there = json.loads(json.dumps(meeting_to_json(meeting)))
    back = meeting_from_json(there)
    assert back == meeting
    assert meeting_to_json(back) == there


@given(meetings())
def test_the_canonical_text_comes_back_without_where_it_was_read(meeting: Meeting) -> None:
    text = dump_meeting(meeting)
    assert load_meeting(text) == replace(meeting, assumptions=(), sources=())
    assert dump_meeting(load_meeting(text)) == text


def test_every_field_of_a_meeting_is_in_the_document() -> None:
    assert set(meeting_to_json(row(None))) == {field.name for field in fields(Meeting)}


def test_times_carry_their_offset() -> None:
    value = meeting_to_json(series("2027-03-01 09:00", 5))
    assert (value["start"], value["timezone"]) == ("2027-03-01T09:00:00+01:00", "Europe/Berlin")


def test_the_second_time_that_a_clock_shows_stays_the_second() -> None:
    second = at("2027-10-31 02:30").replace(fold=1)
    back = load_meeting(dump_meeting(replace(row("2027-03-01 09:00"), start=second)))
    assert back.start
    assert (back.start.timestamp(), back.start.fold) == (second.timestamp(), 1)


def test_a_meeting_is_the_same_wherever_it_was_read() -> None:
    meeting = row("2027-03-01 09:00", attendees=(ANNA, BEN))
    assert dump_meeting(meeting) == dump_meeting(
        replace(meeting, sources=("other.csv:9",), assumptions=("60 minutes",))
    )
    assert dump_meeting(meeting) != dump_meeting(replace(meeting, attendees=(BEN, ANNA)))


VALUE = meeting_to_json(series("2027-03-01 09:00", 5))


@pytest.mark.parametrize(
    "changed",
    [
        {"timezone": "Mars/Olympus"},
        {"timezone": "../../etc/passwd"},
        {"start": "yesterday"},
        {"kind": "party"},
        {"host": None},
        {"overrides": [{}]},
        {"exdates": [7]},
    ],
)
def test_what_is_no_meeting_is_said_so(changed) -> None:
    with pytest.raises((KeyError, ValueError, TypeError)):
        meeting_from_json({**VALUE, **changed})
