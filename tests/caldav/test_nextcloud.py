"""The stand-in answers what Nextcloud 32.0.1 answered: each recorded request is made again, in its order."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPMessage
from pathlib import Path
from typing import Any

import pytest

from tests.caldav.nextcloud import Nextcloud, nextcloud
from tests.caldav.server import Answer

RECORDED = Path(__file__).parents[1] / "data/nextcloud"
USERS = {name: f"secret of {name}" for name in ("ana", "ben", "cleo", "dora", "never", "admin")}
WHEN = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
VALIDATION, SCHEDULING, TRASH = "03-caldav-validation", "04-caldav-scheduling", "07-caldav-trashbin"
REWRITING = "05-rewrite-eventrooms-occ"
ERROR = re.compile(r"<s:exception>([^<]+)|<(d:valid-sync-token|cal:[\w-]+)[ /]")
OBJECT = re.compile(r"href>[^<]*?([^/<]*\.ics)<")
ETAG = re.compile(r"&quot;(\w+)&quot;")
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
# Objects of other recordings are in these lists, so their length is theirs.
LISTS = {"t-report", "trashbin-report", "t-list", "sync-initial"}
# What is not CalDAV: Talk's rooms, and the status page.
ELSEWHERE = ("/ocs/", "/status.php")


def recorded(case: str) -> list[dict[str, Any]]:
    return json.loads((RECORDED / f"{case}.json").read_text("utf-8"))


@contextmanager
def as_it_was(case: str) -> Iterator[Nextcloud]:
    with nextcloud(USERS, newcomers=("never",), now=lambda: WHEN) as server:
        for method, path, uid in BEFORE.get(case, ()):
            event = recorded(case)[0]["request"]["body"].replace("notrash@x", uid).encode() if uid else b""
            assert server.request(method, f"{server.collection('')[:-1]}{path}", event).status < 300
        server.store.numbered = NUMBERED.get(case, 0)
        server.store.calendar("ana", "personal").changes += [""] * CHANGED.get(case, 0)
        yield server


@dataclass
class Replay:
    """Makes recorded requests again. `names`: what the server chose itself then, and what stands for it now."""

    server: Nextcloud
    names: dict[str, str] = field(default_factory=dict)

    def differences(self, case: str) -> dict[str, Any]:
        """Return what was said and what is said now, where that is not the same."""
        found = {}
        for number, entry in enumerate(recorded(case)):
            if "argv" in entry:
                self.administer(entry["argv"])
            if entry.get("request", {"path": "/ocs/"})["path"].startswith(ELSEWHERE):
                continue
            was, now = said(entry["name"], recorded_answer(entry)), said(entry["name"], self.again(entry))
            if was != now:
                found[f"{number} {entry['name']}"] = (was, now)
        return found

    def administer(self, command: list[str]) -> None:
        if command[0] == "maintenance:mode":
            self.server.dav.maintenance = command[1] == "--on"

    def again(self, entry: dict[str, Any]) -> Answer:
        request = entry["request"]
        # The recording could not hold a byte that is not UTF-8.
        body = (request["body"] or "").encode().replace("\ufffd".encode(), b"\xe4")
        headers = {name: self.named(value) for name, value in request["headers"].items()}
        answer = self.server.request(
            request["method"], self.named(request["path"]), body, user=request["user"], **headers
        )
        if entry["name"] == "find-copy":
            self.learn(entry["response"]["body"], answer.body.decode())
        return answer

    def named(self, text: str) -> str:
        return re.sub(r'[^/"]+', lambda found: self.names.get(found[0], found[0]), text)

    def learn(self, then: str, now: str) -> None:
        """Find out what an attendee's copy is called, and its ETag: it holds the time at which it was made."""
        for pattern in (OBJECT, ETAG):
            self.names |= dict(zip(pattern.findall(then), pattern.findall(now), strict=True))


def recorded_answer(entry: dict[str, Any]) -> Answer:
    headers = HTTPMessage()
    for name, value in entry["response"]["headers"].items():
        headers[name] = value
    return Answer(entry["response"]["status"], headers, (entry["response"]["body"] or "").encode())


def said(name: str, answer: Answer) -> dict[str, Any]:
    """Return what clients go by. An ETag is a digest of the data: where it is the same, every byte stored is."""
    body = answer.body.decode()
    objects = OBJECT.findall(body)
    return {
        "status": answer.status,
        "etag": answer.headers.get("ETag"),
        "error": [key for found in ERROR.findall(body) for key in found if key] if answer.status >= 400 else [],
        "objects": bool(objects) if name in LISTS else len(objects),
    }


@pytest.mark.parametrize("case", [VALIDATION, SCHEDULING, REWRITING, TRASH])
def test_every_request_is_answered_as_nextcloud_answered_it(case: str) -> None:
    with as_it_was(case) as server:
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
