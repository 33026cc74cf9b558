"""A site directory whose meetings move to a stand-in of Nextcloud, rooms and events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from migrate.core.meeting import Meeting
from migrate.shared.schedule_format import write_schedule
from tests.cli.program import ZONE, Result, run
from tests.talk.nextcloud import NextcloudTalk

NAMES = "zoom_name,zoom_id,zoom_email,account,calendar_url\n"


class TalkSite:
    """The commands of one site, on one server."""

    def __init__(self, path: Path, server: NextcloudTalk, url: str = "", **settings: Any) -> None:
        self.path = path
        url = (url or server.url).rstrip("/")
        assert run("--site", path, "init", "--target", "nextcloud_talk", "--server", "cloud.example.org").code == 0
        file = path / "migrate.toml"
        given = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
        text = file.read_text().replace('url = "https://cloud.example.org"', f'url = "{url}"\n{given}')
        file.write_text(text.replace("https://cloud.example.org/", f"{url}/"))
        self.write("credentials.csv", "account,password\n", server.users)
        (path / "hosts.csv").write_text(
            NAMES + "".join(f"{user.title()},,{user}@example.org,{user},\n" for user in server.users)
        )

    def write(self, name: str, header: str, rows: Any) -> None:
        """Write a table for its owner's eyes."""
        (self.path / name).write_text(header + "".join(f"{key},{value}\n" for key, value in rows.items()), "utf-8")
        (self.path / name).chmod(0o600)

    def run(self, *words: str | Path) -> Result:
        return run("--site", self.path, *words)

    def plan(self, meetings: Sequence[Meeting], *options: str) -> Any:
        """Plan these meetings, and return the plan."""
        export = self.path / "schedule.csv"
        export.write_bytes(write_schedule(meetings))
        return self.run("plan", export, *ZONE, *options, "--json").json["data"]

    def apply(self, *options: str) -> Any:
        """Apply the plan, and return what was done."""
        return self.run("apply", self.path / "plan.json", "--json", *options).json["data"]
