"""A real Radicale."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec

import pytest

from tests.caldav.server import USERS, Server, running
from tests.ports import free_port
from tests.readers import directory

CONFIG = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {root}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {root}/collections
[logging]
level = info
"""
PATTERN = r"\] (\w+) response status for '([^']*)' .*: (\d{3}) "


@contextmanager
def radicale(users: Mapping[str, str] = USERS) -> Iterator[Server]:
    """Run Radicale with the users and one collection."""
    if not find_spec("radicale"):
        pytest.skip("radicale is not there: pip install radicale")
    with directory() as root:
        port = free_port()
        (root / "users").write_text("".join(f"{name}:{password}\n" for name, password in users.items()), "utf-8")
        (root / "config").write_text(CONFIG.format(port=port, root=root))
        log = root / "log"
        command = [sys.executable, "-m", "radicale", "--config", str(root / "config")]
        with running(command, port, log):
            server = Server("radicale", f"http://127.0.0.1:{port}/", "/{user}/", dict(users), log=log, pattern=PATTERN)
            server.make("meetings")
            yield server
