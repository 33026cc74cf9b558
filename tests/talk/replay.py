"""Recordings of Nextcloud with Talk, and everything in them done again: requests, commands, looks at rooms."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tests.caldav.replay import Replay, recorded
from tests.caldav.server import Answer, ask, authorization
from tests.talk.nextcloud import NextcloudTalk, nextcloud_talk
from tests.talk.occ import COMMANDS, occ
from tests.talk.profiles import TALK_22, Profile
from tests.talk.rooms import CHANGELOG

RECORDINGS = (
    *("01-auth-users", "02-talk-rooms", "05-rewrite-eventrooms-occ", "06-hpb-unreachable"),
    "08-policies-permissions",
)
POLICIES = RECORDINGS[-1]
WHEN = datetime(2026, 11, 22, 5, 23, 20, tzinfo=UTC)
# Which credential a request was made with, where that is what it is about.
WRONG, APP_PASSWORD = {"bad-password"}, {"apppw-works", "getapppassword-with-apppw"}
FORM = {"room-form-encoded"}
# Times, digests, numbers of messages: the server's own.
OWN = {"lastActivity", "lastReadMessage", "lastCommonReadMessage", "avatarVersion", "unreadMessages", "lastMessage"}
# Names in the user's language.
TRANSLATED = {"name", "displayName", "description", "lastMessage"}
# Of these it is said that they are there, not what they are.
SECRET = {"apppassword", "token"}


@dataclass
class TalkReplay(Replay):
    """Does what was recorded again. `answers`: what OCS said, with its request; `skipped`: what it did not do."""

    server: NextcloudTalk
    app_passwords: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    answers: list[tuple[dict[str, Any], Answer]] = field(default_factory=list)
    issued: int = 0

    def differences(self, case: str) -> dict[str, Any]:
        """Return what was said and what is said now, where that is not the same."""
        catch_up(self.server, case)
        return super().differences(case)

    def compared(self, entry: dict[str, Any]) -> tuple[Any, Any] | None:
        """Do what an entry tells of, and return what both times was answered or found."""
        if "argv" in entry:
            return self._ran(entry)
        if "room" in entry:
            return entry["room"], self._state_of(entry["room"])
        if "has_spreed" in entry:
            return entry["has_spreed"], "spreed" in self._capabilities("ana")
        self.issued += 1
        if entry["request"]["path"].startswith("/remote.php/"):
            return super().compared(entry)
        then = entry["response"]
        return said(then["status"], then["headers"], then["body"]), self._now(entry)

    def _ran(self, entry: dict[str, Any]) -> tuple[Any, Any] | None:
        argv = entry["argv"]
        if argv[0] not in COMMANDS:
            self.skipped.append(argv[0])
            return None
        return entry["rc"], occ(self.server, *argv, password="secret of never").code

    def _state_of(self, then: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the room that the last event is about: the newest."""
        room = max(self.server.rooms.values(), key=lambda room: room.number)
        shown = self.server.talk.shown(room, room.attendees[0])
        return {name: shown[name] for name in then}

    def _capabilities(self, user: str) -> Mapping[str, Any]:
        headers = {"OCS_APIRequest": "true", "Accept": "application/json"}
        answer = self.server.request("GET", "/ocs/v2.php/cloud/capabilities", user=user, **headers)
        return json.loads(answer.body)["ocs"]["data"]["capabilities"]

    def _now(self, entry: dict[str, Any]) -> Any:
        request, name = entry["request"], entry["name"]
        body, kind = encoded(request["body"], as_form=name in FORM)
        headers = {**request["headers"], "Content-Type": kind}
        if request["user"]:
            headers["Authorization"] = authorization(request["user"], self._password(name, request["user"]))
        answer = ask(request["method"], self.server.url.rstrip("/") + request["path"], body, headers)
        self.answers.append((request, answer))
        if name == "getapppassword":
            self.app_passwords[request["user"]] = json.loads(answer.body)["ocs"]["data"]["apppassword"]
        return said(answer.status, answer.headers, answer.body.decode())

    def _password(self, name: str, user: str) -> str:
        if name in WRONG:
            return "wrong"
        return self.app_passwords[user] if name in APP_PASSWORD else self.server.users[user]


