"""Opens a websocket as Jitsi's web application does: websocket.py ADDRESS NAME AUTHORITY.

It prints how the server answers, and its first words in XMPP.
"""

from __future__ import annotations

import socket
import ssl
import sys
from typing import BinaryIO

_HEAD = """\
GET /xmpp-websocket?room=proof HTTP/1.1
Host: {name}
Origin: https://{name}
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==
Sec-WebSocket-Protocol: xmpp

"""
_OPEN = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="{name}" version="1.0"/>'


def main(address: str, name: str, authority: str) -> None:
    """Open it, and begin a stream."""
    tls = ssl.create_default_context(cafile=authority)
    with socket.create_connection((address, 443), 10) as plain, tls.wrap_socket(plain, server_hostname=name) as way:
        way.sendall(_HEAD.format(name=name).replace("\n", "\r\n").encode())
        answer = way.makefile("rb")
        for line in iter(answer.readline, b"\r\n"):
            print(line.decode().strip())
        way.sendall(_frame(_OPEN.format(name=name)))
        print(f"\n{_text(answer)}")


def _frame(text: str) -> bytes:
    """Return a short text as a client sends it, masked with zeros."""
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text.encode()


def _text(answer: BinaryIO) -> str:
    length = answer.read(2)[1]
    return answer.read(int.from_bytes(answer.read(2)) if length == 126 else length).decode()


if __name__ == "__main__":
    main(*sys.argv[1:])
