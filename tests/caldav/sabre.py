"""A real sabre/dav, Debian's: of the family of Nextcloud's server, old, and fast enough for a thousand events."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.caldav.server import USERS, Server, running
from tests.ports import free_port
from tests.readers import directory, program

LIBRARY = Path("/usr/share/php/Sabre/autoload.php")
# The columns that its PDO backends name.
TABLES = """
CREATE TABLE principals (id INTEGER PRIMARY KEY, uri TEXT UNIQUE, email TEXT, displayname TEXT, vcardurl TEXT);
CREATE TABLE groupmembers (id INTEGER PRIMARY KEY, principal_id INTEGER, member_id INTEGER);
CREATE TABLE calendars (
    id INTEGER PRIMARY KEY, principaluri TEXT, uri TEXT, displayname TEXT, description TEXT, ctag INTEGER,
    calendarorder INTEGER, calendarcolor TEXT, timezone TEXT, components TEXT, transparent BOOL
);
CREATE TABLE calendarobjects (
    id INTEGER PRIMARY KEY, calendarid INTEGER, uri TEXT, calendardata BLOB, etag TEXT, size INTEGER,
    lastmodified INTEGER, componenttype TEXT, firstoccurence INTEGER, lastoccurence INTEGER
);
"""
PROXIES = ("/calendar-proxy-read", "/calendar-proxy-write")
WORKERS = 8


@contextmanager
def sabre() -> Iterator[Server]:
    """Run sabre/dav with the users and one collection."""
    php = program("php", "php-cli")
    if not LIBRARY.exists():
        pytest.skip("sabre/dav is not there: apt install php-sabre-dav php-sqlite3 php-xml php-mbstring")
    with directory() as root:
        port = free_port()
        (root / "users.json").write_text(json.dumps(USERS))
        (root / "access").touch()
        _make_tables(root / "database")
        command = [php, "-S", f"127.0.0.1:{port}", str(Path(__file__).with_name("sabre.php"))]
        with running(command, port, root / "log", PHP_CLI_SERVER_WORKERS=str(WORKERS), SABRE_ROOT=str(root)):
            server = Server("sabre", f"http://127.0.0.1:{port}/", "/calendars/{user}/", log=root / "access")
            server.make("meetings")
            yield server


def _make_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(TABLES)
        rows = [(f"principals/{name}{part}",) for name in USERS for part in ("", *PROXIES)]
        database.executemany("INSERT INTO principals (uri) VALUES (?)", rows)
