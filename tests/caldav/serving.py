"""HTTP servers inside the tests: threads, kept connections, any method."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

# On close: no FIN but a reset.
NO_LINGER = struct.pack("ii", 1, 0)


class Handler(BaseHTTPRequestHandler):
    """One connection. `respond` is called for each request on it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    respond: Callable[[Handler], None]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._do
        raise AttributeError(name)

    def _do(self) -> None:
        self._body: bytes | None = None
        type(self).respond(self)
        # What nobody read must not be taken for the next request.
        if not self.close_connection:
            self.body()

    def body(self) -> bytes:
        """Return the request's body, which is read once."""
        if self._body is None:
            self._body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return self._body

    def reply(self, status: int, headers: Mapping[str, str] | Iterable[tuple[str, str]], body: bytes) -> None:
        """Answer whole."""
        self.send_response(status)
        for name, value in headers.items() if isinstance(headers, Mapping) else headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def reset(self) -> None:
        """End the connection so that the client sees a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = False

    def __init__(self, *arguments: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, *_: object) -> None:
        """A client that is gone is no error here; any other is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*_)

    def hang_up(self) -> None:
        """End the connections that clients keep, so that no thread waits for their next request."""
        for line in list(self._open):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


@contextmanager
def serving(respond: Callable[[Handler], None], address: str = "127.0.0.1") -> Iterator[int]:
    """Serve on a port of an address until the end of the block."""
    handler = type("Bound", (Handler,), {"respond": staticmethod(respond)})
    with _Server((address, 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
            server.hang_up()
