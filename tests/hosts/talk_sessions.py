"""The terminal sessions of the docs about a server of Nextcloud Talk, run on one fresh server.

After a change of what they show: python -m tests.hosts.talk_sessions
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from docs.generate.pages import ROOT
from tests.hosts.acme import DIRECTORY, root
from tests.hosts.bed import PACKAGES, Bed, bed
from tests.hosts.sessions import ServersTerminal, sessions, write
from tests.hosts.talk import CLOUD, TOGETHER
from tests.hosts.talk_people import people as accounts_of
from tests.hosts.talk_releases import PUBLISHED, make_releases

PAGES = (ROOT / "docs/how-to/talk/first-server.md",)
_OWN_AUTHORITY = re.compile(r"^  info  Nextcloud and its signaling server believe.*\n(?: {7,}.*\n)+", re.MULTILINE)
# Whoever signs certificates for the public is known to servers.
_TRUST = "cat >/usr/local/share/ca-certificates/public.crt && update-ca-certificates"


class TalkTerminal(ServersTerminal):
    """A terminal of a person whose server gets its releases where the tests publish them."""

    server: ClassVar[str] = CLOUD

    def greet(self, people: list[str]) -> None:
        self.servers.enter_context(accounts_of(self.bed, self.bed.hosts[CLOUD], *people))
        # Certificates of the bed are public ones to whoever reads the page.
        (self.here / "public.pem").write_text(root(self.bed))
        path = self.here / "migrate.toml"
        tables = re.compile(r"^\[(?:targets.nextcloud_talk|calendars.caldav)\]\n", re.MULTILINE)
        path.write_text(tables.sub(r'\g<0>ca_file = "public.pem"\n', path.read_text("utf-8")), "utf-8")

    def _settled(self, printed: str) -> str:
        # The ACME server of whoever reads the page is the public one.
        return super()._settled(_OWN_AUTHORITY.sub("", printed))

    def _furnish(self) -> None:
        published = f"https://{PACKAGES}/{PUBLISHED}"
        self._set("certificate", "server", DIRECTORY)
        for name, archive in (
            ("nextcloud", "nextcloud-34.0.2.tar.bz2"),
            ("talk", "spreed-v24.0.4.tar.gz"),
            ("calendar", "calendar-v6.5.4.tar.gz"),
        ):
            self._set(f"archives.{name}", "address", f"{published}/{archive}")
        self._set("archives.nextcloud", "key", "nextcloud.asc")
        for name in ("nextcloud.asc", "signaling"):
            (self.here / name).write_bytes((self.bed.path / "jitsi" / PUBLISHED / name).read_bytes())


def talk_sessions(servers: Bed, folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield each page as it is when its commands are run on a fresh server."""
    if not (servers.path / "jitsi" / PUBLISHED).exists():
        make_releases(servers.place, servers.path / "jitsi", f"https://{PACKAGES}")
    servers.hosts[CLOUD].run(_TRUST, text=root(servers))
    return sessions(servers, folder, PAGES, TalkTerminal)


def main() -> None:
    """Run the pages on a server of their own, write those that differ, and name them."""
    with TemporaryDirectory() as folder, bed(Path(folder) / "bed", TOGETHER) as servers:
        site = Path(folder) / "site"
        site.mkdir()
        write(talk_sessions(servers, site))


if __name__ == "__main__":
    main()
