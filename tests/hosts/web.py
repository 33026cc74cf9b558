"""Serves a directory over HTTPS by both families: web.py DIRECTORY CERTIFICATE KEY. It tells when it does."""

from __future__ import annotations

import socket
import ssl
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """Listens to both families at once."""

    address_family = socket.AF_INET6
    daemon_threads = True


def main(directory: str, certificate: str, key: str) -> None:
    """Serve until ended."""
    server = Server(("::", 443), partial(SimpleHTTPRequestHandler, directory=directory))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    # Each connection shakes hands by itself, in its own thread.
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print("serving packages", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
