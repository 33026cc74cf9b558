"""A websocket to a signaling server, by which it is told things and tells things."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ssl import SSLSocket
from typing import Any, BinaryIO

_TEXT = 1
_HEAD = """\
GET /standalone-signaling/spreed HTTP/1.1
Host: {name}
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==

"""


@dataclass(frozen=True)
class Line:
    """A websocket that is open."""

    way: SSLSocket
    heard: BinaryIO

    def hear(self) -> Mapping[str, Any]:
        """Return the next message. What asks only whether somebody is there comes between them."""
        kind, length = self.heard.read(2)
        text = self.heard.read(int.from_bytes(self.heard.read(2)) if length == 126 else length)
        return json.loads(text) if kind & 0x0F == _TEXT else self.hear()

    def say(self, kind: str, message: object) -> Mapping[str, Any]:
        """Send a message, and return the answer to it."""
        text = json.dumps({"id": kind, "type": kind, kind: message}).encode()
        # Masked with zeros.
        self.way.sendall(bytes([0x81, 0x80 | 126]) + len(text).to_bytes(2) + bytes(4) + text)
        return next(answer for answer in iter(self.hear, None) if answer.get("id") == kind)


@contextmanager
def opened(way: SSLSocket, name: str) -> Iterator[Line]:
    """Open it at the server of a name."""
    way.sendall(_HEAD.format(name=name).replace("\n", "\r\n").encode())
    with way.makefile("rb") as heard:
        status = heard.readline().decode()
        assert " 101 " in status, status + heard.read(2000).decode()
        for _ in iter(heard.readline, b"\r\n"):
            pass
        yield Line(way, heard)


def internal(secret: str, backend: str) -> dict[str, object]:
    """Return how a helper of the server, such as a recorder, logs in."""
    random = secrets.token_hex(32)
    token = hmac.new(secret.encode(), random.encode(), hashlib.sha256).hexdigest()
    params = {"random": random, "token": token, "backend": backend}
    return {"version": "1.0", "auth": {"type": "internal", "params": params}}
