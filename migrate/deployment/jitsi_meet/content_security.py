"""Which servers a page may contact: the Content-Security-Policy, which a browser holds whatever a link switches on.

Scripts are limited to our own server and no further: Jitsi's pages have scripts inside them, and make code of text
(WebAssembly among it). Links that a person clicks, and STUN, are nothing that a policy reaches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from migrate.deployment.jitsi_meet.settings import JitsiMeetSettings

_SELF = "'self'"
# Made by the page itself, so nobody is contacted: chosen backgrounds, recordings, pictures as text.
_MADE_HERE = ("data:", "blob:")


@dataclass(frozen=True, slots=True)
class ContentSecurity:
    """The policies of one server."""

    settings: JitsiMeetSettings

    @property
    def enforced(self) -> str:
        """The policy that holds. Who may embed meetings is a setting of its own, so that holds in every mode."""
        contacts = self._contacts if self.settings.web.content_security_policy == "enforce" else ()
        return "; ".join([*contacts, self._embedding])

    @property
    def reported(self) -> str:
        """The policy whose breaches the browser's console tells, empty if there is none."""
        return "; ".join(self._contacts) if self.settings.web.content_security_policy == "report-only" else ""

    @property
    def _embedding(self) -> str:
        return _directive("frame-ancestors", _SELF, *self.settings.web.embedded_by)

    @property
    def _contacts(self) -> tuple[str, ...]:
        further = self.settings.web.further_origins
        return (
            _directive("default-src", _SELF),
            _directive("script-src", _SELF, "'unsafe-inline'", "'unsafe-eval'", "blob:"),
            _directive("style-src", _SELF, "'unsafe-inline'"),
            _directive("connect-src", _SELF, *_MADE_HERE, *self._spoken_to, *further),
            _directive("img-src", _SELF, *_MADE_HERE, *further),
            _directive("media-src", _SELF, *_MADE_HERE, *further),
            _directive("font-src", _SELF, "data:", *further),
            _directive("frame-src", _SELF, *further),
            _directive("worker-src", _SELF, "blob:"),
            _directive("object-src", "'none'"),
            _directive("base-uri", _SELF),
            _directive("form-action", _SELF),
        )

    @property
    def _spoken_to(self) -> Iterator[str]:
        # Older Safari does not count websockets of the same server as 'self'.
        yield f"wss://{self.settings.domain}"
        if self.settings.meetings.file_sharing_url:
            yield f"https://{urlsplit(self.settings.meetings.file_sharing_url).netloc.lower()}"


def _directive(name: str, *sources: str) -> str:
    return " ".join([name, *dict.fromkeys(sources)])
