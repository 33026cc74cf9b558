"""Nobody is told: a whole migration sends no mail and touches no calendar but that of the host."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.caldav.nextcloud import Nextcloud, nextcloud
from tests.caldav.nextcloud_store import DEFAULT
from tests.cli.program import run
from tests.talk.nextcloud import nextcloud_talk

NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)
ZONE = ("--timezone", "Europe/Berlin", "--since", "2027-01-01")
MARKER = "jitsi-migrate schedule 1"
INVITED = json.dumps([{"name": "Ben", "email": "ben@example.org"}, {"name": "Out", "email": "out@example.net"}])
MEETING = {
    MARKER: "",
    "topic": "Weekly",
    "number": "80000000201",
    "host_name": "Ana",
    "host_email": "ana@example.org",
    "start": "2027-03-01T09:00",
    "duration_minutes": "45",
    "rrule": "FREQ=WEEKLY;COUNT=4",
    "attendees": INVITED,
    "alternative_hosts": json.dumps([{"name": "Ben", "email": "ben@example.org"}]),
}
SINGLE = {**MEETING, "topic": "Kick-off", "number": "80000000202", "rrule": ""}
BY_HAND = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20270104T120000Z
DTSTART:20270301T090000Z
DTEND:20270301T093000Z
SUMMARY:Weekly
ORGANIZER:mailto:ana@example.org
ATTENDEE:mailto:ben@example.org
ATTENDEE:mailto:out@example.net
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture(params=[nextcloud, nextcloud_talk])
def cloud(request: pytest.FixtureRequest) -> Iterator[Nextcloud]:
    with request.param(now=lambda: NOW) as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, cloud: Nextcloud) -> Path:
    site = tmp_path / "site"
    assert run("--site", site, "init", "--server", "meet.example.org").code == 0
    settings = (site / "migrate.toml").read_text().replace('calendar = "ics"', 'calendar = "caldav"')
    table = f'[calendars.caldav]\nurl = "{cloud.collection(DEFAULT, user="{account}")}"\n'
    (site / "migrate.toml").write_text(f"{settings}\n{table}")
    passwords = "".join(f"{user},{password}\n" for user, password in cloud.users.items())
    (site / "credentials.csv").write_text(f"account,password\n{passwords}", "utf-8")
    (site / "credentials.csv").chmod(0o600)
    hosts = "zoom_name,zoom_id,zoom_email,account,calendar_url\nAna,,ana@example.org,ana,\n"
    (site / "hosts.csv").write_text(hosts)
    return site


def migrate(site: Path, *meetings: Mapping[str, str]) -> None:
    """Plan a schedule and apply it."""
    export = site / "schedule.csv"
    with export.open("w", newline="") as stream:
        rows = csv.DictWriter(stream, list(MEETING))
        rows.writeheader()
        rows.writerows(meetings)
    for command in (("plan", export, *ZONE, "--prune"), ("apply", site / "plan.json", "--allow-large-change")):
        done = run("--site", site, *command)
        assert done.code == 0, done.err


def at_work(cloud: Nextcloud) -> tuple[int, int, int]:
    """Return how much there is: mails, events of the host, and events of somebody else."""
    return len(cloud.mails), len(cloud.store.objects("ana", DEFAULT)), len(cloud.store.objects("ben", DEFAULT))


def test_a_migration_with_all_that_can_happen_tells_nobody(cloud: Nextcloud, site: Path) -> None:
    migrate(site, MEETING, SINGLE)
    assert at_work(cloud) == (0, 2, 0)
    migrate(site, {**MEETING, "topic": "Renamed", "start": "2027-03-01T11:00"}, {**SINGLE, "duration_minutes": "90"})
    assert at_work(cloud) == (0, 2, 0)
    assert run("--site", site, "undo", "last").code == 0
    migrate(site, {**MEETING, "topic": "Renamed again"})
    assert at_work(cloud) == (0, 1, 0)
    assert run("--site", site, "undo", "last").code == 0
    assert at_work(cloud) == (0, 2, 0)


def test_what_is_written_names_nobody_who_could_be_told(cloud: Nextcloud, site: Path) -> None:
    migrate(site, MEETING, SINGLE)
    for stored in cloud.store.objects("ana", DEFAULT).values():
        assert b"ben@" not in stored.data
        assert b"out@" not in stored.data


def test_the_same_server_tells_everybody_whom_an_event_names(cloud: Nextcloud) -> None:
    event = BY_HAND.format(uid="by-hand").replace("\n", "\r\n").encode()
    assert cloud.request("PUT", f"{cloud.collection(DEFAULT)}by-hand.ics", event).status == 201
    assert {mail.to for mail in cloud.mails} == {"ben@example.org", "out@example.net"}
    assert at_work(cloud) == (2, 1, 1)
