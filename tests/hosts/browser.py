"""People's browsers, as far as a server can tell: they come by HTTPS, and trust only the ACME server's authority."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.hosts.acme import root
from tests.hosts.bed import Bed
from tests.hosts.servers import MEET

_SASL = "urn:ietf:params:xml:ns:xmpp-sasl"


class Answer(NamedTuple):
    """What a web server answers. The names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Browser:
    """Comes from outside to the web server."""

    bed: Bed
    trusted: Path

    def fetch(self, url: str, *options: object, text: str = "") -> Answer:
        """Return the answer, which must come from who the name belongs to."""
        done = self.tried(url, "--include", *options, text=text)
        assert done.returncode == 0, done.stderr
        head, _, body = done.stdout.partition("\n\n")
        first, *lines = head.splitlines()
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return Answer(int(first.split()[1]), headers, body)

    def tried(self, url: str, *options: object, text: str = "") -> subprocess.CompletedProcess[str]:
        """Ask by curl, which may fail."""
        asked = ("curl", "--silent", "--show-error", "--max-time", "20", "--cacert", self.trusted, *options, url)
        return self.bed.place.tried(*asked, text=text)

    def logs_in(self, domain: str, user: str = "", password: str = "", token: str = "") -> bool:
        """Log in to a host of Prosody by BOSH, with an account or without."""
        url = f"https://{MEET}/http-bind?room=proof" + f"&token={token}" * bool(token)
        attributes = f'to="{domain}" ver="1.6" wait="5" hold="1" xmlns:xmpp="urn:xmpp:xbosh" xmpp:version="1.0"'
        begun = self._say(url, f'rid="1" {attributes}', "")
        session = re.search(r"sid='([^']*)'", begun)[1]
        mechanism, words = ("PLAIN", f"\0{user}\0{password}") if user else ("ANONYMOUS", "")
        initial = base64.b64encode(words.encode()).decode()
        told = self._say(
            url, f'rid="2" sid="{session}"', f'<auth xmlns="{_SASL}" mechanism="{mechanism}">{initial}</auth>'
        )
        assert ("<success" in told) != ("<failure" in told), told
        return "<success" in told

    def _say(self, url: str, attributes: str, stanza: str) -> str:
        body = f'<body xmlns="http://jabber.org/protocol/httpbind" {attributes}>{stanza}</body>'
        answer = self.fetch(url, "--data-binary", "@-", text=body)
        assert answer.status == 200, answer
        return answer.text

    def websocket(self, address: str) -> tuple[str, str]:
        """Return how a websocket is opened, and the first words in it."""
        program = Path(__file__).with_name("websocket.py")
        head, _, words = self.bed.place.run(sys.executable, program, address, MEET, self.trusted).partition("\n\n")
        return head, words


def browser(bed: Bed, path: Path) -> Browser:
    """Return one; in the directory it keeps whom it trusts."""
    trusted = path / "root.pem"
    trusted.write_text(root(bed))
    return Browser(bed, trusted)
