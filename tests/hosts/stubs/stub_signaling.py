"""Stands in for nextcloud-spreed-signaling 2.1.1, of which no program is published, only source and an image.

Debian's program of 0.4.1, which this carries in itself, does the work: sessions, rooms, websockets, signed requests,
credentials for TURN, NATS and Janus are real. Around it is what came later:

- `urls` of a backend, which was `url`;
- the release and the features that are told in the page of welcome, with each answer, and first in every websocket;
- the websocket by which Janus tells of connections. What it tells is thrown away.

What else is new in 2.x, such as the second version of hello, the real program refuses as it always did.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from configparser import ConfigParser
from hashlib import sha1
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from shutil import copyfileobj
from socket import SHUT_WR, create_connection, socket
from threading import Thread
from time import sleep
from typing import BinaryIO
from zipfile import ZipFile

RELEASE = "2.1.1"
# Those of 2.1 that Talk asks for.
FEATURES = (
    "audio-video-permissions", "chat-relay", "dialout", "federation", "hello-v2", "incall-all", "join-features",
    "switchto", "welcome",
)  # fmt: skip
EVENTS = "janus-events"
# Loopback's address for the real program, at the same port.
BESIDE = "127.0.0.2"
# Of RFC 6455.
_ANSWERED = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Around(BaseHTTPRequestHandler):
    """Hands a request on to the real program, and its answer back."""

    server: Server

    def do_GET(self) -> None:
        """Answer a page, or open a websocket."""
        if self.headers.get("Upgrade", "").lower() != "websocket":
            self.do_POST()
        elif self.headers.get("Sec-WebSocket-Protocol") == EVENTS:
            self._take_events()
        else:
            self._open()
        self.close_connection = True

    def do_POST(self) -> None:
        """Hand on, with a body if there is one."""
        line = HTTPConnection(*self.server.real)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        line.request(self.command, self.path, body, dict(self.headers))
        answer = line.getresponse()
        page = answer.read()
        if self.path == "/api/v1/welcome":
            page = json.dumps({**json.loads(page), "version": RELEASE}).encode()
        self.send_response_only(answer.status, answer.reason)
        self._tell({**dict(answer.headers), "Content-Length": str(len(page)), "Connection": "close"})
        self.wfile.write(page)
        line.close()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Log nothing: a path can hold the token of a conversation."""

    def _tell(self, headers: Mapping[str, str]) -> None:
        told = {**headers, "X-Spreed-Signaling-Features": ", ".join(FEATURES)}
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()

    def _take_events(self) -> None:
        key = self.headers["Sec-WebSocket-Key"].encode() + _ANSWERED
        self.send_response_only(101)
        accepted = b64encode(sha1(key).digest()).decode()
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Protocol": EVENTS}
        self._tell({**upgrade, "Sec-WebSocket-Accept": accepted})
        while self.rfile.read1():
            pass

    def _open(self) -> None:
        with create_connection(self.server.real) as line, line.makefile("rb") as answer:
            line.sendall(f"{self.requestline}\r\n{self.headers}".encode())
            _, status, reason = answer.readline().decode().split(" ", 2)
            self.send_response_only(int(status), reason.strip())
            self._tell(dict(one.decode().strip().split(": ", 1) for one in iter(answer.readline, b"\r\n")))
            if status == "101":
                self.wfile.write(_frame({"type": "welcome", "welcome": {"version": RELEASE, "features": FEATURES}}))
            Thread(target=_hand, args=(self.rfile, line), daemon=True).start()
            _hand(answer, self.connection)


class Server(ThreadingHTTPServer):
    """Listens where the real program would, which is beside it."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], real: tuple[str, int]) -> None:
        self.real = real
        super().__init__(address, Around)


def _hand(source: BinaryIO, target: socket) -> None:
    """Copy all that comes, as soon as it comes."""
    try:
        while some := source.read1():
            target.sendall(some)
        target.shutdown(SHUT_WR)
    except OSError:
        # The other side has gone.
        target.close()


def _frame(message: object) -> bytes:
    text = json.dumps(message).encode()
    return bytes([0x81, 126]) + len(text).to_bytes(2, "big") + text


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


def _translated(path: str) -> tuple[str, str]:
    """Return where the configuration wants it to listen, and the configuration of the real program."""
    found = ConfigParser(interpolation=None, delimiters=("=",))
    found.read_string(Path(path).read_text("utf-8"))
    wanted = found["http"]["listen"]
    found["http"]["listen"] = f"{BESIDE}:{_address(wanted)[1]}"
    for name in found["backend"]["backends"].split(","):
        backend = found[name.strip()]
        # One that is meant for a release before 2.0.4 is not understood by this one.
        backend["url"] = backend.pop("urls")
    written = StringIO()
    found.write(written)
    return wanted, written.getvalue()


def _carried() -> int:
    """Return the real program, as a file of memory: its user can write nowhere."""
    program = os.memfd_create("signaling")
    with ZipFile(sys.argv[0]) as here, here.open("signaling") as source, open(program, "wb", closefd=False) as target:
        copyfileobj(source, target)
    return program


def _put(file: int, text: str) -> None:
    os.ftruncate(file, 0)
    os.pwrite(file, text.encode(), 0)


def main() -> int:
    """Run until the real program ends."""
    options = argparse.ArgumentParser()
    # Programs in Go take one dash for two.
    options.add_argument("-version", "--version", action="store_true")
    options.add_argument("-config", "--config", default="server.conf")
    given = options.parse_args()
    if given.version:
        print(f"nextcloud-spreed-signaling version {RELEASE}/stub")
        return 0
    wanted, text = _translated(given.config)
    program, configuration = _carried(), os.memfd_create("server.conf")
    _put(configuration, text)
    command = (f"/proc/self/fd/{program}", "--config", f"/proc/self/fd/{configuration}")
    running = subprocess.Popen(command, pass_fds=(program, configuration))

    def reload(*_: object) -> None:
        _put(configuration, _translated(given.config)[1])
        running.send_signal(signal.SIGHUP)

    signal.signal(signal.SIGHUP, reload)
    signal.signal(signal.SIGTERM, lambda *_: running.terminate())
    Thread(target=_serve, args=(_address(wanted), running), daemon=True).start()
    if (ended := running.wait()) < 0:
        # It ends as the real one did, so that systemd knows whether it was told to.
        signal.signal(-ended, signal.SIG_DFL)
        os.kill(os.getpid(), -ended)
    return ended


def _serve(wanted: tuple[str, int], running: subprocess.Popen[bytes]) -> None:
    """Listen as soon as the real program does: it waits for NATS and for Janus."""
    real = (BESIDE, wanted[1])
    while running.poll() is None:
        with socket() as line:
            if not line.connect_ex(real):
                Server(wanted, real).serve_forever()
        sleep(0.05)


if __name__ == "__main__":
    raise SystemExit(main())
