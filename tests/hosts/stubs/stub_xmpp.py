"""As much XMPP as a focus and a bridge need: log in over TLS, join a room, say something, and see who else is there."""

from __future__ import annotations

import base64
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from xml.etree.ElementTree import Element, XMLPullParser
from xml.sax.saxutils import quoteattr

MUC = "http://jabber.org/protocol/muc"
STATS = "{http://jitsi.org/protocol/colibri}stats"
_OPEN = (
    '<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams"'
    " to={} version='1.0'>"
)


class Refused(Exception):
    """The server does not want what it was asked for."""


class Stream:
    """A connection to an XMPP server, logged in."""

    def __init__(self, host: str, port: int, domain: str, user: str, password: str) -> None:
        self._domain = domain
        self._socket = socket.create_connection((host, port), 10)
        self._open()
        self._ask("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "proceed")
        # Whom the server's certificate is signed by, and whom it names, is looked at as Java does.
        self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=domain)
        self._open()
        said = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self._ask(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{said}</auth>", "success")
        self._open()
        self._ask("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", "iq")
        self._socket.settimeout(30)

    def send(self, text: str) -> None:
        """Send a stanza."""
        self._socket.sendall(text.encode())

    def read(self) -> Element:
        """Return the next stanza. Quiet for long, it tells that it lives."""
        while True:
            try:
                return next(self._stanzas)
            except TimeoutError:
                self.send(" ")

    def _open(self) -> None:
        self._stanzas = _Stanzas(self._socket)
        self.send(_OPEN.format(quoteattr(self._domain)))
        told = next(self._stanzas)
        if not told.tag.endswith("features"):
            raise Refused(_words(told))

    def _ask(self, text: str, answer: str) -> None:
        self.send(text)
        told = next(self._stanzas)
        if not told.tag.endswith(answer) or told.get("type") == "error":
            raise Refused(_words(told))


def _words(element: Element) -> str:
    return " ".join(part.tag.rpartition("}")[2] + (f": {part.text}" if part.text else "") for part in element.iter())


class _Stanzas:
    """What comes, one child of the stream after the other."""

    def __init__(self, source: socket.socket) -> None:
        self._source, self._parser, self._depth, self._ready = source, XMLPullParser(("start", "end")), 0, []

    def __next__(self) -> Element:
        while not self._ready:
            data = self._source.recv(65536)
            if not data:
                raise ConnectionError("the server has closed the stream")
            self._parser.feed(data)
            for kind, element in self._parser.read_events():
                self._depth += 1 if kind == "start" else -1
                if kind == "end" and self._depth == 1:
                    self._ready.append(element)
        return self._ready.pop(0)


def join(room: str, nickname: str, stats: dict[str, str]) -> str:
    """Return the presence by which somebody enters a room."""
    said = "".join(f"<stat name={quoteattr(name)} value={quoteattr(value)}/>" for name, value in stats.items())
    stats_element = f"<stats xmlns='http://jitsi.org/protocol/colibri'>{said}</stats>" * bool(stats)
    return f"<presence to={quoteattr(f'{room}/{nickname}')}><x xmlns='{MUC}'/>{stats_element}</presence>"


def settings(path: str) -> dict[str, str]:
    """Read HOCON as far as it is rendered: tables, dotted names, and values of one line. A list stays text."""
    found, above = {}, []
    for line in map(str.strip, Path(path).read_text("utf-8").splitlines()):
        if line.endswith("{"):
            above.append(line.rstrip("{ ").rstrip("=").strip())
        elif line == "}":
            above.pop()
        elif "=" in line and not line.startswith(("#", "//")):
            name, _, value = line.partition("=")
            found[".".join((*above, name.strip()))] = _text(value.strip())
    return found


def _text(value: str) -> str:
    if not value.startswith('"'):
        return value
    return re.sub(
        r"\\u([0-9a-fA-F]{4})|\\(.)", lambda found: chr(int(found[1], 16)) if found[1] else found[2], value[1:-1]
    )


def serve(host: str, port: int, answers: dict[str, Callable[[], tuple[int, str]]]) -> None:
    """Answer by HTTP, beside all else."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, text = answers.get(self.path, lambda: (404, ""))()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    Thread(target=ThreadingHTTPServer((host, port), Answering).serve_forever, daemon=True).start()


def report(text: str) -> None:
    """Tell the log, and through it whoever watches the service."""
    print(time.strftime("%H:%M:%S"), text, flush=True)


def again(attempt: Callable[[], None]) -> Iterator[None]:
    """Try for ever, as services do whose server is not there yet."""
    while True:
        try:
            attempt()
        except (OSError, Refused) as error:
            report(f"{type(error).__name__}: {error}")
        time.sleep(1)
        yield
