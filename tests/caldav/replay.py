"""Recordings of Nextcloud, and each of their CalDAV requests made again."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from http.client import HTTPMessage
from pathlib import Path
from typing import Any

from tests.caldav.nextcloud import Nextcloud
from tests.caldav.server import Answer

RECORDED = Path(__file__).parents[1] / "data/nextcloud"
ERROR = re.compile(r"<s:exception>([^<]+)|<(d:valid-sync-token|cal:[\w-]+)[ /]")
OBJECT = re.compile(r"href>[^<]*?([^/<]*\.ics)<")
ETAG = re.compile(r"&quot;(\w+)&quot;")
# Objects of other recordings are in these lists, so their length is theirs.
LISTS = {"t-report", "trashbin-report", "t-list", "sync-initial"}


def recorded(case: str) -> list[dict[str, Any]]:
    """Return what was recorded, in its order."""
    return json.loads((RECORDED / f"{case}.json").read_text("utf-8"))


@dataclass
class Replay:
    """Makes recorded requests again. `names`: what the server chose itself then, and what stands for it now."""

    server: Nextcloud
    names: dict[str, str] = field(default_factory=dict)

    def differences(self, case: str) -> dict[str, Any]:
        """Return what was said and what is said now, where that is not the same."""
        pairs = {f"{number} {entry['name']}": self.compared(entry) for number, entry in enumerate(recorded(case))}
        return {name: pair for name, pair in pairs.items() if pair and pair[0] != pair[1]}

    def compared(self, entry: dict[str, Any]) -> tuple[Any, Any] | None:
        """Do what an entry tells of, and return both answers; None if it is no matter of this replay."""
        if "argv" in entry:
            self.administer(entry["argv"])
        if not entry.get("request", {"path": ""})["path"].startswith("/remote.php/"):
            return None
        return said(entry["name"], recorded_answer(entry)), said(entry["name"], self.again(entry))

    def administer(self, command: list[str]) -> None:
        """Set the server as a command did."""
        if command[0] == "maintenance:mode":
            self.server.dav.maintenance = command[1] == "--on"

    def again(self, entry: dict[str, Any]) -> Answer:
        """Make a request again."""
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
        """Put today's names for those of then."""
        return re.sub(r'[^/"]+', lambda found: self.names.get(found[0], found[0]), text)

    def learn(self, then: str, now: str) -> None:
        """Find out what an attendee's copy is called, and its ETag: it holds the time at which it was made."""
        for pattern in (OBJECT, ETAG):
            self.names |= dict(zip(pattern.findall(then), pattern.findall(now), strict=True))


def recorded_answer(entry: dict[str, Any]) -> Answer:
    """Return what was answered then."""
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
