"""The signaling server that a Nextcloud may have: while it is dead, no conversation can be made."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from migrate.core.errors import TargetError, TryLaterError
from migrate.shared.ocs import Ocs

if TYPE_CHECKING:
    from migrate.shared.http import Client

HINT = "Look at the signaling server of Talk (occ talk:signaling:list), then run the same command again."


def check_signaling(client: Client, ocs: Ocs) -> None:
    """Raise TryLaterError if there is a signaling server of its own and it does not answer."""
    said = ocs.ask("GET", "apps/spreed/api/v3/signaling/settings")
    url = said.data.get("server") if said.is_done else ""
    if not url or said.data.get("signalingMode") == "internal":
        return
    try:
        answer = client.once("GET", f"{_by_http(url)}/api/v1/welcome", None)
    except TryLaterError:
        raise
    except TargetError:
        # We cannot judge its certificate. The first conversation will tell.
        return
    if answer.status == 0 or answer.status >= 500:
        raise TryLaterError(f"no conversations can be made: the signaling server {url} {answer}", hint=HINT)


def _by_http(url: str) -> str:
    parts = urlsplit(url)
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    return urlunsplit(parts._replace(scheme=scheme)).rstrip("/")
