"""The stand-in's answers are as Talk describes them, but for differences that are named, for each version."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from tests.caldav.replay import recorded
from tests.talk.answers import differences
from tests.talk.profiles import TALK_21, TALK_22, TALK_25, Profile
from tests.talk.replay import RECORDINGS, TalkReplay, as_it_was

Answers = Iterable[tuple[str, str, int, str]]


def of_the_recordings() -> Answers:
    for entry in (entry for case in RECORDINGS for entry in recorded(case) if "request" in entry):
        body = entry["response"]["body"]
        text = json.dumps(body) if isinstance(body, dict) else body
        yield entry["request"]["method"], entry["request"]["path"], entry["response"]["status"], text


def of_the_stand_in(profile: Profile) -> Answers:
    with as_it_was(profile) as server:
        replay = TalkReplay(server)
        for case in RECORDINGS:
            replay.differences(case)
        for request, answer in replay.answers:
            yield request["method"], request["path"], answer.status, answer.body.decode()


def found_in(answers: Answers) -> set[str]:
    return {line for answer in answers for line in differences(*answer)}


# What the description leaves out in any version: that Talk is off, shut or not for this user, and who is no member.
NOT_DESCRIBED = {
    *("GET nothere 404: not described", "GET room 412: not described", "GET room 500: not described"),
    *("GET room 503: not described", "POST room 500: not described", "DELETE room/* 404: not described"),
    "POST room 403: all: 'error' is a required property",
    "POST room/*/participants 404: all: 'error' is a required property",
}
# What came after 22: fields of a room, and keys of errors.
SINCE_22 = {
    *(f"a room: '{field}' is a required property" for field in TALK_25.room),
    *(f"POST room/*/moderators {status}: all: None is not of type 'object'" for status in (400, 404)),
    "DELETE room/*/moderators 403: all: None is not of type 'object'",
    "POST room/*/import-emails 400: error: is no key of an error",
}
# What 21.0 answers to what it does not know, and to a moderator whom it did not make as there was no participant.
BEFORE_21_1 = {
    *("DELETE room/*/object 404: not described", "GET dashboard/events 404: not described"),
    "PUT room/*/password 403: not described",
}
NAMED = {
    TALK_21.talk: NOT_DESCRIBED | SINCE_22 | BEFORE_21_1,
    TALK_22.talk: NOT_DESCRIBED | SINCE_22,
    TALK_25.talk: NOT_DESCRIBED,
}


def test_what_was_recorded_differs_as_is_named() -> None:
    assert found_in(of_the_recordings()) == NAMED[TALK_22.talk]


@pytest.mark.parametrize("profile", [TALK_21, TALK_22, TALK_25], ids=lambda profile: profile.talk)
def test_each_version_of_the_stand_in_differs_as_is_named(profile: Profile) -> None:
    assert found_in(of_the_stand_in(profile)) == NAMED[profile.talk]


def test_a_wrong_answer_is_noticed() -> None:
    method, path, status, body = next(one for one in of_the_recordings() if one[2] == 201)
    wrong = body.replace('"lobbyState": 0', '"lobbyState": "off"')
    assert found_in([(method, path, status, wrong)]) - NAMED[TALK_22.talk] == {
        "POST room 201: lobbyState: 'off' is not of type 'integer'"
    }
