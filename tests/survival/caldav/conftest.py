"""The organisation on each server whose programs are real, made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.caldav.proxy import proxied
from tests.caldav.radicale import radicale
from tests.caldav.sabre import sabre
from tests.survival.caldav.remote import Remote
from tests.survival.program import Program

SERVERS = {"sabre": sabre, "radicale": radicale}


@pytest.fixture(scope="session")
def remote(request: pytest.FixtureRequest, program: Program) -> Iterator[Remote]:
    """The world on sabre/dav, or on the server that the parameter names."""
    run = SERVERS[getattr(request, "param", "sabre")]
    with run() as server, proxied(server) as proxy, Remote.made(program, proxy) as remote:
        yield remote
