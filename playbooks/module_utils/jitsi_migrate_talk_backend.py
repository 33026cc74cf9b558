"""Whether Nextcloud finds its high-performance backend: asked on its host, and as Talk asks."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from typing import Any

from ansible.module_utils.jitsi_migrate_findings import Finding, remark
from ansible.module_utils.jitsi_migrate_https import Answer, Unanswered, ask
from ansible.module_utils.jitsi_migrate_talk_clocks import clocks
from ansible.module_utils.jitsi_migrate_websocket import NoWebsocket, Websocket

# Nobody is in a room of this name, so nobody gets the message.
ROOM = "jitsi-migrate"
MESSAGE = b'{"type":"message","message":{"data":{}}}'
# Newer releases welcome everybody; older ones wait, and tell whoever has no version that they know.
HELLO = '{"id":"1","type":"hello","hello":{"version":"0"}}'
GREETINGS = ("welcome", "error")
# No release has it yet, and Talk asks for it all the same.
UNRELEASED = "changed-users"


def backend(nextcloud: str, signaling: Mapping[str, Any]) -> Iterator[Finding]:
    """Ask the signaling server `url`, which must have `features` (`required`, `optional`) and know the `secret`."""
    url = signaling["url"]
    try:
        welcome = ask(f"{url}api/v1/welcome")
    except Unanswered as why:
        yield Finding(f"Nextcloud does not reach the signaling server at {url}: {why}")
        return
    if welcome.status != 200 or not isinstance(welcome.json(), dict):
        yield Finding(f"{url}api/v1/welcome answers {welcome.status}, and is not the page of a signaling server")
        return
    missing = _missing(welcome, signaling["features"]["required"])
    yield from _features(welcome, missing, signaling["features"]["optional"])
    yield from clocks(welcome, "the signaling server")
    yield from _websocket(url)
    yield from _signed(url, signaling["secret"], f"{nextcloud}/")


def _missing(welcome: Answer, features: Collection[str]) -> list[str]:
    told = {name.strip() for name in welcome.headers.get("x-spreed-signaling-features", "").split(",")}
    return [name for name in features if name not in told]


def _features(welcome: Answer, missing: list[str], optional: Collection[str]) -> Iterator[Finding]:
    release = f"the signaling server, release {welcome.json().get('version', 'unknown')},"
    if missing:
        yield Finding(f"{release} is too old for Talk: it lacks {', '.join(missing)}")
        return
    wished = [name for name in _missing(welcome, optional) if name != UNRELEASED]
    if wished:
        yield remark(f"{release} lacks what Talk can do without: {', '.join(wished)}")


def _websocket(url: str) -> Iterator[Finding]:
    try:
        with closing(Websocket(f"{url}spreed")) as line:
            line.send(HELLO)
            greeting = json.loads(line.receive())
        if not isinstance(greeting, dict) or greeting.get("type") not in GREETINGS:
            yield Finding(f"at {url}spreed somebody else than a signaling server talks")
    except NoWebsocket as answer:
        yield Finding(f"no websocket opens at {url}spreed: it answers {answer.status or 'in no known way'}")
    except (Unanswered, ValueError) as why:
        yield Finding(f"the websocket at {url}spreed breaks off: {why}")


def _signed(url: str, secret: str, nextcloud: str) -> Iterator[Finding]:
    random = os.urandom(32).hex()
    checksum = hmac.new(secret.encode(), random.encode() + MESSAGE, hashlib.sha256).hexdigest()
    try:
        status = ask(
            f"{url}api/v1/room/{ROOM}",
            "POST",
            MESSAGE,
            Content_Type="application/json",
            Spreed_Signaling_Random=random,
            Spreed_Signaling_Checksum=checksum,
            Spreed_Signaling_Backend=nextcloud,
        ).status
    except Unanswered as why:
        yield Finding(f"the signaling server does not answer a signed request at {url}: {why}")
        return
    if status == 403:
        yield Finding(f"the signaling server refuses what Nextcloud signs: it knows another secret, or not {nextcloud}")
    elif status != 200:
        yield Finding(f"the signaling server answers {status} to a signed request at {url}api/v1/room/{ROOM}")
