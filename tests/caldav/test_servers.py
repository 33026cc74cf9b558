"""The servers are what the tests of the calendar take them for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from socket import socket
from urllib.parse import urlsplit

import pytest

from tests.caldav.nextcloud import nextcloud
from tests.caldav.radicale import radicale
from tests.caldav.sabre import sabre
from tests.caldav.server import Exchange, Server
from tests.caldav.xandikos import xandikos

SERVERS = {"nextcloud": nextcloud, "radicale": radicale, "sabre": sabre, "xandikos": xandikos}
PRINCIPAL = b'<d:propfind xmlns:d="DAV:"><d:prop><d:current-user-principal/></d:prop></d:propfind>'
EVENT = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//example//EN\r
BEGIN:VEVENT\r
UID:{uid}\r
DTSTAMP:20270101T080000Z\r
DTSTART:20270104T090000Z\r
DTEND:20270104T100000Z\r
SUMMARY:Weekly\r
END:VEVENT\r
END:VCALENDAR\r
"""

Run = Callable[[], AbstractContextManager[Server]]
pytestmark = pytest.mark.slow


@pytest.fixture(params=SERVERS)
def run(request: pytest.FixtureRequest) -> Run:
    return SERVERS[request.param]


def event(uid: str = "1@example.org") -> bytes:
    return EVENT.format(uid=uid).encode()


def test_a_collection_is_ready_and_keeps_what_is_put(run: Run) -> None:
    with run() as server:
        url = f"{server.collections[0]}a.ics"
        put = [server.request("PUT", url, event(), If_None_Match="*").status for _ in range(2)]
        assert put == [201, 412]
        assert [data.count(b"UID:1@example.org") for data in server.resources(server.collections[0]).values()] == [1]
        seen = [one for one in server.exchanges() if one.method == "PUT"]
        assert seen == [Exchange("PUT", urlsplit(url).path, status) for status in put]


def test_more_collections_are_made_where_they_are_said_to_be(run: Run) -> None:
    with run() as server:
        assert [server.make(f"room {number}") for number in range(2)] == server.collections[1:]
        for url in server.collections:
            assert server.request("PUT", f"{url}a.ics", event(url)).status == 201


def test_discovery_begins_at_the_url(run: Run) -> None:
    with run() as server:
        where = server.url
        if where.endswith("/"):
            moved = server.request("GET", "/.well-known/caldav").headers.get("Location")
            where = moved or where
        assert f"/{server.user}/".encode() in server.request("PROPFIND", where, PRINCIPAL, Depth="0").body


@pytest.mark.parametrize("run", [nextcloud, radicale, sabre])
def test_passwords_are_checked(run: Run) -> None:
    with run() as server:
        for header in ("Basic YW5hOg==", "Bearer x", ""):
            assert server.request("PROPFIND", server.collections[0], Authorization=header).status == 401
        assert server.request("GET", f"{server.collections[0]}a.ics", user="ben").status in {403, 404}


def test_nothing_is_left_of_a_server(run: Run) -> None:
    with run() as server:
        port, log = urlsplit(server.url).port, server.log
        assert not log or _busy_in(log.parent)
    with socket() as line:
        assert line.connect_ex(("127.0.0.1", port))
    assert not log or not _busy_in(log.parent)


def _busy_in(path: Path) -> list[str]:
    """Return the processes that have a file open in a directory, though it be removed."""
    files = (found for found in Path("/proc").glob("[0-9]*/fd/*") if _target(found).startswith(f"{path}/"))
    return sorted({found.parts[2] for found in files})


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""
