"""A small client of websockets (RFC 6455): as much of it as shows that somebody talks at the other end."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import ssl
from typing import BinaryIO
from urllib.parse import urlsplit

from ansible.module_utils.jitsi_migrate_https import PATIENCE, Unanswered, reason

PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
TEXT, CLOSE = 1, 8
_KNOWN_TO_ALL = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class NoWebsocket(Exception):
    """Somebody answered, and it was no websocket. `status` is the code of HTTP, 0 if it was not even that."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Websocket:
    """A connection. Raises NoWebsocket, and Unanswered if nobody is there."""

    def __init__(self, url: str, protocol: str = "") -> None:
        there = urlsplit(url)
        name, port = there.hostname or "", there.port or PORTS[there.scheme]
        try:
            self._line = socket.create_connection((name, port), PATIENCE)
            if there.scheme in ("https", "wss"):
                self._line = ssl.create_default_context().wrap_socket(self._line, server_hostname=name)
            self._answer: BinaryIO = self._line.makefile("rb")
            self._shake_hands(there.path or "/", there.netloc, protocol)
        except OSError as error:
            raise Unanswered(reason(error)) from None

    def close(self) -> None:
        """End it."""
        self._answer.close()
        self._line.close()

    def send(self, text: str) -> None:
        """Send a message of less than 126 bytes."""
        data, mask = text.encode(), os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
        self._line.sendall(bytes([0x80 | TEXT, 0x80 | len(data)]) + mask + masked)

    def receive(self) -> str:
        """Return the next message. Raises Unanswered if none comes."""
        try:
            while True:
                kind, data = self._frame()
                if kind == TEXT:
                    return data.decode(errors="replace")
                if kind == CLOSE:
                    raise Unanswered("it closes the connection")
        except OSError as error:
            raise Unanswered(reason(error)) from None

    def _frame(self) -> tuple[int, bytes]:
        first, length = self._exactly(2)
        length &= 0x7F
        if length > 125:
            length = int.from_bytes(self._exactly(2 if length == 126 else 8), "big")
        return first & 0x0F, self._exactly(length)

    def _exactly(self, size: int) -> bytes:
        data = self._answer.read(size)
        if len(data) < size:
            raise Unanswered("it ends the connection")
        return data

    def _shake_hands(self, path: str, host: str, protocol: str) -> None:
        key = base64.b64encode(os.urandom(16))
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key.decode()}",
            *([f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []),
        ]
        self._line.sendall("\r\n".join([*lines, "", ""]).encode())
        words = self._answer.readline().split()
        head = {
            name.strip().lower(): value.strip() for name, _, value in map(_header, iter(self._answer.readline, b"\r\n"))
        }
        status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
        proof = base64.b64encode(hashlib.sha1(key + _KNOWN_TO_ALL).digest())  # noqa: S324 - the protocol has it so
        if status != 101 or head.get(b"sec-websocket-accept") != proof:
            raise NoWebsocket(status)


def _header(line: bytes) -> tuple[bytes, bytes, bytes]:
    if not line:
        raise NoWebsocket(0)
    return line.partition(b":")
