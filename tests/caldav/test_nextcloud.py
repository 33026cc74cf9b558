"""The stand-in answers what Nextcloud 32.0.1 answered: each recorded request is made again, in its order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

import pytest

from tests.caldav.nextcloud import Nextcloud, nextcloud
from tests.caldav.replay import RECORDED, Replay, recorded
from tests.talk.nextcloud import nextcloud_talk

USERS = {name: f"secret of {name}" for name in ("ana", "ben", "cleo", "dora", "never", "admin")}
WHEN = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
VALIDATION, SCHEDULING, TRASH = "03-caldav-validation", "04-caldav-scheduling", "07-caldav-trashbin"
REWRITING = "05-rewrite-eventrooms-occ"
# What the recordings found on the server, made by requests that were not recorded.
BEFORE = {
    TRASH: (
        *(("MKCALENDAR", "zoom-import/", ""), ("PUT", "zoom-import/notrash.ics", "notrash@x")),
        *(("DELETE", "zoom-import/notrash.ics", ""), ("PUT", "zoom-import/t2.ics", "t2@x")),
        *(("DELETE", "zoom-import/t2.ics", ""), ("PUT", "personal/t2.ics", "t2@x")),
    ),
}
# How many objects there were, as a trash bin calls them by number, and how many changes.
NUMBERED = {TRASH: 210}
CHANGED = {SCHEDULING: 32}


@contextmanager
def as_it_was(case: str, serve: Callable[..., AbstractContextManager[Nextcloud]] = nextcloud) -> Iterator[Nextcloud]:
    with serve(USERS, newcomers=("never",), now=lambda: WHEN) as server:
        for method, path, uid in BEFORE.get(case, ()):
            event = recorded(case)[0]["request"]["body"].replace("notrash@x", uid).encode() if uid else b""
            assert server.request(method, f"{server.collection('')[:-1]}{path}", event).status < 300
        server.store.numbered = NUMBERED.get(case, 0)
        server.store.calendar("ana", "personal").changes += [""] * CHANGED.get(case, 0)
        yield server


@pytest.mark.parametrize("serve", [nextcloud, nextcloud_talk])
@pytest.mark.parametrize("case", [VALIDATION, SCHEDULING, REWRITING, TRASH])
def test_every_request_is_answered_as_nextcloud_answered_it(
    case: str, serve: Callable[..., AbstractContextManager[Nextcloud]]
) -> None:
    with as_it_was(case, serve) as server:
        assert not Replay(server).differences(case)


def test_the_replay_notices_one_wrong_point() -> None:
    with as_it_was(TRASH) as server:
        server.store.trash["ana"].clear()
        assert "0 trash-put" in Replay(server).differences(TRASH)


def test_who_got_mail_is_what_was_observed() -> None:
    with as_it_was(SCHEDULING) as server:
        Replay(server).differences(SCHEDULING)
        first = Counter((mail.method, mail.uid) for mail in server.mails)
        Replay(server).differences(REWRITING)
        sent = Counter((mail.method, mail.uid) for mail in server.mails)
    # Four writes of s1, of which one changed no revision; s2 asked by SCHEDULE-AGENT, s5 is past, s7 by a header.
    assert first == {("REQUEST", "s1@x"): 6, ("CANCEL", "s1@x"): 2, ("REQUEST", "s3@x"): 2, ("REQUEST", "s6@x"): 2}
    # Of g1 the new event and one change told: one changed no revision, one had the header; g2 had the other header.
    assert sent - first == {("REQUEST", "g1@x"): 4}
    subjects = json.loads((RECORDED / "09-mails.json").read_text("utf-8"))["counts_by_subject"]
    updates = sum(times - 2 for (method, _), times in sent.items() if method == "REQUEST")
    cancelled = sum(times for (method, _), times in sent.items() if method == "CANCEL")
    assert (updates, cancelled) == (subjects["Einladung aktualisiert"], subjects["Abgesagt"])
