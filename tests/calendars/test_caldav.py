"""Events in calendars on real servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest

from migrate.calendars.caldav import CaldavCalendar, CaldavSettings
from migrate.core.ports import Event, SiteFacts
from tests.caldav.nextcloud import nextcloud
from tests.caldav.radicale import radicale
from tests.caldav.sabre import sabre
from tests.caldav.server import Server
from tests.caldav.xandikos import xandikos
from tests.contracts.calendar import CalendarContract

SITE = UUID(int=7)


def site(tmp_path: Path, server: Server, hosts: str = "") -> SiteFacts:
    """Make a site directory with the passwords of a server's users."""
    passwords = "".join(f"{user},{password}\n" for user, password in server.users.items())
    (tmp_path / "credentials.csv").write_text(f"account,password\n{passwords}", "utf-8")
    (tmp_path / "credentials.csv").chmod(0o600)
    (tmp_path / "hosts.csv").write_text(f"zoom_name,zoom_id,zoom_email,account,calendar_url\n{hosts}")
    return SiteFacts(tmp_path, SITE, b"")


def opened(site: SiteFacts, **settings: Any) -> CaldavCalendar:
    return CaldavCalendar.open(CaldavSettings(**settings), site)


class OnServer(CalendarContract):
    """The contract on a server, with a new collection for each of two hosts in each test."""

    nothing: ClassVar[Mapping[str, Event] | None] = {}
    run: ClassVar[Callable[[], AbstractContextManager[Server]]]

    @pytest.fixture(scope="class")
    @classmethod
    def server(cls) -> Iterator[Server]:
        with cls.run() as server:
            yield server

    @pytest.fixture
    def calendar(self, server: Server, tmp_path: Path) -> CaldavCalendar:
        one, two = (server.make(f"{tmp_path.name}-{number}") for number in (1, 2))
        hosts = f"Anna,,anna.meier@example.org,,{one}\nBen,,ben@example.org,,{two}\n"
        return opened(site(tmp_path, server, hosts), user=server.user)


class TestOnRadicale(OnServer):
    run = staticmethod(radicale)
    keeps_bytes = False


class TestOnXandikos(OnServer):
    run = staticmethod(xandikos)
    keeps_bytes = False


class TestOnSabre(OnServer):
    run = staticmethod(sabre)


class TestOnNextcloud(OnServer):
    run = staticmethod(nextcloud)
