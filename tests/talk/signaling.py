"""A signaling server, as far as it says that it is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.caldav.serving import Handler, serving
from tests.talk.nextcloud import NextcloudTalk


@dataclass
class Signaling:
    """`asked`: the paths of all requests. `shown`: the credentials that came with them."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def respond(self, handler: Handler) -> None:
        """Answer one request."""
        self.asked.append(handler.path)
        self.shown += handler.headers.get_all("Authorization", [])
        welcome = handler.path == "/standalone-signaling/api/v1/welcome"
        body = {"nextcloud-spreed-signaling": "Welcome", "version": "2.1.1"} if welcome else {}
        handler.reply(200 if welcome else 404, {"Content-Type": "application/json"}, json.dumps(body).encode())


@contextmanager
def signaling_for(server: NextcloudTalk) -> Iterator[Signaling]:
    """Let a Nextcloud have a signaling server that answers."""
    found = Signaling()
    with serving(found.respond) as port:
        found.url = f"http://127.0.0.1:{port}/standalone-signaling"
        server.talk.settings.signaling = found.url
        yield found
