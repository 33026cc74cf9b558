"""The stand-in answers what Nextcloud with Talk answered: all that was recorded is done again, on one server."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.caldav.replay import RECORDED, recorded
from tests.talk.nextcloud import NextcloudTalk
from tests.talk.participants import UNNAMED
from tests.talk.replay import RECORDINGS, TalkReplay, as_it_was

# CalDAV alone, which the tests of that stand-in do again.
OF_CALENDARS = ("03-caldav-validation", "04-caldav-scheduling", "07-caldav-trashbin")
# Commands that set up a server. The stand-in for a deployment has them, not this one.
NOT_RUN = {
    *("talk:room:create", "talk:stun:list", "talk:stun:add", "talk:turn:add", "talk:turn:list"),
    *("talk:signaling:list", "talk:user:transfer-ownership", "talk:active-calls", "setupchecks"),
}
KINDS = ("Nextcloud-Konto", "Nextcloud account", "Private Unterhaltung", "Weekly sync")

Replayed = tuple[TalkReplay, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def replayed() -> Iterator[Replayed]:
    with as_it_was() as server:
        replay, found = TalkReplay(server), {}
        for case in RECORDINGS:
            found[case] = replay.differences(case)
        yield replay, found


@pytest.mark.parametrize("case", RECORDINGS)
def test_every_request_is_answered_as_nextcloud_answered_it(replayed: Replayed, case: str) -> None:
    assert not replayed[1][case]


def test_nothing_that_was_recorded_is_left_out(replayed: Replayed) -> None:
    replay, _ = replayed
    entries = [entry for case in RECORDINGS for entry in recorded(case)]
    assert replay.issued == sum("request" in entry for entry in entries)
    assert set(replay.skipped) == NOT_RUN
    paths = [entry["request"]["path"] for case in OF_CALENDARS for entry in recorded(case) if "request" in entry]
    assert paths and all(path.startswith("/remote.php/dav/") for path in paths)


def test_who_got_mail_is_what_was_observed(replayed: Replayed) -> None:
    sent = Counter((mail.method, mail.summary) for mail in replayed[0].server.mails)
    subjects = json.loads((RECORDED / "09-mails.json").read_text("utf-8"))["counts_by_subject"]
    counted = {kind: sum(many for subject, many in subjects.items() if kind in subject) for kind in KINDS}
    assert counted == {
        "Nextcloud-Konto": 5,
        "Nextcloud account": sent["WELCOME", ""] - 5,
        "Private Unterhaltung": sent["INVITATION", UNNAMED],
        "Weekly sync": sent["INVITATION", "Weekly sync (moved from Zoom)"],
    }
    # Talk's own event; those of the calendar are counted where it is replayed.
    assert sent["REQUEST", "Weekly sync"] == 5


@pytest.mark.parametrize(
    ("spoil", "noticed"),
    [
        (lambda server: server.accounts.groups.add("Sales Team"), "01-auth-users 12 group-create"),
        (lambda server: setattr(server.talk.throttle, "attempts", 1), "01-auth-users 7 v1-vs-v2-notfound-v1"),
        (lambda server: setattr(server.talk.settings, "force_passwords", True), "02-talk-rooms 0 room-public-minimal"),
        (lambda server: setattr(server.talk.rooms, "joined", 1), "02-talk-rooms 0 room-public-minimal"),
    ],
)
def test_the_replay_notices_one_wrong_point(spoil: Callable[[NextcloudTalk], object], noticed: str) -> None:
    case, _, name = noticed.partition(" ")
    with as_it_was() as server:
        spoil(server)
        replay = TalkReplay(server)
        found = {case: replay.differences(case) for case in RECORDINGS[:2]}
    assert name in found[case]