def encoded(body: Any, *, as_form: bool) -> tuple[bytes, str]:
    """Return a body as it was sent, and its type."""
    if isinstance(body, str) and body.startswith("(multipart) "):
        return _multipart(ast.literal_eval(body.removeprefix("(multipart) ")))
    if as_form:
        return urlencode(body).encode(), "application/x-www-form-urlencoded"
    return (b"" if body is None else json.dumps(body).encode()), "application/json"


def _multipart(files: Mapping[str, tuple[str, str, str]]) -> tuple[bytes, str]:
    boundary = uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
        f"Content-Type: {kind}\r\n\r\n{text}\r\n"
        for name, (file, text, kind) in files.items()
    ]
    return ("".join(parts) + f"--{boundary}--\r\n").encode(), f"multipart/form-data; boundary={boundary}"


def said(status: int, headers: Mapping[str, str], body: Any) -> Any:
    """Return all of an answer that clients could go by."""
    found = {"status": status, "slowed": headers.get("X-Nextcloud-Bruteforce-Throttled")}
    found["talk"] = "X-Nextcloud-Talk-Hash" in headers
    try:
        answer = body if isinstance(body, dict) else json.loads(body)
    except ValueError:
        return {**found, "begins": str(body).lstrip()[:10]}
    if "ocs" not in answer:
        return {**found, "answer": {name: name in SECRET | {"poll", "login"} or answer[name] for name in answer}}
    return {**found, "code": answer["ocs"]["meta"]["statuscode"], "data": _data(answer["ocs"]["data"])}


def _data(found: Any) -> Any:
    """Return the data without what is the server's own or translated."""
    if isinstance(found, list):
        return [_data(one) for one in found]
    if not isinstance(found, dict):
        return found
    if "participantType" in found and "avatarVersion" in found:
        return _room(found)
    if "capabilities" in found:
        return {"version": found["version"], **_data(found["capabilities"])}
    if "backendCapabilities" in found or "groups" in found:
        return {name: found[name] for name in ("id", "enabled", "email", "displayname", "groups", "language")}
    kept = {name: _data(value) for name, value in found.items() if name not in {"theming", "message"}}
    # What is not one word is a sentence in the user's language.
    sentence = {"error": "a sentence"} if " " in str(kept.get("error", "")) else {}
    return {**kept, **sentence, **dict.fromkeys(SECRET & kept.keys(), True)}


def _room(found: Mapping[str, Any]) -> Mapping[str, Any]:
    last = found.get("lastMessage")
    built_in = found["type"] == CHANGELOG or found["objectType"] in {"sample", "note_to_self"}
    kept = {name: value for name, value in found.items() if name not in OWN | (TRANSLATED if built_in else set())}
    return (
        kept if built_in else {**kept, "last": last and (last["systemMessage"], last["messageType"], last["actorId"])}
    )


def recorded_tokens() -> dict[int, str]:
    """Return the tokens of all rooms that were recorded, by the numbers of the rooms."""
    found: dict[int, str] = {}
    for case in RECORDINGS:
        for entry in recorded(case):
            body = entry.get("response", {}).get("body")
            try:
                data = (body if isinstance(body, dict) else json.loads(body or "{}"))["ocs"]["data"]
            except (ValueError, KeyError):
                continue
            rooms = data if isinstance(data, list) else [data]
            found |= {room["id"]: room["token"] for room in rooms if isinstance(room, dict) and "avatarVersion" in room}
    return found


@contextmanager
def as_it_was(profile: Profile = TALK_22) -> Iterator[NextcloudTalk]:
    """Serve what the recordings began with: an administrator."""
    known = recorded_tokens()
    tokens = iter(lambda: known.get(server.talk.rooms.made, f"room{server.talk.rooms.made}"), None)
    users = {"admin": "secret of admin"}
    with nextcloud_talk(users, admin="admin", now=lambda: WHEN, tokens=tokens, profile=profile) as server:
        server.accounts.users["admin"].email = ""
        server.accounts.users["admin"].displayname = "admin"
        yield server


def catch_up(server: NextcloudTalk, case: str) -> None:
    """Do what was done before a recording and is in none."""
    if case == POLICIES:
        occ(server, "talk:signaling:delete", "https://127.0.0.1:1/standalone-signaling")
        occ(server, "security:bruteforce:reset", "127.0.0.1")
        server.talk.rooms.made, server.talk.rooms.joined = 218, 228
