"""Stands in for Nextcloud's own program: hands its words to the stand-in for the server, at a port of this machine."""

from __future__ import annotations

import json
import socket
import sys

port, *words = sys.argv[1:]
with socket.create_connection(("127.0.0.1", int(port))) as connection, connection.makefile("rw") as stream:
    stream.write(f"{json.dumps([words, sys.stdin.read()])}\n")
    stream.flush()
    code, output = json.loads(stream.readline())
sys.stdout.write(output)
raise SystemExit(code)
