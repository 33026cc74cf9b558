"""The stand-in answers what Nextcloud with Talk answered: everything recorded is done again, on one server, in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.caldav.replay import recorded
from tests.talk.nextcloud import NextcloudTalk, nextcloud_talk
from tests.talk.occ import occ
from tests.talk.replay import RECORDINGS, TalkReplay, recorded_tokens

WHEN = datetime(2026, 11, 22, 5, 23, 20, tzinfo=UTC)
# CalDAV alone, which the tests of that stand-in do again.
OF_CALENDARS = ("03-caldav-validation", "04-caldav-scheduling", "07-caldav-trashbin")
POLICIES = "08-policies-permissions"
# Commands that set up a server. The stand-in for a deployment has them, not this one.
NOT_RUN = {
    *("talk:room:create", "talk:stun:list", "talk:stun:add", "talk:turn:add", "talk:turn:list"),
    *("talk:signaling:list", "talk:user:transfer-ownership", "talk:active-calls", "setupchecks"),
}


@contextmanager
def as_it_was() -> Iterator[NextcloudTalk]:
    known = recorded_tokens()
    tokens = iter(lambda: known.get(server.talk.rooms.made, f"room{server.talk.rooms.made}"), None)
    with nextcloud_talk({"admin": "secret of admin"}, admin="admin", now=lambda: WHEN, tokens=tokens) as server:
        server.accounts.users["admin"].email = ""
        server.accounts.users["admin"].displayname = "admin"
        yield server


def catch_up(server: NextcloudTalk, case: str) -> None:
    """Do what was done before a recording and is in none."""
    if case == POLICIES:
        occ(server, "talk:signaling:delete", "https://127.0.0.1:1/standalone-signaling")
        occ(server, "security:bruteforce:reset", "127.0.0.1")
        server.talk.rooms.made, server.talk.rooms.joined = 218, 228


@pytest.fixture(scope="module")
def replayed() -> Iterator[tuple[TalkReplay, dict[str, dict[str, Any]]]]:
    with as_it_was() as server:
        replay, found = TalkReplay(server), {}
        for case in RECORDINGS:
            catch_up(server, case)
            found[case] = replay.differences(case)
        yield replay, found


@pytest.mark.parametrize("case", RECORDINGS)
def test_every_request_is_answered_as_nextcloud_answered_it(
    replayed: tuple[TalkReplay, dict[str, dict[str, Any]]], case: str
) -> None:
    assert not replayed[1][case]


def test_nothing_that_was_recorded_is_left_out(replayed: tuple[TalkReplay, dict[str, dict[str, Any]]]) -> None:
    replay, _ = replayed
    entries = [entry for case in RECORDINGS for entry in recorded(case)]
    assert replay.issued == sum("request" in entry for entry in entries)
    assert set(replay.skipped) == NOT_RUN
    paths = [entry["request"]["path"] for case in OF_CALENDARS for entry in recorded(case) if "request" in entry]
    assert paths and all(path.startswith("/remote.php/dav/") for path in paths)
