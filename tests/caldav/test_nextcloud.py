"""The stand-in answers what Nextcloud 32.0.1 answered: each recorded request is made again, in its order."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.caldav.nextcloud import Nextcloud, nextcloud
from tests.caldav.server import Answer

RECORDED = Path(__file__).parents[1] / "data/nextcloud"
USERS = {name: f"secret of {name}" for name in ("ana", "ben", "cleo", "dora", "admin")}
WHEN = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
CASES = ("03-caldav-validation", "04-caldav-scheduling", "07-caldav-trashbin")
ERROR = re.compile(r"<s:exception>([^<]+)|<(d:valid-sync-token|cal:[\w-]+)[ /]")
OBJECT = re.compile(r"href>[^<]*\.ics<")
# What the recordings found on the server, made by requests that were not recorded.
BEFORE = {
    "03-caldav-validation": (),
    "04-caldav-scheduling": (),
    "07-caldav-trashbin": (
        *(("MKCALENDAR", "zoom-import/", ""), ("PUT", "zoom-import/notrash.ics", "notrash@x")),
        *(("DELETE", "zoom-import/notrash.ics", ""), ("PUT", "zoom-import/t2.ics", "t2@x")),
        *(("DELETE", "zoom-import/t2.ics", ""), ("PUT", "personal/t2.ics", "t2@x")),
    ),
}
# How many objects there were, as a trash bin calls them by number, and how many changes.
NUMBERED = {"07-caldav-trashbin": 210}
CHANGED = {"04-caldav-scheduling": 32}
# Objects of other recordings are in these lists, so their length is theirs.
LISTS = {"t-report", "trashbin-report", "t-list", "sync-initial"}


def recorded(case: str) -> list[dict[str, Any]]:
    return json.loads((RECORDED / f"{case}.json").read_text("utf-8"))


@contextmanager
def as_it_was(case: str) -> Iterator[Nextcloud]:
    with nextcloud(USERS, now=lambda: WHEN) as server:
        for method, path, uid in BEFORE[case]:
            event = recorded(case)[0]["request"]["body"].replace("notrash@x", uid).encode() if uid else b""
            assert server.request(method, f"{server.collection('')[:-1]}{path}", event).status < 300
        server.store.numbered = NUMBERED.get(case, 0)
        server.store.calendar("ana", "personal").changes += [""] * CHANGED.get(case, 0)
        yield server


def again(server: Nextcloud, request: dict[str, Any]) -> Answer:
    # The recording could not hold a byte that is not UTF-8.
    body = (request["body"] or "").encode().replace("\ufffd".encode(), b"\xe4")
    return server.request(request["method"], request["path"], body, user=request["user"], **request["headers"])


def said(name: str, status: int, headers: Any, body: str) -> dict[str, Any]:
    """Return what clients go by. An ETag is a digest of the data: where it is the same, every byte stored is."""
    error = ERROR.findall(body) if status >= 400 else []
    return {
        "status": status,
        "etag": headers.get("ETag"),
        "error": [key for found in error for key in found if key],
        "objects": len(OBJECT.findall(body)) if name not in LISTS else bool(OBJECT.findall(body)),
    }


def differences(server: Nextcloud, case: str) -> dict[str, Any]:
    """Make all requests of a recording again; return what was and what is, where that is not the same."""
    found = {}
    for number, entry in enumerate(recorded(case)):
        then, now = entry["response"], again(server, entry["request"])
        was = said(entry["name"], then["status"], then["headers"], then["body"] or "")
        answer = said(entry["name"], now.status, now.headers, now.body.decode())
        if answer != was:
            found[f"{number} {entry['name']}"] = (was, answer)
    return found


@pytest.mark.parametrize("case", CASES)
def test_every_request_is_answered_as_nextcloud_answered_it(case: str) -> None:
    with as_it_was(case) as server:
        assert not differences(server, case)


def test_who_got_mail_is_what_was_observed() -> None:
    with as_it_was("04-caldav-scheduling") as server:
        differences(server, "04-caldav-scheduling")
        sent = Counter((mail.method, mail.uid) for mail in server.mails)
        everyone = {"ben@example.org", "ext@example.net"}
        assert {mail.to for mail in server.mails} == everyone
        # Four writes of s1, of which one changed no revision; s2 asked by SCHEDULE-AGENT, s5 is past, s7 by a header.
        assert sent == {("REQUEST", "s1@x"): 6, ("CANCEL", "s1@x"): 2, ("REQUEST", "s3@x"): 2, ("REQUEST", "s6@x"): 2}
