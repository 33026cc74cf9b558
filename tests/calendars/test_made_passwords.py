"""App passwords that were made on a server are sent to that server only."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from migrate.calendars.caldav import CaldavCalendar, CaldavSettings
from migrate.core.meeting import Person
from migrate.core.ports import SiteFacts

HOSTS = """\
zoom_name,zoom_id,zoom_email,account,calendar_url
Anna Lind,,anna@example.org,anna,
Bo Okafor,,bo@example.org,bo,https://calendar.example.net/bo/
Cleo Diaz,,cleo@example.org,cleo,
"""
MADE = {"anna": "made-anna", "bo": "made-bo", "cleo": "made-cleo"}
URL = "https://cloud.example.org/dav/{account}/"


def collections(site: Path, *, app_passwords: bool) -> list[str]:
    (site / "hosts.csv").write_text(HOSTS)
    own = site / "credentials.csv"
    own.write_text("account,password\ncleo,her-own\n")
    own.chmod(0o600)
    facts = SiteFacts(site, UUID(int=1), b"key", MADE)
    calendar = CaldavCalendar.open(CaldavSettings(url=URL, app_passwords=app_passwords), facts)
    assert "made-" not in repr(facts)
    return [calendar.collection(Person(email=f"{name}@example.org")) for name in MADE]


@pytest.mark.parametrize(("app_passwords", "anna"), [(True, "https://anna@cloud.example.org/dav/anna/"), (False, "")])
def test_who_has_a_calendar_elsewhere_waits_for_a_password_of_their_own(tmp_path: Path, app_passwords: bool, anna: str):
    found = collections(tmp_path, app_passwords=app_passwords)
    assert found == [anna, "", "https://cleo@cloud.example.org/dav/cleo/"]
