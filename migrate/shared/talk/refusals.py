"""Why Talk did not do what it was asked, in words for people."""

from __future__ import annotations

from collections.abc import Mapping

from migrate.shared.ocs import Said

_BY_ERROR: Mapping[str, str] = {
    "description": "the server does not take the description",
    "listable": "the server does not take who may find the conversation",
    "lobby": "the server does not take the lobby",
    "name": "the server does not take the name",
    "password": "the server does not take the password",
    "permissions": "the account may not make this conversation",
    "sip-enabled": "the server does not take joining by telephone",
    "type": "the server does not take this kind of conversation",
}


def why(said: Said, trait: str = "") -> str:
    """Return the reason. Some answers do not name what is wrong; then it is the `trait` that was asked for."""
    if said.status == 404:
        return "the conversation is not there any more, or the account does not moderate it any more"
    words = _BY_ERROR.get(said.error) or (_BY_ERROR.get(trait) if said.error == "value" else "")
    return f"{words}{f': {said.words}' if said.words else ''}" if words else str(said)
