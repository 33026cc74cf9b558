"""Nextcloud's own program as a process, for what runs it on a server; its words go to the stand-in."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

from tests.talk.nextcloud import NextcloudTalk
from tests.talk.occ import occ

# As a word of the command: another user may not be able to read where the tests are.
STUB = Path(__file__).with_name("stub_occ.py").read_text("utf-8")
Watch = Callable[[list[str]], None]


class OccProgram:
    """How it is called is in `words`, and `port` is what that asks.

    `before` and `after` are told of each command, `printed` is all it printed.
    """

    def __init__(self, server: NextcloudTalk) -> None:
        self.words: list[str] = []
        self.port = 0
        self.commands: list[list[str]] = []
        self.printed: list[str] = []
        self.before: Watch = lambda _command: None
        self.after: Watch = lambda _command: None
        self._server = server

    @property
    def passwords(self) -> list[str]:
        """All app passwords that were printed so far."""
        told = (text.partition("app password:\n")[2].strip() for text in self.printed)
        return [password for password in told if password]

    def run(self, command: list[str], text: str) -> tuple[int, str]:
        """Run a command, which reads a text on its standard input."""
        self.before(command)
        done = occ(self._server, *command, text=text)
        self.commands.append(command)
        self.printed.append(done.output)
        self.after(command)
        return done.code, done.output


@contextmanager
def occ_program(server: NextcloudTalk, address: str = "127.0.0.1") -> Iterator[OccProgram]:
    """Have the program at hand for as long as the block lasts; its words go to a port of that address."""
    program = OccProgram(server)

    class Answer(StreamRequestHandler):
        def handle(self) -> None:
            answer = program.run(*json.loads(self.rfile.readline()))
            self.wfile.write(f"{json.dumps(answer)}\n".encode())

    with ThreadingTCPServer((address, 0), Answer) as listener:
        Thread(target=listener.serve_forever, daemon=True).start()
        program.port = listener.server_address[1]
        program.words = [sys.executable, "-c", STUB, str(program.port)]
        yield program
        listener.shutdown()
