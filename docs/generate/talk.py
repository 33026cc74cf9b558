"""The table of what becomes of Zoom's features in Nextcloud Talk."""

from __future__ import annotations

from collections.abc import Mapping

from docs.generate.markdown import table
from migrate.core.features import FEATURES
from migrate.targets.nextcloud_talk import NextcloudTalk

KEPT: Mapping[str, str] = {
    "alternative_hosts": "moderators",
    "authenticated_only": "a private conversation",
    "dial_in": "joining by telephone, switched on",
    "e2ee": "nothing to do: it is a setting of the server",
    "invitees": "participants",
    "join_before_host": "nothing to do: a conversation without a lobby is always open",
    "passcode": "a password, a new one, if the conversation is public; a private one needs none",
    "waiting_room": 'a lobby, opened by the host, or by itself with `lobby = "until-start"`',
    "webinar": "participants listen and chat; moderators speak, and let others",
}
"""Feature that Talk keeps -> what it becomes there."""


def features() -> str:
    """Every feature, what it becomes, and when it is lost."""
    return table(
        ("in Zoom", "in Talk", "what the plan says if it is lost"),
        ((FEATURES[name], *_fate(name)) for name in FEATURES),
    )


def _fate(feature: str) -> tuple[str, str]:
    lost = NextcloudTalk.words.get(feature, ("",))[0]
    return (KEPT[feature], lost) if feature in NextcloudTalk.supports else ("nothing", lost)
