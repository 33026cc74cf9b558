"""Whether the TURN server gives relays to whom Talk gives credentials, and to nobody else."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from ansible.module_utils.jitsi_migrate_findings import Finding, remark
from ansible.module_utils.jitsi_migrate_https import Unanswered
from ansible.module_utils.jitsi_migrate_turn import Denied, Turn, credentials

DAY, SOON = 86400, 7  # seconds; days left in which a certificate should have been renewed
WRONG = "no secret of anybody"
MEANINGS = {
    401: "it knows another secret",
    403: "it forbids that",
    437: "it is confused by earlier requests",
    486: "one person may hold no more relays",
    508: "it has no port left for a relay",
}


def relays(turn: Mapping[str, Any]) -> Iterator[Finding]:
    """Ask for relays by UDP and by TLS: `domain`, `port`, `tls_port`, `secret`.

    Where it is `behind_nat`, routers may keep its name from those who are behind it too: there silence is a remark.
    """
    yield from _way(turn, turn["port"], tls=False)
    yield from _way(turn, turn["tls_port"], tls=True)


def _way(turn: Mapping[str, Any], port: int, *, tls: bool) -> Iterator[Finding]:
    where = f"the TURN server at {turn['domain']} port {port}, by {'TLS' if tls else 'UDP'},"
    try:
        with closing(Turn(turn["domain"], port, tls=tls)) as line:
            days = (line.ends - time.time()) / DAY
            line.relay(*credentials(turn["secret"]))
        if tls and days < SOON:
            yield remark(f"the certificate of {where} ends in {days:.0f} days, and was not renewed")
        if not tls:
            yield from _open_to_all(turn, port, where)
    except Unanswered as why:
        yield Finding(f"{where} does not answer: {why}", fails=not turn["behind_nat"])
    except Denied as denied:
        meaning = MEANINGS.get(denied.code, f"it answers {denied.code}")
        yield Finding(f"{where} gives no relay to whom Talk sends: {meaning}")


def _open_to_all(turn: Mapping[str, Any], port: int, where: str) -> Iterator[Finding]:
    try:
        with closing(Turn(turn["domain"], port, tls=False)) as line:
            line.relay(*credentials(WRONG))
    except Denied:
        return
    yield Finding(f"{where} relays for everybody, whatever the password")
