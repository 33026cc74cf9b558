"""Whether Janus answers where the signaling server asks it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

from ansible.module_utils.jitsi_migrate_findings import Finding
from ansible.module_utils.jitsi_migrate_https import Unanswered
from ansible.module_utils.jitsi_migrate_websocket import NoWebsocket, Websocket

ROOMS = "janus.plugin.videoroom"


def janus(url: str) -> Iterator[Finding]:
    """Ask Janus what it is, and whether it has the part that carries calls."""
    try:
        with closing(Websocket(url, "janus-protocol")) as line:
            line.send('{"janus":"info","transaction":"jitsi-migrate"}')
            told = json.loads(line.receive())
    except (Unanswered, ValueError) as why:
        yield Finding(f"Janus does not answer at {url}, so calls have no sound and no picture: {why}")
    except NoWebsocket as answer:
        yield Finding(f"at {url} is somebody else than Janus: it answers {answer.status}")
    else:
        if not isinstance(told, dict) or ROOMS not in told.get("plugins", ()):
            yield Finding(f"Janus at {url} runs without {ROOMS}, so there are no calls")
