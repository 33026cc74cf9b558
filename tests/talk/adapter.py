"""The adapter as a site opens it, on any Nextcloud."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from migrate.core.ports import SiteFacts
from migrate.targets.nextcloud_talk import NextcloudTalk, NextcloudTalkSettings

KEY = b"0123456789abcdef0123456789abcdef"


def talk_at(url: str, directory: Path, passwords: Mapping[str, str], **settings: Any) -> NextcloudTalk:
    """Open the adapter with these passwords, which stand in the site directory."""
    file = directory / "credentials.csv"
    file.write_text("account,password\n" + "".join(f"{user},{word}\n" for user, word in passwords.items()), "utf-8")
    file.chmod(0o600)
    found = NextcloudTalkSettings(url=url, **{"patience": 5, "timeout": 5, **settings})
    return NextcloudTalk.open(found, SiteFacts(directory, UUID(int=1), KEY))
