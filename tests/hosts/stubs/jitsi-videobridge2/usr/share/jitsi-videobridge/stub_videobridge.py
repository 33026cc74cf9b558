#!/usr/bin/python3
"""Stands in for the bridge: it logs in, joins the brewery, and gives back what reaches its media port."""

from __future__ import annotations

import json
import re
import socket
import sys
from threading import Thread

sys.path.insert(0, "/usr/share/jitsi-videobridge")
from stub_xmpp import Stream, again, join, report, serve, settings

VERSION = "2.3-stub"
SETTINGS = settings("/etc/jitsi/videobridge/jvb.conf")
SHARD = {
    name.rpartition(".")[2]: value
    for name, value in SETTINGS.items()
    if name.startswith("videobridge.apis.xmpp-client.configs.")
}
PORT = int(SETTINGS.get("videobridge.ice.udp.port", "10000"))
STATE = {"drain": False, "joined": False}


def ask_for_address() -> None:
    """Ask whoever is named for the public address, as ice4j does when it starts."""
    for name, port in re.findall(r'"\[?([^"\]]+)\]?:(\d+)"', SETTINGS.get("ice4j.harvest.mapping.stun.addresses", "")):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            report(f"asking {name} for the public address")
            try:
                way.sendto(b"\x00\x01\x00\x00\x21\x12\xa4\x42stub-binding", (name, int(port)))
            except OSError as error:
                report(f"{name}: {error}")


def echo() -> None:
    """Give back what arrives, by both families."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as media:
        media.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        media.bind(("::", PORT))
        while True:
            data, sender = media.recvfrom(65536)
            media.sendto(data, sender)


def attend() -> None:
    """Log in, join the brewery, and stay."""
    STATE["joined"] = False
    stream = Stream(
        SHARD["HOSTNAME"], int(SHARD.get("PORT", "5222")), SHARD["DOMAIN"], SHARD["USERNAME"], SHARD["PASSWORD"]
    )
    report(f"logged in as {SHARD['USERNAME']}@{SHARD['DOMAIN']}")
    stats = {
        "version": VERSION,
        "stress_level": "0.0",
        "region": SETTINGS.get("videobridge.relay.region", ""),
        "relay_id": SETTINGS.get("videobridge.relay.relay-id", ""),
        "drain": str(STATE["drain"]).lower(),
    }
    me = f"{SHARD['MUC_JIDS']}/{SHARD['MUC_NICKNAME']}"
    stream.send(join(SHARD["MUC_JIDS"], SHARD["MUC_NICKNAME"], stats))
    while True:
        stanza = stream.read()
        if stanza.tag.endswith("}presence") and stanza.get("from", "").lower() == me.lower():
            if stanza.get("type") == "error":
                raise ConnectionError("the brewery does not let it in: " + " ".join(part.tag for part in stanza.iter()))
            STATE["joined"] = True
            report(f"joined {me}")


def drained(value: bool) -> tuple[int, str]:
    """Take no new conferences, or take them again."""
    STATE["drain"] = value
    return 200, ""


def main() -> None:
    """Serve as long as it is not ended."""
    ask_for_address()
    Thread(target=echo, daemon=True).start()
    answers = {
        "/about/health": lambda: (200 if STATE["joined"] else 500, ""),
        "/about/version": lambda: (200, json.dumps({"name": "JVB", "version": VERSION, "os": "Linux"})),
        "/colibri/stats": lambda: (200, json.dumps({"drain": STATE["drain"], "conferences": 0, "participants": 0})),
        "/colibri/drain": lambda: (200, json.dumps({"drain": STATE["drain"]})),
        "/colibri/drain/enable": lambda: drained(True),
        "/colibri/drain/disable": lambda: drained(False),
    }
    serve(SETTINGS.get("videobridge.http-servers.private.host", "127.0.0.1"), 8080, answers)
    for _ in again(attend):
        pass


main()
