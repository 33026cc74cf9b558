"""A real Xandikos. It checks no passwords on plain HTTP, and has one user."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import pytest

from tests.caldav.server import USERS, Server, running
from tests.ports import free_port
from tests.readers import directory


@contextmanager
def xandikos() -> Iterator[Server]:
    """Run Xandikos with a user and one collection."""
    if not find_spec("xandikos"):
        pytest.skip("xandikos is not there: pip install xandikos")
    user, password = next(iter(USERS.items()))
    with directory() as root:
        port = free_port()
        command = [sys.executable, "-m", "xandikos", "serve", "--listen-address=127.0.0.1", f"--port={port}"]
        command += [f"--directory={root}/data", f"--state-dir={root}/state", f"--current-user-principal=/{user}/"]
        with running([*command, "--autocreate", "--no-detect-systemd"], port, root / "log"):
            url = f"http://127.0.0.1:{port}/"
            server = Server("xandikos", url, "/{user}/calendars/", {user: password}, log=root / "log")
            server.make("meetings")
            yield server
