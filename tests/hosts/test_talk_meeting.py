"""The first meetings from Zoom on a Nextcloud that was deployed: by nginx, PHP and ssh, to a stand-in of its people."""

from __future__ import annotations

import pytest
from icalendar import Calendar

from tests.caldav.nextcloud_store import DEFAULT
from tests.hosts.acme import root
from tests.hosts.talk import CLOUD, Talk
from tests.hosts.talk_people import people
from tests.talk.nextcloud import NextcloudTalk
from tests.talk.rooms import Room

pytestmark = [pytest.mark.hosts, pytest.mark.talk, pytest.mark.slow, pytest.mark.timeout(300)]

EXPORT = """Topic,Meeting ID,Host name,Host email,Start time,Duration (minutes)
Weekly team meeting,800 0000 0201,Anna Lind,anna@example.org,03/22/2027 09:00:00 AM,45
Homework help,800 0000 0202,Bo Okafor,bo@example.org,03/24/2027 03:00:00 PM,90
"""
TABLES = ("targets.nextcloud_talk", "calendars.caldav")


@pytest.mark.parametrize("made_by", ["people", pytest.param("the server", marks=pytest.mark.exhaustive)])
def test_meetings_move_to_it_with_app_passwords(talk_to_change: Talk, made_by: str):
    site, cloud = talk_to_change.site, talk_to_change.cloud
    (site.path / "march.csv").write_text(EXPORT)
    (site.path / "public.pem").write_text(root(talk_to_change.bed))
    with people(talk_to_change.bed, cloud, "admin", "anna", "bo") as (server, occ):
        if made_by == "people":
            choose(talk_to_change, 'ca_file = "public.pem"\n')
            write_credentials(talk_to_change, server.users)
        else:
            choose(talk_to_change, 'ca_file = "public.pem"\napp_passwords = true\n')
        site.run("plan", site.path / "march.csv", "--timezone", "Europe/Berlin", "--since", "2027-01-01")
        site.run("apply", site.path / "plan.json")
        assert sorted(room.name for room in moved(server)) == ["Homework help", "Weekly team meeting"]
        links = {f"https://{CLOUD}/call/{room.token}" for room in moved(server)}
        assert {where for user in ("anna", "bo") for where in locations(server, user)} == links
        assert server.mails == []
        site.run("undo", "last")
        assert moved(server) == []
        assert bool(occ.passwords) == (made_by == "the server")
        assert all(account.tokens == {} for account in server.accounts.users.values())


def moved(server: NextcloudTalk) -> list[Room]:
    """Return the conversations that come from meetings; some others Talk makes for each account."""
    return [room for room in server.rooms.values() if "jitsi-migrate:" in room.description]


def locations(server: NextcloudTalk, user: str) -> list[str]:
    """Return where a user's events are held."""
    events = (Calendar.from_ical(event.data) for event in server.store.objects(user, DEFAULT).values())
    return [str(part["LOCATION"]) for event in events for part in event.walk("VEVENT")]


def choose(talk: Talk, lines: str) -> None:
    """Write settings of the move, as the how-to tells, and the account that finds the others."""
    path = talk.site.path / "migrate.toml"
    text = path.read_text()
    for table in TABLES:
        assert f"[{table}]\n" in text
        text = text.replace(f"[{table}]\n", f"[{table}]\n{lines}")
    path.write_text(text.replace('# directory_user = "admin"', 'directory_user = "admin"'))


def write_credentials(talk: Talk, passwords: dict[str, str]) -> None:
    """Write down what hosts have given."""
    path = talk.site.path / "credentials.csv"
    path.touch(0o600)
    path.write_text("account,password\n" + "".join(f"{user},{password}\n" for user, password in passwords.items()))
