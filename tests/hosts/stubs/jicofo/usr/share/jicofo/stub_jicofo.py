#!/usr/bin/python3
"""Stands in for Jicofo: it logs in as focus with its settings, and counts the bridges in the brewery."""

from __future__ import annotations

import json
import sys
import time

sys.path.insert(0, "/usr/share/jicofo")
from stub_xmpp import STATS, Stream, again, join, report, serve, settings

SETTINGS = settings("/etc/jitsi/jicofo/jicofo.conf")
CLIENT = {name.rpartition(".")[2]: value for name, value in SETTINGS.items() if name.startswith("jicofo.xmpp.client.")}
BRIDGES: set[str] = set()


def attend() -> None:
    """Log in, join the brewery, and note who comes and goes."""
    BRIDGES.clear()
    stream = Stream(
        CLIENT["hostname"], int(CLIENT.get("port", "5222")), CLIENT["domain"], CLIENT["username"], CLIENT["password"]
    )
    report(f"logged in as {CLIENT['username']}@{CLIENT['domain']}")
    stream.send(join(SETTINGS["jicofo.bridge.brewery-jid"], "focus", {}))
    while True:
        stanza = stream.read()
        if not stanza.tag.endswith("}presence"):
            continue
        name = stanza.get("from", "").partition("/")[2]
        if stanza.get("type") == "unavailable":
            BRIDGES.discard(name)
        elif stanza.find(STATS) is not None:
            BRIDGES.add(name)
        report(f"bridges: {', '.join(sorted(BRIDGES)) or 'none'}")


def main() -> None:
    """Serve as long as it is not ended. As upstream's, it calls itself healthy until it first looks."""
    looks = time.monotonic() + 10
    answers = {
        "/about/health": lambda: (200 if BRIDGES or time.monotonic() < looks else 500, ""),
        "/about/version": lambda: (200, json.dumps({"name": "Jicofo", "version": "1.0-stub", "os": "Linux"})),
        "/stats": lambda: (200, json.dumps({"bridge_selector": {"bridge_count": len(BRIDGES)}})),
    }
    serve(SETTINGS.get("jicofo.rest.host", "127.0.0.1"), 8888, answers)
    for _ in again(attend):
        pass


main()
