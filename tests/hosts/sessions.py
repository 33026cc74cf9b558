"""The terminal sessions of the docs that need servers: pages in the order in which they are run, on one fresh server.

After a change of what they show: python -m tests.hosts.sessions
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from docs.generate.pages import ROOT
from docs.generate.sessions import WIDTH, Terminal, rerun_at
from tests.hosts.acme import DIRECTORY, root
from tests.hosts.bed import JITSI, Bed, bed
from tests.hosts.jitsi import KEY
from tests.hosts.servers import GROUPS

# Each goes on where the one before has ended.
PAGES = tuple(
    ROOT / "docs/how-to/servers" / f"{name}.md" for name in ("first-server", "accounts", "certificates", "destroy")
)
# Seconds for a deployment, on a machine that has other things to do.
PATIENCE = 300
# A public certificate's authority is one that servers know; that of the ACME server's own certificate is none here.
_TRUST = "cp /etc/ssl/acme.example.org.pem /usr/local/share/ca-certificates/acme.crt && update-ca-certificates"
# Figures, and what programs say when they fail.
_VARYING = re.compile(r" +\d+(?= s\b| days\b)|(?<=^  said  )[\s\S]+?(?=^  hint  )", re.MULTILINE)
_ARCHIVE = re.compile(r"(?<=destroyed-)\d{8}T\d{6}Z")


@dataclass
class ServersTerminal(Terminal):
    """A terminal of a person whose servers are those of a bed, which get their packages and certificates there."""

    has_servers: ClassVar[bool] = True
    server: ClassVar[str] = "meet.example.org"

    bed: Bed | None = None

    def _own(self, arguments: str) -> str:
        shown = self._shell(f"jitsi-migrate {arguments}")
        if arguments.startswith("init "):
            self._furnish()
        return shown

    def _shell(self, command: str) -> str:
        script = f"(exit {self.exit_code})\n{command}"
        done = self.bed.place.tried("sh", "-c", script, within=PATIENCE, cwd=self.here, env=self._environment())
        self.exit_code = done.returncode
        return done.stdout + done.stderr

    def _settled(self, printed: str) -> str:
        return super()._settled(_ARCHIVE.sub("20270105T091000Z", printed))

    def _furnish(self) -> None:
        """Name the servers of packages and of certificates that are there, in place of public ones."""
        self._set("repositories", "jitsi", JITSI)
        self._set("repositories", "jitsi_key", KEY)
        self._set("certificate", "server", DIRECTORY)
        (self.here / KEY).write_bytes((self.bed.path / "jitsi" / KEY).read_bytes())

    def _set(self, table: str, name: str, value: str) -> None:
        """Write a setting that is commented out below a table of the server."""
        path = self.here / "migrate.toml"
        begins, table_and_more = re.split(rf"(?<=\.{re.escape(table)}\])", path.read_text("utf-8"), maxsplit=1)
        changed, found = re.subn(
            rf"^# {name} = .*$", f'{name} = "{value}"', table_and_more, count=1, flags=re.MULTILINE
        )
        assert found, name
        path.write_text(begins + changed, "utf-8")

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": str(WIDTH),
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.bed.path),
            "CURL_CA_BUNDLE": str(self.bed.path / "public.pem"),
        }


def sessions(
    bed: Bed, folder: Path, pages: Iterable[Path] = PAGES, kind: type[ServersTerminal] = ServersTerminal
) -> Iterator[tuple[Path, str]]:
    """Yield each page as it is when its commands are run on these servers, of which one must be fresh."""
    bed.hosts[kind.server].run(_TRUST)
    (bed.path / "public.pem").write_text(root(bed))
    with _at_home(bed), ExitStack() as ending:
        terminal = kind(folder.resolve(), bed=bed, servers=ending)
        for page in pages:
            yield page, rerun_at(terminal, page.read_text("utf-8"))


def settled(page: str) -> str:
    """Return a page without what differs from run to run: figures, and how wide their columns are."""
    return re.sub(r" {2,}", "  ", _VARYING.sub(" …", page))


@contextmanager
def _at_home(bed: Bed) -> Iterator[None]:
    """Let ssh and DNS know the servers without being told how, as where somebody works with them."""
    texts = {
        "/etc/ssh/ssh_config": f"{(bed.path / 'ssh_config').read_text()}  User root\n",
        "/etc/resolv.conf": "nameserver 127.0.0.1\n",
    }
    for place, text in texts.items():
        file = bed.path / f"{Path(place).name}.home"
        file.write_text(text)
        bed.place.run("mount", "--bind", file, place)
    yield
    bed.place.run("umount", *texts)


def main() -> None:
    """Run the pages on servers of their own, write those that differ, and name them."""
    with TemporaryDirectory() as folder, bed(Path(folder) / "bed", GROUPS) as servers:
        site = Path(folder) / "site"
        site.mkdir()
        write(sessions(servers, site))


def write(pages: Iterable[tuple[Path, str]]) -> None:
    """Write the pages that differ from what they show now, and name them."""
    for page, text in pages:
        if settled(text) != settled(page.read_text("utf-8")):
            page.write_text(text, "utf-8")
            sys.stdout.write(f"{page.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
